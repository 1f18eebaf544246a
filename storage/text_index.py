"""The index of characters: tokens of FTS5's table `filing_gram`, and queries for it. Read-only.

In: folded text and Latin letters, as in `filing_index`. Out: tokens, or a query. Each text has every character and
every pair of neighbours as a token, so one and two characters are a single look-up. Longer texts are found by their
rarest pairs, Latin letters by threes; `instr` then checks the candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from operator import add

from sqlite_utils import Database

# Of one term: enough to leave few texts to be looked at once more, and a query that FTS5 reads however long a term is.
MOST_GRAMS = 20
_ENOUGH = 6  # of the rarest ones, where it is known which these are: each of the others only costs its reading
# FTS5's tokenizer `ascii` ends a token at these; they stand in the private area of Unicode instead.
_ENDS_TOKENS = {code: chr(0xE000 + code) for code in range(128) if not chr(code).isalnum()}
_WITHIN_TOKENS = {code: mark for code, mark in _ENDS_TOKENS.items() if code != ord("\n")}  # but for what ends lines
_SPACE = _ENDS_TOKENS[ord(" ")]
_LATIN = "\ue0ff"  # before what is of Latin letters, which are another text


def grams_of(words: str, latin: str) -> str:
    """Return the tokens of a filing: `words` is its folded text by lines, `latin` comes from `search_text.latin_of`."""
    tokens: set[str] = set()
    for line in words.translate(_WITHIN_TOKENS).split("\n"):
        tokens.update(line)
        tokens.update(map(add, line, line[1:]))
    for entry in latin.translate(_WITHIN_TOKENS).split(_SPACE)[1:]:
        text = _SPACE + entry
        threes = map(add, map(add, map(_LATIN.__add__, text), text[1:]), text[2:])
        tokens.update(threes if len(text) > 2 else [_LATIN + text])
    return " ".join(sorted(tokens))


def gram_query(terms: Iterable[tuple[str, str | None]], rarity: Callable[[str], int] | None = None) -> str:
    """Return a query for texts with each term, or with its Latin letters if it has some; terms are not empty.

    `rarity` returns how rare a quoted token is; for long terms the query has the rarest tokens.
    """

    def every(grams: Iterable[str]) -> str:
        return f"({' AND '.join(_chosen(grams, rarity))})"

    return " AND ".join(
        f"({every(_pairs(term))}" + (f" OR {every(_LATIN + gram for gram in _threes(letters))})" if letters else ")")
        for term, letters in terms
    )


def _chosen(tokens: Iterable[str], rarity: Callable[[str], int] | None) -> list[str]:
    """Return a selection of many tokens, quoted."""
    every = list(dict.fromkeys(tokens))
    step = -(-len(every) // MOST_GRAMS)
    quoted = [f'"{token.translate(_ENDS_TOKENS)}"' for token in every[::step]]
    if rarity is None or len(quoted) <= _ENOUGH:
        return quoted
    return sorted(quoted, key=rarity, reverse=True)[:_ENOUGH]


def _pairs(text: str) -> list[str]:
    return [text] if len(text) < 3 else [text[n : n + 2] for n in range(len(text) - 1)]


def _threes(text: str) -> list[str]:
    return [text] if len(text) < 4 else [text[n : n + 3] for n in range(len(text) - 2)]


_LOOKED_AT = 100  # texts: the id of the hundredth text with a token says how rare the token is, at next to no cost
_NONE_SO_FAR = 2**62


def texts_query(db: Database, terms: Iterable[tuple[str, str | None]]) -> str:
    """Return a `gram_query` with the rarest characters of long terms."""
    return gram_query(terms, partial(_rarity, db))


def _rarity(db: Database, quoted: str) -> int:
    sql = "SELECT rowid FROM filing_gram WHERE filing_gram MATCH ? LIMIT 1 OFFSET ?"
    row = db.execute(sql, [quoted, _LOOKED_AT]).fetchone()
    return int(row[0]) if row else _NONE_SO_FAR
