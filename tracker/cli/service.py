"""The commands of a service: `run` polls on schedule, `serve` serves the pages, `health` and `doctor` check both."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.text import Text

from storage.queries.polls import PollRow
from tracker.cli.options import Context, json_option, pass_context, print_json
from tracker.cli.output import make_console, print_pairs
from tracker.core.dates import read_clock
from tracker.core.errors import OptionError
from tracker.core.messages import Lang, language, word
from tracker.operations.health import read_health
from tracker.poll.timetable import Plan, make_plans
from tracker.settings.load import load_settings
from tracker.settings.model import Settings

if TYPE_CHECKING:
    from tracker.operations.doctor.findings import Finding

_TIMES = 5


@click.command()
@click.option("--list", "is_list", is_flag=True, help="Print the schedule and do not poll.")
@json_option
@pass_context
def run(ctx: Context, is_list: bool, as_json: bool) -> None:
    """Poll on schedule, each poll in its own process, until stopped.

    SIGTERM or SIGINT: no further poll begins, and the one that runs may go on for `schedule.stop_seconds`; a second one
    stops it at once. SIGHUP: the configuration is read again. Exit code 6: another `tracker run` uses the data folder.
    """
    # What logs takes a while to load: only the commands that do so pay for it.
    from tracker.operations import logs
    from tracker.operations.run_state import read_last

    settings = ctx.settings
    if not is_list:
        if as_json:
            raise OptionError("--json goes with --list")
        # The scheduler is loaded by this command alone.
        from tracker.operations.scheduler import Runner

        logs.configure(settings, service=True)
        Runner(settings, partial(load_settings, ctx.config)).run()
        return
    now = datetime.now(UTC)
    plans = make_plans(settings.schedule, settings.poll.provinces)
    rows = [_row(plan, read_last(settings, plan.series), now) for plan in plans]
    if as_json:
        print_json(rows)
    else:
        _print_jobs(rows, settings, ctx.lang)


def _row(plan: Plan, last: PollRow | None, now: datetime) -> dict[str, Any]:
    """One job: whom it polls, by which expression, and when; jitter is left out, for it is made when a time is near."""
    at, times = now, []
    for _ in range(_TIMES):
        at = plan.next(at)
        times.append(at.isoformat(timespec="seconds"))
    return {
        "series": list(plan.series),
        "schedule": plan.id,
        "next": times,
        "overdue": plan.is_overdue(datetime.fromisoformat(last.started_at) if last else None, now),
        "last_poll": last and {"poll": last.id, "started_at": last.started_at, "exit": last.exit},
    }


def _print_jobs(rows: list[dict[str, Any]], settings: Settings, lang: Lang) -> None:
    console = make_console()
    for row in rows:
        last = row["last_poll"]
        polled = f"{last['started_at']} ({word('exit', lang)} {last['exit']})" if last else word("none", lang)
        times = "\n".join(_readable(at) for at in row["next"])
        pairs = [
            ("series", ", ".join(row["series"])), ("schedule", row["schedule"]),
            ("overdue", word("made_up", lang) if row["overdue"] else ""),
            ("next_times", times),
            ("last_poll", polled),
        ]  # fmt: skip
        print_pairs(console, pairs, lang)
        console.print()
    schedule = settings.schedule
    note = word("jitter_note", lang, seconds=f"{schedule.jitter_seconds:g}", zone=schedule.timezone)
    console.print(Text(note, style="dim"))


def _readable(at: str) -> str:
    """2026-05-01 08:17, with seconds where there are any."""
    return f"{at[:10]} {at[11:16]}" if at[17:19] == "00" else f"{at[:10]} {at[11:19]}"


@click.command()
@click.option("--host", metavar="H", help="Listen on this address (default: web.listen, this machine only).")
@click.option("--port", type=click.IntRange(0, 65535), help="Listen on this port; 0: any free port.")
@click.option("--sql", is_flag=True, help="Allow SQL queries: single, read-only, with a time limit.")
@pass_context
def serve(ctx: Context, host: str | None, port: int | None, sql: bool) -> None:
    """Serve the history as pages, tables, feeds and JSON, until stopped (SIGTERM, SIGINT).

    It never writes: polls may run, and so may `tracker restore`.
    """
    # Datasette takes a second to load: only this command pays for it.
    from tracker.operations import logs
    from tracker.web.server import chosen_address
    from tracker.web.server import serve as serve_pages
    from tracker.web.words import say

    settings = ctx.settings
    logs.configure(settings)
    address = chosen_address(settings, host, port)
    is_sql = sql or settings.web.sql

    def tell(at: str) -> None:
        click.echo(say("serving", ctx.lang, address=at))
        if is_sql:
            click.echo(say("serving_sql", ctx.lang))

    serve_pages(settings, *address, sql=is_sql, tell=tell)


_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "bold red")}


@click.command()
@json_option
@pass_context
def health(ctx: Context, as_json: bool) -> None:
    """Print in one line whether polls finish; exit code 0, or 1 if they do not."""
    found = read_health(ctx.settings, read_clock(), ctx.lang)
    if as_json:
        print_json(found.as_dict())
    else:
        click.echo(found.line())
    sys.exit(0 if found.healthy else 1)


@click.command()
@click.option("--quick", is_flag=True, help="Do not read every file of the archive.")
@json_option
def doctor(quick: bool, as_json: bool) -> None:
    """Check everything the program needs and report what to do; changes and sends nothing."""
    # takes along the channels
    from tracker.operations.doctor.checks import open_settings
    from tracker.operations.doctor.findings import Reporter
    from tracker.operations.doctor.run import examine

    # not by the Context, which ends the program where the configuration is broken
    given = click.get_current_context().find_root().params
    file: Path | None = given["config"]
    settings, fault = open_settings(file)
    lang = language(given["lang"] or settings.lang)
    findings = []
    group = ""
    for one in examine(settings, file, fault, read_clock(), Reporter(lang), quick=quick):
        findings.append(one)
        if not as_json:
            group = _print_finding(make_console(), one, group, lang)
    failed = any(one.state == "failed" for one in findings)
    if as_json:
        print_json({"ok": not failed, "checks": [asdict(one) for one in findings]})
    else:
        _print_summary(make_console(), findings, lang)
    sys.exit(1 if failed else 0)


def _print_finding(console: Console, one: Finding, group: str, lang: Lang) -> str:
    """A finding, below its group's name where it is the first of it; returns the group."""
    from tracker.operations.doctor.findings import GROUPS

    if one.group != group:
        console.print(Text(GROUPS[one.group][lang], style="bold"))
    mark, style = _MARKS[one.state]
    console.print(Text.assemble("  ", (mark, style), f" {one.message}"))
    if one.to_do:
        console.print(Text(f"    → {word('to_do', lang)}: {one.to_do}", style=style))
    return one.group


def _print_summary(console: Console, findings: list[Finding], lang: Lang) -> None:
    from tracker.operations.doctor.findings import TEXTS

    counts = {state: sum(one.state == state for one in findings) for state in _MARKS}
    console.print(Text(TEXTS["summary"][lang][0].format(**counts), style="bold"))
