"""A line on a terminal that shows what a command is at."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.progress import Progress, SpinnerColumn, TextColumn

from tracker.display import make_console
from tracker.messages import Lang, word


def progress_line(lang: Lang, *, quiet: bool) -> ProgressLine:
    """A progress line on a terminal; silent in a pipe and with --json."""
    console = make_console(stderr=True)
    show = sys.stderr.isatty() and not quiet
    bar = Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True, disable=not show)
    return ProgressLine(bar, lang)


class ProgressLine:
    """Shows which stage a poll is in, and what it is at."""

    def __init__(self, bar: Progress, lang: Lang) -> None:
        self.bar, self.lang = bar, lang

    def __enter__(self) -> Callable[[str, str], None]:
        self.bar.start()
        task = self.bar.add_task("")
        return lambda stage, what: self.bar.update(task, description=f"{word(stage, self.lang)}: {what}")

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
