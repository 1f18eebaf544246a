"""The commands that query many filings or changes: changes, filings, stats, compare, leads. They write nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import median
from typing import Any

import click

from storage.queries import changes as changes_queries
from storage.queries import counts as counts_queries
from storage.queries import filings as filings_queries
from storage.queries.filing import KEYS, series_present
from storage.queries.filters import ChangeFilter, FilingFilter
from tracker.cli.options import (
    Context,
    Day,
    check_series,
    csv_option,
    filter_option,
    filter_options,
    json_option,
    one_form,
    pass_context,
    print_csv,
    print_json,
    series_option,
)
from tracker.cli.output import counts_text, make_console, print_changes, print_table
from tracker.core.messages import Lang, word
from tracker.core.series import not_counted
from tracker.query.filing import list_leads
from tracker.query.filters import CHANGES, DAYS, FILINGS, changed_field


@click.command()
@filter_options(
    CHANGES | {"field": changed_field.without("kind")}, "since", "until", "published_since", "published_until",
    "series", "province", "search", "field", "kind", "batch", "baseline",
)  # fmt: skip
@csv_option
@json_option
@pass_context
def changes(ctx: Context, /, search: str | None, as_csv: bool, as_json: bool, **where: Any) -> None:
    """List the change log: what happened to which filing, when, and in which file."""
    from tracker.query.search import search_for

    one_form(as_csv=as_csv, as_json=as_json)
    check_series(where["series"])
    terms = search_for(search or "")
    is_asked = search is None or terms  # where nothing of it can be searched for, nothing is found
    asked = ChangeFilter(terms=terms, **where)
    rows = changes_queries.find_changes(ctx.open_history(), asked) if is_asked else []
    if as_json:
        print_json(rows)
    elif as_csv:
        print_csv([line for row in rows for line in _lines_of_change(row)], _CHANGE_COLUMNS)
    elif not rows:
        make_console().print(word("nothing", ctx.lang))
    else:
        console = make_console()
        print_changes(console, rows, ctx.lang)
        console.print(word("changes_total", ctx.lang, n=len(rows)))


# Former names of entities to explain in a sentence; for more, the column is enough.
MOST_SAID = 5
_CHANGE_COLUMNS = (
    "id", "kind", "series", "number", "number_now", "name", "entity", "batch", "published_on", "recorded_at", "status",
    "field", "before", "after", *filings_queries.SOURCE_KEYS,
)  # fmt: skip


def _lines_of_change(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a line for each field that changed; one line where none did."""
    flat = row | row["source"]
    fields = row["fields"] or {None: (None, None)}
    return [flat | {"field": name, "before": pair[0], "after": pair[1]} for name, pair in fields.items()]


@click.command()
@filter_options(
    FILINGS, "series", "province", "entity", "search", "status", "kind", "batch", "filed_on", "as_of", "known_on"
)
@csv_option
@json_option
@pass_context
def filings(
    ctx: Context, /, search: str | None, entity: str | None, as_csv: bool, as_json: bool, **where: Any
) -> None:  # fmt: skip
    """List filings as they are now, or as they were on a date."""
    from tracker.query.search import search_filings

    one_form(as_csv=as_csv, as_json=as_json)
    check_series(where["series"])
    db = ctx.open_history()
    rows = search_filings(db, FilingFilter(**where), search=search, entity=entity)
    if as_json:
        print_json([{key: value for key, value in row.items() if key != "filing_id"} for row in rows])
    elif as_csv:
        keys = (*filings_queries.FILING_KEYS, "formerly", *filings_queries.SOURCE_KEYS)
        print_csv([row | row["source"] for row in rows], keys)
    else:
        _print_filings(ctx, rows)


def _print_filings(ctx: Context, rows: list[dict[str, Any]]) -> None:
    lang, console = ctx.lang, make_console()
    if not rows:
        console.print(word("nothing", lang))
        return
    columns = ["series", "batch", "kind", "province", "name", "entity", "number", "filed_on", "status", "formerly"]
    used = [name for name in columns if name != "formerly" or any(row["formerly"] for row in rows)]
    table = [[word(row[c], lang) if c in ("kind", "status") else row[c] for c in used] for row in rows]
    print_table(console, used, table, lang)
    said = sorted({(row["formerly"], row["entity_today"]) for row in rows if row["formerly_entity"]})
    for former, today in said if len(said) <= MOST_SAID else []:  # the column says it of each filing
        console.print(word("formerly_said", lang, former=former, today=today))
    console.print(word("filings_total", lang, n=len(rows)))


