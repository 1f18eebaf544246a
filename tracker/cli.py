"""The command line: parse, call one function, print. The only place that exits."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from storage import states
from storage.faults import is_storage_fault, storage_error
from tracker import (
    __version__,
    cli_care,
    cli_checks,
    cli_export,
    cli_health,
    cli_history,
    cli_notify,
    cli_run,
    cli_serve,
    cli_show,
)
from tracker.cli_context import Context, json_option, pass_context, print_json, speaks_on_stdout
from tracker.config import list_settings
from tracker.display import make_console, print_pairs, print_report, print_table
from tracker.errors import AnotherPoll, TrackerError
from tracker.messages import word
from tracker.models import Extraction
from tracker.progress import progress_line
from tracker.series import select_series


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="tracker")
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file (default: ./tracker.toml).")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages (default: the locale's).")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, lang: str | None) -> None:
    """Follow the filing lists of China's internet regulator and keep their whole history."""
    ctx.obj = Context(config, lang)


@cli.command()
@click.option("--series", "series", multiple=True, metavar="S", help="Only this series; may be repeated.")
@click.option(
    "--accept", "accepted", multiple=True, metavar="SHA256",
    help="Record this file or page although its guards refused it; may be repeated.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Do everything on a copy and keep nothing.")
@click.option(
    "--quiet", is_flag=True,
    help="Print nothing when nothing happened: no change, no incident that was not known, no undelivered alert. "
    "Another poll that is running (exit code 6) is nothing either. The exit code stays what it is.",
)
@click.option(
    "--trust-clock", is_flag=True, help="Poll although the clock reads a time before the last poll: it was wrong then."
)
@click.option("--scheduled", is_flag=True, hidden=True)  # `tracker run` began it: times missed before are incidents
@json_option
@pass_context
def poll(
    ctx: Context, series: tuple[str, ...], accepted: tuple[str, ...], dry_run: bool, quiet: bool, trust_clock: bool,
    scheduled: bool, as_json: bool,
) -> None:  # fmt: skip
    """Look at the site once: fetch what is new, read it, record what changed."""
    # Scrapy and the readers take a second to load: only the commands that need them pay for it.
    from tracker import logs
    from tracker.poll import is_eventful, run_poll

    logs.configure(ctx.settings, service=scheduled)
    # Standard output is for one thing only: the JSON object, else the alerts of a subscription to it, else the report.
    try:
        with progress_line(ctx.lang, quiet=as_json or quiet) as show:
            report = run_poll(
                ctx.settings, series, accepted=accepted, dry_run=dry_run, scheduled=scheduled, trust_clock=trust_clock,
                progress=show, stdout=sys.stderr if as_json else sys.stdout,
            )  # fmt: skip
    except AnotherPoll as error:
        if quiet:
            sys.exit(error.exit_code)
        raise
    if quiet and not is_eventful(report):
        sys.exit(report["exit"])
    if as_json:
        print_json(report)
    else:
        print_report(make_console(stderr=speaks_on_stdout(ctx.settings)), report, ctx.lang)
    sys.exit(report["exit"])


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--series", metavar="S", help="The series of the list (default: by its title or headings).")
@json_option
@pass_context
def extract(ctx: Context, file: Path, series: str | None, as_json: bool) -> None:
    """Read one attachment and print its filings; touches no history."""
    from tracker.reading.document import read_document
    from tracker.reading.filings import read_filings

    chosen = select_series([series])[0] if series else None
    extraction = read_filings(read_document(file.read_bytes()), chosen)
    if as_json:
        print_json(_extraction(extraction))
        return
    lang, console = ctx.lang, make_console()
    head = [("title", extraction.title), ("series", extraction.series), ("batch", extraction.period)]
    print_pairs(console, head, lang)
    columns = ["sequence", "kind", "province", "name", "entity", "number", "filed_on"]
    used = [c for c in columns if any(getattr(f, c) for f in extraction.filings)]
    rows = [[word(getattr(f, c), lang) for c in used] for f in extraction.filings]
    print_table(console, used, rows, lang)
    for row in extraction.refused:
        console.print(f"! {row.table}.{row.row}: {row.reason}: {' | '.join(row.cells)}")
    for text in extraction.warnings:
        console.print(f"! {text}")
    rows_in = sum(table.rows for table in extraction.tables)
    names = (("rows", rows_in), ("kept", len(extraction.filings)), ("refused", len(extraction.refused)))
    console.print(", ".join(f"{word(name, lang)} {n}" for name, n in names))


