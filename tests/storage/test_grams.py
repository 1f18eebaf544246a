"""The index of characters finds what a scan of all texts would, however short the question is."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.text_index import MOST_GRAMS, gram_query, grams_of
from tracker.reading.search_text import latin_of, latin_term, search_terms, searchable

# Few characters, so that texts and questions meet often; some of them end tokens or mean something to FTS5.
CHARACTERS = "百度文心ab1-.\"'*()^:\x00\ue02d 　Ａé"
TEXTS = st.text(CHARACTERS, min_size=1, max_size=12)


def table(documents: Sequence[tuple[str, str]]) -> sqlite3.Connection:
    """The index of some documents (words, latin), numbered from 1."""
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE VIRTUAL TABLE filing_gram USING fts5(grams, content='', detail='none', columnsize=0, tokenize='ascii')"
    )
    rows = [(n, grams_of(*document)) for n, document in enumerate(documents, 1)]
    db.executemany("INSERT INTO filing_gram (rowid, grams) VALUES (?, ?)", rows)
    return db


def named(db: sqlite3.Connection, terms: Sequence[tuple[str, str | None]]) -> set[int]:
    sql = "SELECT rowid FROM filing_gram WHERE filing_gram MATCH ?"
    return {row[0] for row in db.execute(sql, [gram_query(terms)])}


def holds(document: tuple[str, str], terms: Sequence[tuple[str, str | None]]) -> bool:
    words, latin = document
    return all(term in words or (letters is not None and letters in latin) for term, letters in terms)


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=6), TEXTS)
def test_what_holds_the_terms_is_always_named(names: list[list[str]], question: str) -> None:
    documents = [("\n".join(filter(None, map(searchable, those))), latin_of(those)) for those in names]
    terms = [(term, latin_term(term)) for term in search_terms(question)]
    if not terms:
        return
    db = table(documents)
    found = named(db, terms)
    expected = {n for n, document in enumerate(documents, 1) if holds(document, terms)}
    assert expected <= found, (documents, terms)
    # One character of the private area stands for the hyphen there: what it names is looked at once more.
    are_pairs = all(len(term) < 3 and letters is None for term, letters in terms)
    if are_pairs and not any("\ue02d" in text for text in (question, *(words for words, _ in documents))):
        assert expected == found
    db.close()


@pytest.mark.parametrize("term", ["文", "百度", "a" * 10_000, "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))])
def test_long_and_short_terms_are_questions_that_fts5_reads(term: str) -> None:
    db = table([(term, ""), (term[:-1] + "末", "")])
    assert 1 in named(db, [(term, None)] * 50)
    assert gram_query([(term, None)]).count(" AND ") < MOST_GRAMS
    db.close()


def test_a_document_leaves_the_index_as_it_came() -> None:
    words, latin = 'wen"xin-文心\n一言', " wxyy"
    db = table([(words, latin), ("文心", "")])
    db.execute("INSERT INTO filing_gram (filing_gram, rowid, grams) VALUES ('delete', 1, ?)", [grams_of(words, latin)])
    assert named(db, [("文", None)]) == {2}
    assert named(db, [('"', None)]) == named(db, [("wx", " wx")]) == set()
    db.execute("INSERT INTO filing_gram (filing_gram) VALUES ('integrity-check')")
    db.close()
