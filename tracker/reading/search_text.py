"""Text as it is searched: folded, cut into terms, and Chinese names by Latin letters.

In: a name, a cell or what a person typed. Out: text for a comparison by containment; what stands in the history and
what is looked for in it must come through the same functions. Must never: be shown, for folding loses what was printed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from tracker.reading.normalise import comparable

# 文, 〇 (a numeral that stands apart from the ideographs), and the planes of rare ones
_CHINESE = re.compile("([〇\u3400-\u9fff\U00020000-\U0003ffff]+)")
# What a Latin keyboard types; é is e and an accent by the time this is asked
_NOT_TYPED = re.compile("[^a-z0-9]+")
# wxyy, gpt4, 360kan; not 2024, which is found unchanged
_TYPED = re.compile("(?=[0-9]*[a-z])[a-z0-9]{2,}")


def searchable(text: str | None) -> str:
    """Return text folded for search: one form of each character, no white space, capitals alike.

    Twice, for a small letter can stand otherwise among its accents than the capital: İ becomes i and a dot.
    """
    folded = comparable("name", text).casefold()
    return folded if folded.isascii() else comparable("name", folded).casefold()


def search_terms(query: str) -> tuple[str, ...]:
    """Return the terms of a query, folded, each once; split at white space first, because folding removes it."""
    return tuple(dict.fromkeys(filter(None, map(searchable, query.split()))))


def latin_of(names: Iterable[str]) -> str:
    """Return what Chinese names are found by in Latin letters: " wxyy wenxinyiyan" for 文心一言.

    Each entry has a space before it, so that the start of an entry differs from its inside.
    """
    entries = dict.fromkeys(entry for name in names for entry in _spelled(name))
    return "".join(f" {entry}" for entry in entries)


@lru_cache(maxsize=65536)
def _spelled(name: str) -> tuple[str, ...]:
    """Initials and full pinyin of a name, Latin letters and digits in their places; none without Chinese."""
    folded = searchable(name)
    if not _CHINESE.search(folded):
        return ()
    # Here, for its dictionary takes 0.2 s to load and only recording needs it.
    from pypinyin.contrib.mmseg import seg

    initials, full = "", ""
    for place, run in enumerate(_CHINESE.split(folded)):
        if place % 2:  # matches of the pattern are at the odd places
            syllables = [syllable for word in seg.cut(run) for syllable in _read(word)]
            full += "".join(syllables)
            # By ourselves: to ask for Style.FIRST_LETTER as well gives the same letters and takes as long again.
            initials += "".join(syllable[0] for syllable in syllables)
        else:
            full, initials = full + run, initials + run
    return tuple(filter(None, map(_typed, (initials, full))))


@lru_cache(maxsize=65536)
def _read(word: str) -> tuple[str, ...]:
    """Return the syllables of one word of pypinyin's dictionary, or of one character.

    Names are made of few words: reading each of them once takes a sixth of the time of reading every name.
    """
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(word))


def _typed(text: str) -> str:
    return _NOT_TYPED.sub("", unicodedata.normalize("NFD", text))


def latin_term(term: str) -> str | None:
    """Return what to look for in `latin_of` for a folded term; None where Latin letters are not what was typed.

    Two or three letters must begin an entry, because inside one they occur nearly everywhere.
    """
    if not _TYPED.fullmatch(term):
        return None
    return term if len(term) > 3 else f" {term}"