@click.command()
@click.option("--by", type=click.Choice(["province", "month", "entity", "kind", "series"]), required=True)
@filter_options(FILINGS, "series", "kind", "status", "batch", "as_of", "known_on")
@json_option
@pass_context
def stats(ctx: Context, /, by: str, as_json: bool, **where: Any) -> None:
    """Count filings, without withdrawn ones; an entity counts with all its names.

    Provincial lists count only if --series names one: their filings are also in the centre's lists.
    """
    check_series(where["series"])
    db = ctx.open_history()
    without = series_present(db, not_counted(where["series"]))
    rows = counts_queries.count_filings(db, by, FilingFilter(**where, without=without))
    if as_json:
        print_json(rows)
        return
    lang, console = ctx.lang, make_console()
    if not rows:
        console.print(word("nothing", lang))
        return
    table = [[word(row[by], lang) or word("none", lang), row["count"]] for row in rows]
    print_table(console, [by, "count"], table, lang)
    console.print(word("filings_total", lang, n=sum(row["count"] for row in rows)))
    if without:
        console.print(word("left_out", lang, series=", ".join(without)))


@click.command()
@click.argument("first", metavar="FROM", type=Day())
@click.argument("last", metavar="TO", type=Day())
@series_option
@click.option("--recorded", is_flag=True, help="Use the dates of recording here, not of publication.")
@json_option
@pass_context
def compare(ctx: Context, first: str, last: str, series: str | None, recorded: bool, as_json: bool) -> None:
    """Compare the end of two days, FROM and TO: the net change of each filing.

    Provincial lists are included only if --series names one.
    """
    from tracker.query.compare import compare_days

    check_series(series)
    rows = compare_days(ctx.open_history(), first, last, recorded=recorded, series=series)
    if as_json:
        print_json(rows)
        return
    lang, console = ctx.lang, make_console()
    if rows:
        print_changes(console, rows, lang)
    counts = counts_text(Counter(row["kind"] for row in rows), lang)
    console.print(word("compared", lang, first=first, last=last, counts=counts))


# what a row holds, by the word over its column
_COLUMNS = {
    "series": "series", "number": "number", "name": "name", "entity": "entity", "lead_first": "published_on",
    "lead_later": "later_published_on", "lead_days": "published_days", "lead_seen": "recorded_days",
}  # fmt: skip


@click.command()
@series_option
@click.option("--waiting", is_flag=True, help="Only filings that the centre has not published yet.")
@filter_option(replace(DAYS["as_of"], help="Use what had been published by this day."))
@filter_option(replace(DAYS["known_on"], help="Use what had been recorded here by this day."))
@csv_option
@json_option
@pass_context
def leads(ctx: Context, /, series: str | None, waiting: bool, as_csv: bool, as_json: bool, **days: str | None) -> None:
    """List filings of provincial lists, and how many days later the centre published them."""
    one_form(as_csv=as_csv, as_json=as_json)
    rows = list_leads(ctx.open_history(), series, waiting=waiting, **days)
    if as_json:
        print_json(rows)
    elif as_csv:
        print_csv(rows, KEYS)
    else:
        _print(rows, ctx.lang)


def _print(rows: list[dict[str, Any]], lang: Lang) -> None:
    console = make_console()
    if not rows:
        console.print(word("no_leads", lang))
        return
    shown = [row | {"published_days": _days(row), "recorded_days": recorded_text(row, lang)} for row in rows]
    table = [[row[name] if row[name] is not None else "–" for name in _COLUMNS.values()] for row in shown]
    print_table(console, list(_COLUMNS), table, lang)
    came = [row["published_days"] for row in rows if row["published_days"] is not None]
    console.print(word("leads_total", lang, n=len(rows), came=len(came), waiting=len(rows) - len(came)))
    if came:
        console.print(word("leads_days", lang, median=f"{median(came):g}", least=min(came), most=max(came)))
    if any(row["at_most"] for row in rows):
        console.print(word("leads_at_most", lang))


def _days(row: dict[str, Any]) -> str | None:
    days = row["published_days"]
    return None if days is None else f"≤ {days}" if row["at_most"] else str(days)


def recorded_text(row: dict[str, Any], lang: Lang) -> str | None:
    """Return the lead by our own clock; where the history began with either list that difference says nothing of it."""
    days = row["recorded_days"]
    if days is None:
        return None
    return f"{days} ({word('baseline', lang)})" if row["baseline"] else str(days)