@cli.command()
@json_option
@pass_context
def settings(ctx: Context, as_json: bool) -> None:
    """Every setting: default, value in force, meaning."""
    rows = list_settings(ctx.settings)
    if as_json:
        print_json(rows)
        return
    table = [[row["name"], row["default"], row["value"], row["meaning"]] for row in rows]
    print_table(make_console(), ["setting", "default", "value", "meaning"], table, ctx.lang)


@cli.command()
@click.option("--dir", "folder", type=click.Path(path_type=Path), help="Keep the demo's data in this folder.")
@pass_context
def demo(ctx: Context, folder: Path | None) -> None:
    """The whole main job against a built-in stand-in for the site, on this machine only."""
    from tracker.demo.run import run_demo

    run_demo(folder, ctx.lang, make_console())


for command in (
    cli_history.changes,
    cli_history.filings,
    cli_history.stats,
    cli_history.compare,
    cli_show.show,
    cli_show.open_original,
    cli_checks.reconcile,
    cli_checks.incidents,
    cli_export.export,
    cli_care.backup,
    cli_care.restore,
    cli_care.verify,
    cli_care.rebuild,
    cli_health.health,
    cli_health.doctor,
    cli_notify.notify,
    cli_run.run,
    cli_serve.serve,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; an error of ours is shown as one sentence and ends with its exit code."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except TrackerError as error:
        _end(error)
    except sqlite3.Error as error:  # of a command that asks; the writers name the file as well
        if not is_storage_fault(error):
            raise
        _end(storage_error(error))
    except BrokenPipeError:
        # The reader of the pipe (head, less) has gone: nothing to say, and no traceback at exit.
        sys.stdout = None
        sys.exit(0)
    except Exception as error:
        if not _is_logged(error, TrackerError.exit_code):
            raise
        sys.exit(TrackerError.exit_code)


def _end(error: TrackerError) -> NoReturn:
    """Tell an error of ours, a person or the log, and end with its exit code."""
    if not _is_logged(error, error.exit_code):
        click.echo(f"tracker: {error}", err=True)
    sys.exit(error.exit_code)


def _is_logged(error: Exception, exit_code: int) -> bool:
    """True where the log tells an error; only a command that logs has loaded it."""
    logs = sys.modules.get("tracker.logs")
    return logs is not None and bool(logs.tell_error(error, exit_code))


def _extraction(extraction: Extraction) -> dict[str, Any]:
    """What `extract --json` prints."""
    filings = []
    for filing in extraction.filings:
        keys = [key for key in states.FILING_KEYS if hasattr(filing, key)]
        item = {key: getattr(filing, key) for key in keys}
        item |= {"status": None, "batch": extraction.period, "filed_on_raw": filing.raw.get("filed_on")}
        place = {"table": filing.place.table, "row": filing.place.row, "page": filing.place.page}
        item["source"] = {"announcement": None, "attachment": None, "sha256": None} | place
        item["raw"] = filing.raw
        filings.append(item)
    return {
        "series": extraction.series,
        "period": extraction.period,
        "title": extraction.title,
        "media_type": extraction.media_type,
        "tables": [
            {"index": t.index, "title": t.title, "kind": t.kind, "rows": t.rows, "kept": t.kept, "refused": t.refused}
            for t in extraction.tables
        ],
        "filings": filings,
        "refused": [
            {"table": r.table, "row": r.row, "page": r.page, "reason": r.reason, "cells": list(r.cells)}
            for r in extraction.refused
        ],
        "warnings": list(extraction.warnings),
    }
