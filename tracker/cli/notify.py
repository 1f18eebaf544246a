"""`tracker notify`: undelivered alerts, retries, test messages, previews."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Any, NoReturn

import click
from rich.text import Text
from sqlite_utils import Database

from storage.queries import outbox as outbox_queries
from storage.schema.migrations import connect
from storage.write.outbox import Outbox, message_id
from tracker.cli.options import Context, json_option, pass_context, print_json, speaks_on_stdout
from tracker.cli.output import counts_text, make_console, print_table
from tracker.core.dates import read_clock
from tracker.core.errors import DeliveryError, OptionError, StorageError
from tracker.core.messages import Lang, word
from tracker.core.safe_text import visible
from tracker.settings.load import check_secrets
from tracker.settings.model import Settings
from tracker.settings.subscriptions import AnySubscription

Answers = Sequence[tuple[str, str, str]]  # subscription, subject, what was answered
_ID_DIGITS = 12  # of an id, as a table shows them: "msg_" and eight digits

subscription_option = click.option(
    "--subscription", "names", multiple=True, metavar="NAME", help="Only this subscription; may be repeated."
)


@click.group()
def notify() -> None:
    """Manage alerts: list waiting ones, retry, send test messages, preview."""


@notify.command("list")
@subscription_option
@click.option("--all", "all_of_them", is_flag=True, help="Include delivered and dropped alerts.")
@json_option
@pass_context
def list_alerts(ctx: Context, names: tuple[str, ...], all_of_them: bool, as_json: bool) -> None:
    """List undelivered alerts: why, and when the next retry is."""
    states = None if all_of_them else ("open", *outbox_queries.UNDELIVERED)
    found = outbox_queries.deliveries(ctx.open_history(), states)
    rows = [row for row in found if not names or row["subscription"] in names]
    if as_json:
        print_json(rows)
        return
    lang, console = ctx.lang, make_console()
    if not rows:
        console.print(word("no_alerts", lang))
        return
    columns = ["id", "subscription", "state", "subject", "tries", "next_try", "answer"]
    print_table(console, columns, [_line(row, lang) for row in rows], lang)


def _line(row: dict[str, Any], lang: Lang) -> list[object]:
    state = word(row["state"], lang) + (f" ({word('disabled', lang)})" if row["disabled_at"] else "")
    subject = row["subject"] or f"{row['items']} …"
    following = row["until"] if row["state"] == "open" else row["next_try_at"]
    return [row["id"][:_ID_DIGITS], row["subscription"], state, subject, row["tries"], following, row["answer"]]


@notify.command()
@json_option
@pass_context
def send(ctx: Context, as_json: bool) -> None:
    """Send only what is due now: completed digests and retries.

    Every poll does this at its end, and `tracker run` does it between polls.
    """
    from tracker.poll.data_folder import poll_lock
    from tracker.poll.deliver import seal_due

    check_secrets(ctx.settings)
    with poll_lock(ctx.settings.data_dir), closing(_open(ctx)) as db:
        faults = seal_due(db, ctx.settings, read_clock(), digests_only=True)
        answers, deliveries = _deliver(ctx, db, (), as_json=as_json)
    for _, error in faults:  # whatever it is, the other messages did not wait for it
        raise error
    _end(ctx, answers, deliveries, as_json=as_json)


def _deliver(ctx: Context, db: Database, names: Sequence[str], *, as_json: bool) -> tuple[Answers, dict[str, int]]:
    """Send what is due to these subscriptions (or all); what was answered, and the deliveries by state."""
    from tracker.poll.deliver import Deliverer, sync_undelivered

    deliverer = Deliverer(db, ctx.settings, sys.stderr if as_json else sys.stdout)
    deliverer.run(names)
    sync_undelivered(db, ctx.settings, _last_poll(db), read_clock())
    sent = {"sent": deliverer.sent.total()} if deliverer.sent else {}
    return deliverer.answers, sent | outbox_queries.count_by_state(db)


def _end(ctx: Context, answers: Answers, deliveries: dict[str, int], *, as_json: bool) -> NoReturn:
    """Print what came of it, and end with the exit code that it calls for."""
    _print_outcome(ctx, answers, deliveries, as_json=as_json)
    sys.exit(DeliveryError.exit_code if deliveries.keys() & set(outbox_queries.UNDELIVERED) else 0)


@notify.command()
@click.argument("ids", nargs=-1, metavar="[ID]…")
@subscription_option
@json_option
@pass_context
def retry(ctx: Context, ids: tuple[str, ...], names: tuple[str, ...], as_json: bool) -> None:
    """Send all waiting alerts, or these (an id or its first digits), at once; also given-up alerts."""
    # The poll's own parts take a second to load: only the commands that need them pay for it.
    from tracker.poll.data_folder import poll_lock
    from tracker.poll.deliver import seal_due

    check_secrets(ctx.settings)
    with poll_lock(ctx.settings.data_dir), closing(_open(ctx)) as db:
        outbox = Outbox(db)
        for _, error in seal_due(db, ctx.settings, read_clock(), digests_only=True):
            raise error
        rows = _choose(db, ctx.settings, ids, names, outbox_queries.UNDELIVERED)
        chosen = _asked_for(ctx.settings, rows, ids, names)
        for name in chosen:
            outbox.enable(name)
        outbox.retry([row["seq"] for row in rows], read_clock())
        answers, deliveries = _deliver(ctx, db, chosen, as_json=as_json)
    _end(ctx, answers, deliveries, as_json=as_json)


def _print_outcome(
    ctx: Context, answers: Answers, deliveries: dict[str, int], *, as_json: bool
) -> None:
    if as_json:
        keys = ("subscription", "subject", "answer")
        print_json({"answers": [dict(zip(keys, one, strict=True)) for one in answers], "deliveries": deliveries})
        return
    lang, console = ctx.lang, make_console(stderr=speaks_on_stdout(ctx.settings))
    if answers:
        print_table(console, ["subscription", "subject", "answer"], answers, lang)
    counts = counts_text(deliveries, lang) if deliveries else word("no_alerts", lang)
    console.print(Text(counts, style="bold"))


@notify.command()
@click.argument("ids", nargs=-1, metavar="[ID]…")
@subscription_option
@pass_context
def drop(ctx: Context, ids: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Drop alerts that are no longer needed: these, or all waiting alerts of a subscription."""
    from tracker.poll.data_folder import poll_lock
    from tracker.poll.deliver import sync_undelivered

    if not ids and not names:
        raise OptionError("Say which alerts: their ids, or --subscription NAME")
    with poll_lock(ctx.settings.data_dir):
        db = _open(ctx)
        rows = _choose(db, ctx.settings, ids, names, ("open", *outbox_queries.UNDELIVERED))
        Outbox(db).drop([row["seq"] for row in rows], read_clock())
        sync_undelivered(db, ctx.settings, _last_poll(db), read_clock())
        db.close()
    make_console().print(word("dropped_n", ctx.lang, n=len(rows)))


