"""The command line: parse, call one function, print. The only place that exits."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress, SpinnerColumn, TextColumn
from sqlite_utils import Database

from storage import queries
from storage.archive import Archive
from storage.schema import connect_readonly
from tracker import __version__
from tracker.config import Settings, list_settings, load_settings
from tracker.display import change_text, make_console, print_pairs, print_report, print_table
from tracker.errors import OptionError, TrackerError
from tracker.messages import Lang, incident_text, language, word
from tracker.models import FIELDS, ChangeKind, Kind, Status
from tracker.poll import run_poll, select_series


class Context:
    """What every command needs: the settings (read when first needed) and the language."""

    def __init__(self, config: Path | None, lang: str | None) -> None:
        self._config, self._lang = config, lang
        self._settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        if self._settings is None:
            self._settings = load_settings(self._config)
        return self._settings

    @property
    def lang(self) -> Lang:
        """The language of messages."""
        return language(self._lang or self.settings.lang)

    def open_history(self) -> Database:
        """The history, read-only."""
        return connect_readonly(self.settings.database)


class Day(click.ParamType[str]):
    """A date: 2024-12-31, 2024-12 (its last day for --until, --as-of, --known-on; its first for --since) or 2024."""

    name = "date"

    def __init__(self, *, end: bool = True) -> None:
        self.end = end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The date as ISO; fails with the forms that are understood."""
        found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", str(value))
        if not found or not ("01" <= (found[2] or "01") <= "12") or not ("01" <= (found[3] or "01") <= "31"):
            self.fail(f"{value!r} is no date; use 2024-12-31, 2024-12 or 2024", param, ctx)
        month, day = ("12", "31") if self.end else ("01", "01")
        return f"{found[1]}-{found[2] or month}-{found[3] or day}"


