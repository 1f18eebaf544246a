"""Print values as aligned tables on a terminal, and show the progress of a command.

Chinese characters count as two columns (rich measures them).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from tracker.core.incident_texts import incident_text
from tracker.core.messages import Lang, word
from tracker.core.safe_text import visible

if TYPE_CHECKING:
    from rich.progress import Progress

MOST_WARNINGS = 10  # of one list, as a poll prints them; --json has all
TABLE_WIDTH = 160  # columns that the change log needs as a table
PIPE_WIDTH = 4000  # a pipe has no width: let each row be one line

class _Terminal(Console):
    """A console on which control characters in data have no effect."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def make_console(*, stderr: bool = False) -> Console:
    """Return a console as wide as the terminal; in a pipe it never wraps. Markup in data is not interpreted."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return _Terminal(stderr=stderr, width=width, markup=False, highlight=False, soft_wrap=False)


def print_table(
    console: Console, columns: Sequence[str], rows: Iterable[Sequence[object]], lang: Lang, title: str = ""
) -> None:
    """A table whose column names are keys of `tracker.core.messages.WORDS`; numbers stand right."""
    rows = [list(row) for row in rows]
    if title:
        console.print(Text(title, style="bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for index, name in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[index], int) for row in rows)
        table.add_column(word(name, lang), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(_cell(value))) for value in row))
    console.print(table)


def print_pairs(console: Console, pairs: Iterable[tuple[str, object]], lang: Lang) -> None:
    """Print names and values, one pair per line, without empty values."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, ""):
            table.add_row(word(name, lang), Text(visible(_cell(value))))
    console.print(table)


def change_text(change: Mapping[str, Any], lang: Lang) -> str:
    """Return what a change did, as "field: before → after"."""
    pairs = dict(change["fields"])
    if change.get("status_before") not in (None, change.get("status")):
        pairs = {"status": (word(change["status_before"], lang), word(change["status"], lang))} | pairs
    return "; ".join(
        f"{word(name, lang)}: {before or word('none', lang)} → {after or word('none', lang)}"
        for name, (before, after) in pairs.items()
    )


def print_changes(console: Console, changes: Iterable[Mapping[str, Any]], lang: Lang) -> None:
    """Print the change log: a table if it fits the terminal, else two lines per change."""
    if console.width < TABLE_WIDTH:
        for change in changes:
            _print_change(console, change, lang)
        return
    rows = [
        [c.get("recorded_at", "")[:10], c.get("published_on"), word(c["kind"], lang), c["number"], c["name"],
         c["entity"], f"{c.get('list', c['series'])} {c['batch'] or ''}", change_text(c, lang)]
        for c in changes
    ]  # fmt: skip
    columns = ["recorded", "published", "change", "number", "name", "entity", "batch", "what"]
    used = [n for n, _ in enumerate(columns) if any(row[n] for row in rows)]
    print_table(console, [columns[n] for n in used], [[row[n] for n in used] for row in rows], lang)


def _print_change(console: Console, change: Mapping[str, Any], lang: Lang) -> None:
    when = change.get("published_on") or ""
    head = Text.assemble(
        f"{when} {word(change['kind'], lang)}  ".lstrip(), (change["number"], "bold"), f"  {change['name'] or ''}"
    )
    where = f"{change.get('list', change['series'])} {change['batch'] or ''}"
    console.print(head)
    console.print(Text(f"    {change['entity'] or ''} · {where}", style="dim"))
    if what := change_text(change, lang):
        console.print(Text(f"    {what}"))


def source_text(source: Mapping[str, Any]) -> str:
    """Return a source as text: attachment, table.row, page, sha256, address."""
    place = f" {source['table']}.{source['row']}" if source["row"] else ""
    page = f" p.{source['page']}" if source["page"] else ""
    return f"{source['attachment']}{place}{page} {source['sha256'][:12]} {source['announcement']}"


def counts_text(counts: Mapping[str, int], lang: Lang) -> str:
    """Return counts of changes as one phrase: "新增 97 · 修改 2"."""
    if not counts:
        return word("no_changes", lang)
    return " · ".join(f"{word(kind, lang)} {n}" for kind, n in counts.items())


def print_report(console: Console, report: Mapping[str, Any], lang: Lang) -> None:
    """Print the report of a poll: batches, incidents with what to do, unclassified announcements."""
    if report["batches"]:
        rows = [
            [b["series"], b["period"], b["rows"], b["kept"], b["refused"], counts_text(b["changes"], lang)]
            for b in report["batches"]
        ]
        print_table(console, ["series", "batch", "rows", "kept", "refused", "changes"], rows, lang)
    for batch in report["batches"]:
        for text in batch["warnings"][:MOST_WARNINGS]:
            console.print(Text(f"~ {batch['series']} {batch['period']}: {text}", style="yellow"))
        if len(batch["warnings"]) > MOST_WARNINGS:
            console.print(Text(f"~ … {len(batch['warnings']) - MOST_WARNINGS}", style="yellow"))
    for incident in report["incidents"]:
        means, to_do = incident_text(incident["kind"], lang)
        console.print(Text(f"! {incident['source']}: {means} ({incident['kind']})", style="bold red"))
        console.print(Text(f"  {incident['address']}\n  {incident['message']}\n  {word('to_do', lang)}: {to_do}"))
    if report["unclassified"]:
        console.print(Text(word("unclassified", lang) + ":", style="bold"))
        for item in report["unclassified"]:
            console.print(Text(f"  {item['title']}  {item['address']}"))
    if report["deliveries"]:
        counts = counts_text(report["deliveries"], lang)
        console.print(Text(word("alerts_line", lang, counts=counts)))
        if report["deliveries"].keys() & {"pending", "dead"}:
            console.print(Text(f"! {word('alerts_wait', lang)}", style="bold red"))
    summary = word("poll_done", lang, poll=report["poll"], changes=counts_text(report["changes"], lang))
    console.print(Text(summary, style="bold"))


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def progress_line(lang: Lang, *, quiet: bool) -> AbstractContextManager[Callable[[str, str], None]]:
    """Return a progress line for a terminal, or nothing for a pipe or --json."""
    if quiet or not sys.stderr.isatty():
        return nullcontext(lambda stage, what: None)
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False)
    return ProgressLine(Progress(*columns, console=make_console(stderr=True), transient=True), lang)


class ProgressLine:
    """Shows the current stage of a poll and its current item."""

    def __init__(self, bar: Progress, lang: Lang) -> None:
        self.bar, self.lang = bar, lang

    def __enter__(self) -> Callable[[str, str], None]:
        self.bar.start()
        task = self.bar.add_task("")
        return lambda stage, what: self.bar.update(task, description=f"{word(stage, self.lang)}: {visible(what)}")

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