@notify.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@json_option
@pass_context
def test(ctx: Context, names: tuple[str, ...], as_json: bool) -> None:
    """Send a test message to each subscription (or these) and print the service's response."""
    subscriptions = _subscriptions(ctx.settings, names)
    check_secrets(ctx.settings)
    results = _send_tests(ctx, subscriptions, as_json=as_json)
    if as_json:
        print_json(results)
    else:
        rows = [
            [one["subscription"], one["channel"], "✓" if one["accepted"] else "✗", one["answer"]] for one in results
        ]
        console = make_console(stderr=speaks_on_stdout(ctx.settings))
        print_table(console, ["subscription", "channel", "outcome", "answer"], rows, ctx.lang)
    sys.exit(0 if all(one["accepted"] for one in results) else DeliveryError.exit_code)


def _send_tests(ctx: Context, subscriptions: Sequence[AnySubscription], *, as_json: bool) -> list[dict[str, Any]]:
    from tracker.notify.channels.base import Accepted
    from tracker.notify.channels.registry import open_channel
    from tracker.notify.dispatcher import Dispatcher, Job
    from tracker.notify.message import Message
    from tracker.notify.subject import make_subject
    from tracker.poll.deliver import EXCHANGES, lang_of

    settings, now = ctx.settings, read_clock()
    results = {
        one.name: {"subscription": one.name, "channel": one.channel, "accepted": False, "answer": ""}
        for one in subscriptions
    }
    jobs = {}
    for one in subscriptions:
        lang = lang_of(settings, one.name)
        jobs[one.name] = Job(one.name, 0, Message(
            id=message_id(one.name, "test", [now]), subscription=one.name, topic="test", lang=lang, created_at=now,
            subject=make_subject("test", (), (), (), lang), entry=settings.entry_of(one.name),
        ))  # fmt: skip

    def accept(job: Job, accepted: Accepted) -> None:
        results[job.subscription]["answer"] = accepted.answer

    def finish(job: Job, error: DeliveryError | None) -> None:
        results[job.subscription]["accepted"] = error is None
        if error is not None:
            results[job.subscription]["answer"] = error.message

    stdout = sys.stderr if as_json else sys.stdout
    channels = {one.name: open_channel(one, settings.notify, stdout) for one in subscriptions}
    patience = settings.notify.timeout * EXCHANGES
    Dispatcher(channels, lambda name: jobs.pop(name, None), accept, finish, patience).run()
    return list(results.values())


