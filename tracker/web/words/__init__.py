"""The words of the pages in Chinese and English: one table for each part of the site, looked up as one by `say`.

In: a key, a language and values. Out: text. A new table must be added to `TABLES`. Names of fields and states are taken
from the program's own words (`tracker.core.messages`). Open `shell` first: it has the words of every page.
"""

from __future__ import annotations

from tracker.core.messages import WORDS, Lang, word
from tracker.web.words import filings, lists, shell

TABLES: dict[str, dict[str, tuple[str, str]]] = {
    "shell": shell.SHELL_WORDS,
    "start": shell.START_WORDS,
    "api": shell.API_WORDS,
    "filings": filings.FILINGS_WORDS,
    "filing": filings.FILING_WORDS,
    "entity": filings.ENTITY_WORDS,
    "changes": lists.CHANGES_WORDS,
    "compare": lists.COMPARE_WORDS,
    "batches": lists.BATCHES_WORDS,
}
_ALL = WORDS | {key: pair for table in TABLES.values() for key, pair in table.items()}


def say(key: str | None, lang: Lang, /, **values: object) -> str:
    """Return a word or sentence in that language; a key that is in no table comes back as it is."""
    return word(key, lang, _ALL, **values)
