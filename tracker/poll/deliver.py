"""The last part of a poll: send alerts. Connects the outbox and the channels.

In: the outbox with the alerts of recorded changes, and open incidents. Out: closed deliveries, sent or waiting for the
next retry. It can run again at any time; everything it sends is in the outbox first.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

from sqlite_utils import Database

from storage.faults import is_storage_fault
from storage.queries import entities, polls
from storage.queries import outbox as outbox_queries
from storage.write.history import History
from storage.write.outbox import Outbox, OutboxItem, Rule
from tracker.core.dates import read_clock
from tracker.core.errors import DeliveryError
from tracker.core.messages import Lang, language
from tracker.core.models import Change, Incident, IncidentKind
from tracker.notify.filters import folded, wants_change, wants_incident, wants_unclassified
from tracker.notify.timing import due_at, find_news, next_try
from tracker.poll.context import PollContext
from tracker.poll.incidents import failure, sync_incidents
from tracker.reading.search_text import searchable
from tracker.settings.model import Settings
from tracker.settings.subscriptions import AnySubscription

if TYPE_CHECKING:
    # Channels and messages take mail, HTTP and templates along: most polls have nothing to send, and do without.
    from tracker.notify.channels.base import Accepted
    from tracker.notify.dispatcher import Job
    from tracker.notify.message import Message


def make_rules(db: Database, settings: Settings, now: str) -> list[Rule]:
    """Return the rules of the subscriptions, which decide at recording whether a change is queued."""
    return [
        Rule(
            subscription.name,
            partial(_accepts, subscription, _entity_names(db, subscription)),
            per_batch=subscription.form == "batch",
            due_at=due_at(subscription, settings.notify.timezone, now),
        )
        for subscription in settings.subscriptions
    ]


def _accepts(subscription: AnySubscription, names: set[str], change: Change) -> bool:
    """Return True if a change is wanted; an entity that the change renames is followed under its new name."""
    renamed = {folded(name) for name in change.fields.get("entity", ()) if name}
    if names & renamed or any(folded(text) in name for text in subscription.entities for name in renamed):
        names |= renamed
    return wants_change(subscription, change, frozenset(names))


def _entity_names(db: Database, subscription: AnySubscription) -> set[str]:
    """Return every folded name of the entities that ever had a name in the filter."""
    found = [row for text in subscription.entities for row in entities.find_entities(db, searchable(text))]
    return {folded(name["name"]) for row in found for name in row["names"]}


def queue_news(poll: PollContext, now: str) -> None:
    """Queue the news of incidents and unclassified announcements, and close the deliveries that collect no more."""
    db, settings, outbox = poll.db, poll.settings, Outbox(poll.db)
    unclassified = [row["address"] for row in polls.unclassified(db, poll.number)]
    for subscription in settings.subscriptions:
        name, until = subscription.name, due_at(subscription, settings.notify.timezone, now)
        outbox.bring_forward(name, until)
        outbox.queue_news(name, until, _incidents(db, settings, subscription, now), now)
        if wants_unclassified(subscription):
            known = outbox_queries.listings_already_sent(db, name)
            outbox.queue_news(name, until, [OutboxItem(listing=url) for url in unclassified if url not in known], now)
    for subscription_name, error in seal_due(db, settings, now):
        # A fault of our own at one message keeps no other from going out; each poll tries it again.
        incident = failure("alerts", f"subscription {subscription_name}", error)
        poll.history.record_incident(incident, poll.number, now)


def _incidents(
    db: Database, settings: Settings, subscription: AnySubscription, now: str
) -> list[OutboxItem]:  # fmt: skip
    rows = [
        row
        for row in outbox_queries.incident_news(db, subscription.name)
        # a subscription that cannot be reached is reported to the others
        if wants_incident(subscription, row["source"])
        and (row["kind"], row["source"]) != (IncidentKind.UNDELIVERED, subscription.name)
    ]
    notify = settings.notify
    news = find_news(rows, now, failed_polls=notify.failed_polls, remind_hours=notify.remind_hours)
    return [OutboxItem(incident=incident, phase=phase.value) for incident, phase in news]


def seal_due(
    db: Database, settings: Settings, now: str, *, digests_only: bool = False
) -> list[tuple[str, Exception]]:  # fmt: skip
    """Close every delivery that gathers no longer, with the figures of now; returns the faults of our own.

    Between polls `digests_only`: a message for which a poll that was cut short had gathered is the next poll's.

    Raises:
        sqlite3.Error: the database itself cannot be used.
    """
    faults: list[tuple[str, Exception]] = []
    for row in outbox_queries.to_seal(db, now, digests_only=digests_only):
        try:
            _seal(db, settings, row, now)
        except Exception as error:  # whatever it is, the other messages must not wait for it
            if is_storage_fault(error):
                raise
            faults.append((row["subscription"], error))
        else:
            History(db).end_incident(IncidentKind.FAILURE, f"subscription {row['subscription']}", now)
    return faults


def _seal(db: Database, settings: Settings, row: dict[str, Any], now: str) -> None:
    from tracker.notify.compose import series_concerned, subject_of

    contents, lang = outbox_queries.contents(db, row["seq"]), lang_of(settings, row["subscription"])
    facts = outbox_queries.facts_of(db, series_concerned(contents))
    Outbox(db).close(row["seq"], lang, subject_of(row["topic"], contents, lang), facts, contents, now)


def message_of(
    db: Database, settings: Settings, delivery: dict[str, Any], contents: dict[str, Any] | None = None
) -> Message:  # fmt: skip
    """Return the message of a closed delivery; `contents` replaces those of the outbox."""
    from tracker.notify.compose import compose

    if contents is None:
        kept = delivery.get("contents")
        contents = json.loads(kept) if kept else outbox_queries.contents(db, delivery["seq"])
    return compose(delivery, contents, settings.entry_of(delivery["subscription"]))


def lang_of(settings: Settings, name: str) -> Lang:
    """Return the language of a subscription: its own, else the program's."""
    subscription = next((one for one in settings.subscriptions if one.name == name), None)
    return language((subscription.lang if subscription else "") or settings.lang)