@notify.command("preview")
@click.argument("name", metavar="NAME")
@click.option("--id", "id_", metavar="ID", help="This alert (an id or its first digits; default: the newest).")
@click.option(
    "--as", "form", type=click.Choice(["text", "html", "mail", "json", "csv"]), default="text", show_default=True,
    help="Format to show it in.",
)  # fmt: skip
@pass_context
def preview_alert(ctx: Context, name: str, id_: str | None, form: str) -> None:
    """Show an alert as a subscription would get it, without sending anything."""
    from tracker.poll.preview import preview, render_as

    subscription = _subscriptions(ctx.settings, (name,))[0]
    message = preview(ctx.open_history(), ctx.settings, subscription, id_, read_clock())
    text = render_as(message, form, subscription, ctx.settings)
    click.echo(visible(text.decode("utf-8", "replace")) if sys.stdout.isatty() else text, nl=False)


def _subscriptions(settings: Settings, names: Sequence[str]) -> list[AnySubscription]:
    known = {one.name: one for one in settings.subscriptions}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise OptionError(
            f"There is no subscription {', '.join(unknown)}", hint=f"Subscriptions: {', '.join(known) or 'none'}"
        )
    if not known:
        raise OptionError("There are no subscriptions", hint="Add [[subscriptions]] to tracker.toml (docs/alerts.md)")
    return [known[name] for name in names] if names else list(known.values())


def _choose(
    db: Database, settings: Settings, ids: Sequence[str], names: Sequence[str], states: Sequence[str]
) -> list[dict[str, Any]]:  # fmt: skip
    """The deliveries in these states that are meant by ids (or their first digits) and names of subscriptions."""
    every = outbox_queries.deliveries(db, states)
    unknown = set(names) - {row["subscription"] for row in every} - {one.name for one in settings.subscriptions}
    if unknown:
        raise OptionError(f"There is no subscription {', '.join(sorted(unknown))}, and no alert waits for it")
    rows = [row for row in every if not names or row["subscription"] in names]
    if not ids:
        return rows
    chosen = []
    for id_ in ids:
        found = [row for row in rows if row["id"].startswith(id_)]
        if len(found) != 1:
            raise OptionError(f"{id_} is {'no' if not found else 'more than one'} alert that waits")
        chosen += found
    return chosen


def _asked_for(
    settings: Settings, rows: Sequence[dict[str, Any]], ids: Sequence[str], names: Sequence[str]
) -> list[str]:  # fmt: skip
    """Return the subscriptions to send to: named ones, those of named alerts, or all."""
    if ids:
        return sorted({row["subscription"] for row in rows})
    return list(names) or [one.name for one in settings.subscriptions]


def _open(ctx: Context) -> Database:
    """Return the history, for writing.

    Raises:
        StorageError: there is none, or no poll was ever begun.
    """
    db = ctx.open_history()
    polls = db["poll"].count
    db.close()
    if not polls:
        raise StorageError("There is no history yet", file=ctx.settings.database, hint="Run `tracker poll` first")
    return connect(ctx.settings.database)


def _last_poll(db: Database) -> int:
    return int(db.execute("SELECT max(id) FROM poll").fetchone()[0])