pass_context = click.make_pass_decorator(Context)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
series_option = click.option("--series", metavar="S", help="Only this series.")


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
@click.option("--dry-run", is_flag=True, help="Do everything on a copy and keep nothing.")
@json_option
@pass_context
def poll(ctx: Context, series: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Look at the site once: fetch what is new, read it, record what changed."""
    with _progress(ctx.lang, quiet=as_json) as show:
        report = run_poll(ctx.settings, series, dry_run=dry_run, progress=show)
    if as_json:
        _print_json(report)
    else:
        print_report(make_console(), report, ctx.lang)
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
        _print_json(_extraction(extraction))
        return
    lang, console = ctx.lang, make_console()
    print_pairs(console, [("title", extraction.title), ("series", extraction.series), ("batch", extraction.period)], lang)
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
@click.option("--since", type=Day(end=False), help="Recorded on this day or later.")
@click.option("--until", type=Day(), help="Recorded on this day or earlier.")
@series_option
@click.option("--kind", type=click.Choice([k.value for k in ChangeKind]), help="Only this kind of change.")
@click.option("--batch", metavar="P", help="Only the lists of this period, for example 2024-08.")
@click.option("--baseline/--no-baseline", default=None, help="Only (or without) what the first poll recorded.")
@json_option
@pass_context
def changes(ctx: Context, /, as_json: bool, **where: Any) -> None:
    """The change log: what happened to which filing, when, and where it is written."""
    _check_series(where["series"])
    rows = queries.find_changes(ctx.open_history(), queries.ChangeFilter(**where))
    if as_json:
        _print_json(rows)
        return
    lang = ctx.lang
    table = [
        [r["recorded_at"][:10], r["published_on"], word(r["kind"], lang), r["number"], r["name"], r["entity"],
         f"{r['series']} {r['batch'] or ''}", change_text(r, lang)]
        for r in rows
    ]  # fmt: skip
    columns = ["recorded", "published", "change", "number", "name", "entity", "batch", "what"]
    _print_rows(columns, table, lang, word("changes_total", lang, n=len(rows)))


@cli.command()
@series_option
@click.option("--province", metavar="P", help="Place, or a part of its name: 北京.")
@click.option("--entity", metavar="T", help="A part of the entity's name.")
@click.option("--search", metavar="T", help="Words in number, name, entity, product, purpose or remark.")
@click.option("--status", type=click.Choice([s.value for s in Status]), help="Only this status.")
@click.option("--kind", type=click.Choice([k.value for k in Kind]), help="Only this kind of filing.")
@click.option("--batch", metavar="P", help="Only filings whose newest list is of this period.")
@click.option("--as-of", type=Day(), help="The state as published by this day.")
@click.option("--known-on", type=Day(), help="The state as recorded here by this day.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
@pass_context
def filings(ctx: Context, /, as_csv: bool, as_json: bool, **where: Any) -> None:
    """Filings as they are now, or as they were at a date."""
    if as_csv and as_json:
        raise OptionError("Choose either --csv or --json")
    _check_series(where["series"])
    rows = queries.find_filings(ctx.open_history(), queries.FilingFilter(**where))
    if as_json:
        _print_json(rows)
    elif as_csv:
        _print_csv(rows)
    else:
        lang = ctx.lang
        columns = ["series", "batch", "kind", "province", "name", "entity", "number", "filed_on", "status"]
        table = [[word(row[name], lang) if name in ("kind", "status") else row[name] for name in columns] for row in rows]
        _print_rows(columns, table, lang, word("filings_total", lang, n=len(rows)))


@cli.command()
@click.argument("number")
@json_option
@pass_context
def show(ctx: Context, number: str, as_json: bool) -> None:
    """One filing by its number (now or former): all its versions and changes, with their sources."""
    db = ctx.open_history()
    found = queries.find_series_of_number(db, number)
    if not found:
        raise OptionError(f"No filing has the number {number}", hint="`tracker filings --search` finds by words")
    result = [
        {
            "series": series,
            "number": now,
            "versions": queries.find_versions(db, series, now),
            "changes": queries.find_changes(db, queries.ChangeFilter(series=series, number=now)),
        }
        for series, now in found
    ]
    if as_json:
        _print_json(result)
        return
    for filing in result:
        _print_filing(filing, ctx.lang)


@cli.command()
@click.option("--by", type=click.Choice(["province", "month", "entity", "kind", "series"]), required=True)
@series_option
@click.option("--kind", type=click.Choice([k.value for k in Kind]), help="Only this kind of filing.")
@click.option("--batch", metavar="P", help="Only filings whose newest list is of this period.")
@click.option("--as-of", type=Day(), help="The state as published by this day.")
@json_option
@pass_context
def stats(ctx: Context, /, by: str, as_json: bool, **where: Any) -> None:
    """Counts of filings (those withdrawn aside)."""
    _check_series(where["series"])
    rows = queries.count_filings(ctx.open_history(), by, queries.FilingFilter(**where))
    if as_json:
        _print_json(rows)
        return
    lang = ctx.lang
    table = [[word(row[by], lang) or word("none", lang), row["count"]] for row in rows]
    _print_rows([by, "count"], table, lang, word("filings_total", lang, n=sum(row["count"] for row in rows)))


@cli.command("open")
@click.argument("what", metavar="NUMBER|SHA256")
@json_option
@pass_context
def open_original(ctx: Context, what: str, as_json: bool) -> None:
    """Where the original files are that state a number, or that have a sha256."""
    rows = queries.find_originals(ctx.open_history(), what)
    if not rows:
        raise OptionError(f"No file states {what}", hint="Give a number as listed, or 8 or more digits of a sha256")
    archive = Archive(ctx.settings.archive)
    for row in rows:
        row["file"] = str(archive.path(row["sha256"]).absolute())
        row["exists"] = archive.path(row["sha256"]).is_file()
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        keys = ("file", "series", "batch", "attachment", "announcement", "media_type", "sha256", "first_seen", "state")
        print_pairs(make_console(), [(key, row[key]) for key in keys], ctx.lang)
        click.echo()


@cli.command()
@click.option("--all", "all_of_them", is_flag=True, help="Those that are over as well.")
@json_option
@pass_context
def incidents(ctx: Context, all_of_them: bool, as_json: bool) -> None:
    """What is wrong with a source or a list, and what to do about it."""
    rows = queries.find_incidents(ctx.open_history(), all_of_them=all_of_them)
    if as_json:
        _print_json(rows)
        return
    lang, console = ctx.lang, make_console()
    if not rows:
        console.print(word("no_incidents", lang))
    for row in rows:
        means, to_do = incident_text(row["kind"], lang)
        pairs = [
            ("incident", f"{means} ({row['kind']})"), ("source", row["source"]), ("address", row["address"]),
            ("reason", row["detail"]), ("since", row["first_seen"]), ("ended", row["ended_at"]), ("to_do", to_do),
        ]  # fmt: skip
        print_pairs(console, pairs, lang)
        console.print()


@cli.command()
@json_option
@pass_context
def settings(ctx: Context, as_json: bool) -> None:
    """Every setting: default, value in force, meaning."""
    rows = list_settings(ctx.settings)
    if as_json:
        _print_json(rows)
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
        click.echo(f"tracker: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of the pipe (head, less) has gone: nothing to say, and no traceback at exit.
        sys.stdout = None
        sys.exit(0)


def _progress(lang: Lang, *, quiet: bool) -> Any:
    """A progress line on a terminal; silent in a pipe and with --json."""
    console = make_console(stderr=True)
    show = sys.stderr.isatty() and not quiet
    bar = Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True, disable=not show)
    return _ProgressLine(bar, lang)


class _ProgressLine:
    """Shows which stage a poll is in, and what it is at."""

    def __init__(self, bar: Progress, lang: Lang) -> None:
        self.bar, self.lang = bar, lang

    def __enter__(self) -> Callable[[str, str], None]:
        self.bar.start()
        task = self.bar.add_task("")
        return lambda stage, what: self.bar.update(task, description=f"{word(stage, self.lang)}: {what}")

    def __exit__(self, *_: object) -> None:
        self.bar.stop()


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_csv(rows: Iterable[dict[str, Any]]) -> None:
    """Filings as CSV; text that a spreadsheet would take for a formula is kept from running with a quote."""
    columns = [*queries.FILING_KEYS, *queries.SOURCE_KEYS]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        flat = row | row["source"]
        writer.writerow([_harmless(flat[name]) for name in columns])


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r") else value


def _print_rows(columns: list[str], rows: list[list[Any]], lang: Lang, total: str) -> None:
    console = make_console()
    if not rows:
        console.print(word("nothing", lang))
        return
    print_table(console, columns, rows, lang)
    console.print(total)


def _print_filing(filing: dict[str, Any], lang: Lang) -> None:
    console = make_console()
    newest = filing["versions"][-1]
    pairs = [(key, word(newest[key], lang)) for key in ("number", "series", "kind", "status")]
    print_pairs(console, [*pairs, *((key, newest[key]) for key in FIELDS)], lang)
    rows = [
        [c["recorded_at"], c["published_on"], word(c["kind"], lang), change_text(c, lang), _source(c["source"])]
        for c in filing["changes"]
    ]
    console.print()
    print_table(console, ["recorded", "published", "change", "what", "source"], rows, lang)
    console.print()


def _source(source: dict[str, Any]) -> str:
    place = f" {source['table']}.{source['row']}" if source["row"] else ""
    page = f" p.{source['page']}" if source["page"] else ""
    return f"{source['attachment']}{place}{page} {source['sha256'][:12]} {source['announcement']}"


def _extraction(extraction: Any) -> dict[str, Any]:
    """What `extract --json` prints."""
    filings = []
    for filing in extraction.filings:
        keys = [key for key in queries.FILING_KEYS if key not in ("status", "batch")]
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


def _check_series(name: str | None) -> None:
    if name is not None:
        select_series([name])
