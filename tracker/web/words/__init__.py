"""The words of the pages in Chinese and English: one table for each part of the site, looked up as one.

A key that none has is looked for among the words of the program (`tracker.messages`): names of fields and states.
"""

from __future__ import annotations

from tracker.core.messages import Lang, word
from tracker.web.words import filings, lists, shell

TABLES: tuple[dict[str, tuple[str, str]], ...] = (
    shell.SHELL_WORDS,
    shell.START_WORDS,
    shell.API_WORDS,
    filings.FILINGS_WORDS,
    filings.FILING_WORDS,
    filings.ENTITY_WORDS,
    lists.CHANGES_WORDS, lists.COMPARE_WORDS, lists.BATCHES_WORDS,
)  # fmt: skip


def say(key: str | None, lang: Lang, **values: object) -> str:
    """A word or sentence in that language; a key that is in no table comes back as it is."""
    pair = next((table[key] for table in TABLES if key in table), None) if key else None
    if pair is None:
        return word(key, lang, **values)
    text = pair[0 if lang == "zh" else 1]
    return text.format(**values) if values else text
