"""The words of the pages: every one that is asked for is there, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

from tracker import web
from tracker.core import messages
from tracker.web.words import TABLES

FOLDER = Path(web.__file__).parent
# A key that ends with "_" is but its beginning.
ASKED = re.compile(
    r"""(?:^|[^\w.]|view\.|self\.)say\(\s*["'](\w+[^\W_])["']"""
    r"""|\b(?:NotFound|BadParameter|TooSlow)\(\s*["'](\w+)["']"""
)


def test_every_word_that_is_asked_for() -> None:
    known = set(messages.WORDS).union(*TABLES.values())
    # charts have words of their own, and those of alerts
    python = [file for file in FOLDER.rglob("*.py") if "words" not in file.parts and not file.name.startswith("chart")]
    files = [*FOLDER.rglob("*.html"), *python]
    asked = {(file.name, key) for file in files for pair in ASKED.findall(file.read_text()) for key in pair if key}
    assert len(asked) > 60
    assert {(name, key) for name, key in asked if key not in known} == set()


def test_no_word_stands_in_two_tables() -> None:
    keys = [key for table in TABLES.values() for key in table]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_both_languages_take_the_same_values() -> None:
    for table in TABLES.values():
        for key, pair in table.items():
            fields = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in pair]
            assert fields[0] == fields[1], key
            assert all(pair), key


def test_every_word_is_asked_for() -> None:
    folders = (FOLDER, FOLDER.parent / "query", FOLDER.parent / "cli")
    files = [file for folder in folders for file in folder.rglob("*.*") if file.suffix in (".py", ".html")]
    text = "\n".join(file.read_text() for file in files if "words" not in file.parts)
    whole = set(re.findall(r"""["'](\w+)["']""", text))
    begun = tuple(re.findall(r"""f["'](\w+_)\{""", text) + re.findall(r"""["'](\w+_)["'] ~""", text))
    keys = {key for table in TABLES.values() for key in table}
    assert {key for key in keys if key not in whole and not key.startswith(begun)} == set()
