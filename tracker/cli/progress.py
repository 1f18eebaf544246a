"""A line on a terminal that shows what a command is at."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from tracker.core.messages import Lang, word
from tracker.core.visible import visible

if TYPE_CHECKING:
    from rich.progress import Progress


def progress_line(lang: Lang, *, quiet: bool) -> AbstractContextManager[Callable[[str, str], None]]:
    """A progress line on a terminal; silent in a pipe and with --json."""
    if quiet or not sys.stderr.isatty():
        return nullcontext(lambda stage, what: None)
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from tracker.cli.display import make_console

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False)
    return ProgressLine(Progress(*columns, console=make_console(stderr=True), transient=True), lang)


class ProgressLine:
    """Shows which stage a poll is in, and what it is at."""

    def __init__(self, bar: Progress, lang: Lang) -> None:
        self.bar, self.lang = bar, lang

    def __enter__(self) -> Callable[[str, str], None]:
        self.bar.start()
        task = self.bar.add_task("")
        return lambda stage, what: self.bar.update(task, description=f"{word(stage, self.lang)}: {visible(what)}")

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
