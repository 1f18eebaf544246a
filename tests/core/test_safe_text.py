"""Texts of any origin on a terminal: they show what they hold and command nothing."""

from __future__ import annotations

import json

import pytest
from rich.progress import Progress, TextColumn
from rich.text import Text

from tracker.cli.output import ProgressLine, make_console, print_pairs, print_table
from tracker.core.safe_text import visible, visible_json

HOSTILE = "\x1b]0;title\x07\x9b31m\u202egnp\x7f\x00[bold][/x]"
SHOWN = "<1B>]0;title<07><9B>31m<202E>gnp<7F><00>[bold][/x]"


def test_signs_that_are_not_seen_are_shown() -> None:
    assert visible(HOSTILE) == SHOWN
    assert visible("算法\n\t𠮷 “é” <b>") == "算法\n\t𠮷 “é” <b>"


def test_json_says_the_same_without_them() -> None:
    text = visible_json(json.dumps(HOSTILE, ensure_ascii=False))
    assert json.loads(text) == HOSTILE
    assert text.isprintable()


def test_a_console_shows_them_and_interprets_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    console = make_console()
    console.print(Text(HOSTILE))
    console.print(HOSTILE)
    print_table(console, ["name"], [[HOSTILE]], "en")
    print_pairs(console, [("name", HOSTILE)], "en")
    printed = capsys.readouterr().out
    assert printed.count(SHOWN) == 2
    assert printed.count(SHOWN.replace("<07>", "")) == 2  # outside tables rich leaves out BEL by itself
    assert printed.replace("\n", "").isprintable()


def test_a_progress_line_interprets_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Progress(TextColumn("{task.description}", markup=False), console=make_console())
    with ProgressLine(bar, "en") as show:
        show("digesting", HOSTILE)
    assert "[bold][/x]" in capsys.readouterr().out
