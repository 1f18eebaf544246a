"""The commands that ask the history; none of them writes."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from typing import Any

import click

from storage import queries
from storage.archive import Archive
from tracker.cli_context import Context, Day, check_series, json_option, pass_context, print_json, series_option
from tracker.display import change_text, make_console, print_changes, print_pairs, print_table
from tracker.errors import OptionError
from tracker.messages import Lang, incident_text, word
from tracker.models import FIELDS, ChangeKind, Kind, Status


@click.command()
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
    check_series(where["series"])
    rows = queries.find_changes(ctx.open_history(), queries.ChangeFilter(**where))
    if as_json:
        print_json(rows)
        return
    console = make_console()
    if not rows:
        console.print(word("nothing", ctx.lang))
        return
    print_changes(console, rows, ctx.lang)
    console.print(word("changes_total", ctx.lang, n=len(rows)))


@click.command()
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
    check_series(where["series"])
    rows = queries.find_filings(ctx.open_history(), queries.FilingFilter(**where))
    if as_json:
        print_json(rows)
    elif as_csv:
        _print_csv(rows)
    else:
        lang = ctx.lang
        columns = ["series", "batch", "kind", "province", "name", "entity", "number", "filed_on", "status"]
        spoken = ("kind", "status")
        table = [[word(row[name], lang) if name in spoken else row[name] for name in columns] for row in rows]
        _print_rows(columns, table, lang, word("filings_total", lang, n=len(rows)))


@click.command()
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
        print_json(result)
        return
    for filing in result:
        _print_filing(filing, ctx.lang)


@click.command()
@click.option("--by", type=click.Choice(["province", "month", "entity", "kind", "series"]), required=True)
@series_option
@click.option("--kind", type=click.Choice([k.value for k in Kind]), help="Only this kind of filing.")
@click.option("--batch", metavar="P", help="Only filings whose newest list is of this period.")
@click.option("--as-of", type=Day(), help="The state as published by this day.")
@json_option
@pass_context
def stats(ctx: Context, /, by: str, as_json: bool, **where: Any) -> None:
    """Counts of filings (those withdrawn aside)."""
    check_series(where["series"])
    rows = queries.count_filings(ctx.open_history(), by, queries.FilingFilter(**where))
    if as_json:
        print_json(rows)
        return
    lang = ctx.lang
    table = [[word(row[by], lang) or word("none", lang), row["count"]] for row in rows]
    _print_rows([by, "count"], table, lang, word("filings_total", lang, n=sum(row["count"] for row in rows)))


@click.command("open")
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
        print_json(rows)
        return
    for row in rows:
        keys = ("file", "series", "batch", "attachment", "announcement", "media_type", "sha256", "first_seen", "state")
        print_pairs(make_console(), [(key, row[key]) for key in keys], ctx.lang)
        click.echo()


@click.command()
@click.option("--all", "all_of_them", is_flag=True, help="Those that are over as well.")
@json_option
@pass_context
def incidents(ctx: Context, all_of_them: bool, as_json: bool) -> None:
    """What is wrong with a source or a list, and what to do about it."""
    rows = queries.find_incidents(ctx.open_history(), all_of_them=all_of_them)
    if as_json:
        print_json(rows)
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