@dataclass(slots=True)
class Deliverer:
    """Send what is due; `sent` counts the sent messages."""

    db: Database
    settings: Settings
    stdout: TextIO
    progress: Callable[[str], None] = lambda _: None
    sent: Counter[str] = field(default_factory=Counter)
    answers: list[tuple[str, str, str]] = field(default_factory=list)  # (subscription, subject, answer)

    def run(self, names: Sequence[str] = ()) -> None:
        """Send to these subscriptions (or all) until nothing more is due or can be sent now."""
        notify, now = self.settings.notify, read_clock()
        asked = [one for one in self.settings.subscriptions if not names or one.name in names]
        due = [one for one in asked if outbox_queries.next_due(self.db, one.name, now)]
        if not due:
            return
        from tracker.notify.channels.registry import open_channel
        from tracker.notify.dispatcher import Dispatcher

        channels = {one.name: open_channel(one, notify, self.stdout) for one in due}
        Dispatcher(channels, self._next, self._accept, self._finish, patience=notify.timeout * EXCHANGES).run()

    def _next(self, subscription: str) -> Job | None:
        from tracker.notify.dispatcher import Job, fault

        delivery = outbox_queries.next_due(self.db, subscription, read_clock())
        if delivery is None:
            return None
        # Before anything goes out: where this cannot be written, what became of it could not be either, and it would
        # go out again and again.
        Outbox(self.db).begin_try(delivery["seq"], read_clock())
        self.progress(f"{subscription}: {delivery['subject']}")
        try:
            message = message_of(self.db, self.settings, delivery)
        except Exception as error:  # noqa: BLE001  a message that cannot be made must not keep the others from going out
            self._refuse(delivery["seq"], delivery["id"], delivery["tries"], subscription, fault(error))
            return None
        return Job(
            subscription, delivery["seq"], message,
            outbox_queries.parts_taken(self.db, delivery["seq"], self._destination(subscription)),
        )  # fmt: skip

    def _destination(self, name: str) -> str:
        return next(one.destination for one in self.settings.subscriptions if one.name == name)

    def _accept(self, job: Job, accepted: Accepted) -> None:
        destination = self._destination(job.subscription)
        Outbox(self.db).accept_part(job.delivery, accepted.part, destination, accepted.answer, read_clock())
        self.answers.append((job.subscription, job.message.subject, accepted.answer))

    def _finish(self, job: Job, error: DeliveryError | None) -> None:
        if error is None:
            Outbox(self.db).settle(job.delivery, read_clock())
            self.sent[job.subscription] += 1
            return
        tries = outbox_queries.tries(self.db, job.delivery)
        self._refuse(job.delivery, job.message.id, tries, job.subscription, error)

    def _refuse(self, seq: int, id_: str, tries: int, subscription: str, error: DeliveryError) -> None:
        now, outbox = read_clock(), Outbox(self.db)
        if error.gone:
            outbox.disable(subscription, error.message, now)
        schedule = self.settings.notify.retry_minutes
        # A receiver that refuses for good is left alone until a person enables it again: its messages stay pending.
        at = now if error.gone else next_try(id_, tries + 1, schedule, now, error.retry_after)
        outbox.refuse(seq, error.message, at, now)
        self.answers.append((subscription, "", error.message))


# A channel has its own time limit for each exchange, and one mail takes a handful of them. A delivery that hangs
# nevertheless (a name that is not resolved) is given up after the time of this number of exchanges.
EXCHANGES = 6


def deliver(poll: PollContext, stdout: TextIO) -> dict[str, int]:
    """Send what is due, and report subscriptions that cannot be reached to the others.

    Return the number of deliveries by state: those sent now, and those that are not over.
    """
    deliverer = Deliverer(poll.db, poll.settings, stdout, partial(poll.progress, "delivering"))
    deliverer.run()
    now = read_clock()
    if sync_undelivered(poll.db, poll.settings, poll.number, now):
        queue_news(poll, now)
        deliverer.run()
    sent = {"sent": deliverer.sent.total()} if deliverer.sent else {}
    return sent | outbox_queries.count_by_state(poll.db)


def sync_undelivered(db: Database, settings: Settings, poll: int, now: str) -> bool:
    """Open or close the incidents of subscriptions that cannot be reached; return True if one is new."""
    names = {one.name for one in settings.subscriptions}
    rows = outbox_queries.failing_subscriptions(db)
    so_now = (incident for row in rows if (incident := _undelivered(row, names)) is not None)
    return sync_incidents(History(db), poll, now, IncidentKind.UNDELIVERED, so_now)


def _undelivered(row: dict[str, Any], names: set[str]) -> Incident | None:
    """Return the incident of a subscription that was removed, is disabled, or whose retries are exhausted."""
    if row["subscription"] not in names:
        if not row["deliveries"]:
            return None
        why = "is not in the configuration any more"
    elif row["disabled"]:
        why = f"wants no more messages ({row['disabled']})"
    elif row["dead"]:
        why = f"was given up: {row['answer']}"
    else:
        return None
    count = f"{row['deliveries']} messages wait since {row['since']}"
    name = row["subscription"]
    return Incident(IncidentKind.UNDELIVERED, name, f"[[subscriptions]] {name}", f"{name} {why}; {count}")
