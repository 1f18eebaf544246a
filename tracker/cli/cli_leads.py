"""The command that tells how far the lists of provinces are ahead of the centre's: leads. It writes nothing."""

from __future__ import annotations

from statistics import median
from typing import Any

import click

from storage.queries.leads import KEYS
from tracker.cli.options import (
    Context,
    Day,
    csv_option,
    json_option,
    one_form,
    pass_context,
    print_csv,
    print_json,
    series_option,
)
from tracker.core.messages import Lang, word
from tracker.query.filing import leads as find_leads

# what a row holds, by the word over its column
_COLUMNS = {
    "series": "series", "number": "number", "name": "name", "entity": "entity", "lead_first": "published_on",
    "lead_later": "later_published_on", "lead_days": "published_days", "lead_seen": "recorded_days",
}  # fmt: skip


@click.command()
@series_option
@click.option("--waiting", is_flag=True, help="Only filings that the centre has not published yet.")
@click.option("--as-of", type=Day(), help="By what had been published by this day.")
@click.option("--known-on", type=Day(), help="By what was recorded here by this day.")
@csv_option
@json_option
@pass_context
def leads(ctx: Context, /, series: str | None, waiting: bool, as_csv: bool, as_json: bool, **days: str | None) -> None:
    """Filings of provinces' own lists, and how many days later the centre published them."""
    one_form(as_csv=as_csv, as_json=as_json)
    rows = find_leads(ctx.open_history(), series, waiting=waiting, **days)
    if as_json:
        print_json(rows)
    elif as_csv:
        print_csv(rows, KEYS)
    else:
        _print(rows, ctx.lang)


def _print(rows: list[dict[str, Any]], lang: Lang) -> None:
    from tracker.cli.display import make_console, print_table

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
    """The lead by our own clock; where the history began with either list that difference says nothing of it."""
    days = row["recorded_days"]
    if days is None:
        return None
    return f"{days} ({word('baseline', lang)})" if row["baseline"] else str(days)
