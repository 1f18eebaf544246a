"""The command that polls on schedule, and the list of what it would do."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import click
from rich.text import Text

from storage.queries.polls import PollRow
from tracker.cli.display import make_console, print_pairs
from tracker.cli.options import Context, json_option, pass_context, print_json
from tracker.core.errors import OptionError
from tracker.core.messages import Lang, word
from tracker.poll.plan import Batches, Plan, make_plans
from tracker.settings.model import Settings, load_settings

_TIMES = 5


@click.command()
@click.option("--list", "is_list", is_flag=True, help="Print what is polled when, and poll nothing.")
@json_option
@pass_context
def run(ctx: Context, is_list: bool, as_json: bool) -> None:
    """Poll on schedule, each poll in a process of its own, until it is told to stop.

    SIGTERM or SIGINT: no further poll begins, and the one that runs may go on for `schedule.stop_seconds`; a second one
    stops it at once. SIGHUP: the configuration is read again. Exit code 6: another `tracker run` uses the data folder.
    """
    # What logs takes a while to load: only the commands that do so pay for it.
    from tracker.operations import logs
    from tracker.operations.run_history import read_batches, read_last

    settings = ctx.settings
    if not is_list:
        if as_json:
            raise OptionError("--json goes with --list")
        # The scheduler is loaded by this command alone.
        from tracker.operations.scheduler import Runner

        logs.configure(settings, service=True)
        Runner(settings, partial(load_settings, ctx.config)).run()
        return
    now, batches = datetime.now(UTC), read_batches(settings)
    plans = make_plans(settings.schedule, settings.poll.provinces)
    rows = [_row(plan, read_last(settings, plan.series), batches, now) for plan in plans]
    if as_json:
        print_json(rows)
    else:
        _print_jobs(rows, settings, ctx.lang)


def _row(plan: Plan, last: PollRow | None, batches: Batches, now: datetime) -> dict[str, Any]:
    """One job: whom it polls, by which expression, and when; jitter is left out, for it is made when a time is near."""
    at, times = now, []
    before = datetime.fromisoformat(last.started_at) if last else None
    for _ in range(_TIMES):
        at = before = plan.next(at, before, batches)
        times.append(at.isoformat(timespec="seconds"))
    return {
        "series": list(plan.series),
        "schedule": plan.id,
        "warm": list(plan.warm(batches, now)),
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
            ("series", ", ".join(row["series"])), ("schedule", row["schedule"]), ("warm", ", ".join(row["warm"])),
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
