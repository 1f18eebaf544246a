"""The commands that say what is wrong: with a source, or between the history and the regulator's own figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from storage.queries import incidents as incidents_queries
from tracker.cli.options import Context, check_series, json_option, pass_context, print_json, series_option
from tracker.cli.output import counts_text, make_console, print_pairs, print_table
from tracker.core.incident_texts import incident_text
from tracker.core.messages import Lang, word
from tracker.core.models import Check, Verdict


@click.command()
@click.option("--all", "all_of_them", is_flag=True, help="Include incidents that have ended.")
@json_option
@pass_context
def incidents(ctx: Context, all_of_them: bool, as_json: bool) -> None:
    """List what is wrong with sources and lists, and what to do about it."""
    rows = incidents_queries.find_incidents(ctx.open_history(), all_of_them=all_of_them)
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


@click.command()
@series_option
@click.option("--all", "all_of_them", is_flag=True, help="Include the checks that passed, one by one.")
@json_option
@pass_context
def reconcile(ctx: Context, series: str | None, all_of_them: bool, as_json: bool) -> None:
    """Check the history against the regulator's figures: totals, rows, 序号, places, numbers, cancellations."""
    from tracker.poll.derive import facts_in_force, run_checks

    check_series(series)
    facts = facts_in_force(ctx.settings)
    checks = [check for check in run_checks(ctx.open_history(), facts) if series in (None, check.series)]
    if as_json:
        print_json([_check_json(check) for check in checks])
        return
    lang, console = ctx.lang, make_console()
    shown = [check for check in checks if all_of_them or check.verdict is not Verdict.OK]
    for verdict in (Verdict.OFF, Verdict.NOT_CHECKABLE, Verdict.OK):
        _print_checks(console, [check for check in shown if check.verdict is verdict], verdict, lang)
    if not checks:
        console.print(word("nothing", lang))
        return
    counts = Counter(check.verdict.value for check in checks)
    console.print(Text(counts_text(counts, lang), style="bold"))


def _check_json(check: Check) -> dict[str, Any]:
    return asdict(check) | {"off_by": check.off_by}


def _print_checks(console: Console, checks: list[Check], verdict: Verdict, lang: Lang) -> None:
    """Checks of one verdict as a table; below it, for those that are off, what is missing."""
    if not checks:
        return
    columns = ["check", "series", "compared_with", "expected", "found", "detail"]
    rows = [[_sort(c, lang), c.series, c.subject, c.expected, c.found, c.detail] for c in checks]
    counted = [n for n in (3, 4) if any(row[n] is not None for row in rows)]
    used = [n for n in range(len(columns)) if n not in (3, 4) or n in counted]
    title = word(verdict.value, lang)
    print_table(console, [columns[n] for n in used], [[row[n] for n in used] for row in rows], lang, title=title)
    for check in checks:
        if check.items and verdict is Verdict.OFF:
            console.print(Text(f"  {_sort(check, lang)} {check.series} {check.subject}:"))
            for item in check.items:
                console.print(Text(f"    {item}"))
    console.print()


def _sort(check: Check, lang: Lang) -> str:
    return word(f"check_{check.name}", lang)
