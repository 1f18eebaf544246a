"""The command that writes the whole history to files."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.options import Context, Day, check_series, json_option, pass_context, print_json, series_option
from tracker.cli.output import make_console, print_table, progress_line
from tracker.export.text_files import FORMS

if TYPE_CHECKING:
    from storage.queries.export import Scope
    from tracker.core.messages import Lang
    from tracker.export.run import Export


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--to", "form", type=click.Choice(FORMS), required=True, help="Format of the files.")
@click.option("--as-of", type=Day(), help="The state as published by this day.")
@click.option("--known-on", type=Day(), help="The state as recorded here by this day.")
@series_option
@json_option
@pass_context
def export(
    ctx: Context, folder: Path, form: Any, as_of: str | None, known_on: str | None, series: str | None, as_json: bool
) -> None:  # fmt: skip
    """Export the whole history as files to folder DIR, with a datapackage.json that describes each column.

    An earlier export in DIR is replaced after everything is written; other files in DIR are kept.
    """
    from storage.queries.export import Scope
    from tracker.export.run import export_history

    check_series(series)
    scope = Scope(series, as_of, known_on)
    with closing(ctx.open_history()) as db, progress_line(ctx.lang, quiet=as_json) as show:
        done = export_history(db, form, folder, scope, ctx.lang, lambda what: show("exporting", what))
    if as_json:
        print_json(_report(done, form, folder, scope))
    else:
        _print(done, folder, scope, ctx.lang)


def _report(done: Export, form: str, folder: Path, scope: Scope) -> dict[str, Any]:
    return {
        "folder": str(folder), "form": form, "as_of": scope.as_of, "known_on": scope.known_on,
        "series": scope.series, "recorded_until": done.created,
        "files": [
            {"path": f.written.path, "rows": f.written.rows, "bytes": f.size, "sha256": f.sha256} for f in done.files
        ],
    }  # fmt: skip


def _print(done: Export, folder: Path, scope: Scope, lang: Lang) -> None:
    from tracker.export.words import say, state_text

    rows: list[list[object]] = []
    for file in done.files:
        held: list[tuple[str, object]] = [*file.written.rows.items()] or [("", "")]
        for place, (table, count) in enumerate(held):  # the size of a file with several tables is shown once
            rows.append([file.written.path if place == 0 else "", table, count, file.size if place == 0 else ""])
    console = make_console()
    print_table(console, ["file", "table", "rows", "bytes"], rows, lang)
    state = state_text(scope.as_of, scope.known_on, lang)
    console.print(say("done", lang, folder=folder, state=state, recorded=done.created or say("no_poll", lang)))
    if not done.rows("filings"):
        console.print(f"{say('no_filings', lang)}: {_why_none(done, scope, lang)}")


def _why_none(done: Export, scope: Scope, lang: Lang) -> str:
    """Why there is not a single filing."""
    from tracker.export.words import say

    if not done.first_recorded:
        return say("why_empty", lang)
    if scope.as_of and done.first_published and scope.as_of < done.first_published:
        return say("why_published", lang, day=done.first_published)
    if scope.known_on and scope.known_on < done.first_recorded:
        return say("why_recorded", lang, day=done.first_recorded)
    if scope.series:
        return say("why_series", lang) if scope.is_now else say("why_series_day", lang)
    return say("why_day", lang)
