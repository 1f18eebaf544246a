"""Write the outbox: messages to deliver, to whom, and the result of each try.

In: changes as they are recorded, open incidents, answers of channels. `queue_changes` runs inside the transaction that
records the changes; every other method has its own. Nothing is sent here, and a delivery stays until it was sent or a
person dropped it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from storage.rows import as_json, beijing_day
from tracker.core.models import Change, ChangeKind


@dataclass(frozen=True, slots=True)
class Rule:
    """What one subscription wants, and when: with each poll, with each batch, or in a digest closed at `due_at`."""

    subscription: str
    accepts: Callable[[Change], bool]
    per_batch: bool = False
    due_at: str | None = None


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One item of a message: an incident and its phase, or an unclassified announcement."""

    incident: int | None = None
    phase: str | None = None
    listing: str | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    """A row of `delivery_item`; `identity` is the same in every history that contains the item."""

    what: str
    identity: tuple[object, ...]
    columns: Mapping[str, object] = field(default_factory=dict)


def queue_changes(
    db: Database, rules: Iterable[Rule], revision: int, recorded: Sequence[tuple[int, Change]], now: str, *,
    baseline: bool,
) -> None:  # fmt: skip
    """Queue the changes of one revision for each subscription that wants them, in the caller's transaction.

    The changes of a baseline are only counted, in one message for the whole poll.
    """
    sha256 = db.execute("SELECT sha256 FROM revision WHERE id = ?", [revision]).fetchone()[0]
    for rule in rules:
        wanted = [(id_, change) for id_, change in recorded if rule.accepts(change)]
        if not wanted:
            continue
        if baseline:
            counts = {"revision_id": revision, "counts": as_json(_counts(change for _, change in wanted))}
            items = [_Item("baseline", (revision, sha256), counts)]
        else:
            items = [
                _Item("change", (id_, sha256, c.kind.value, c.series, c.number), {"change_id": id_})
                for id_, c in wanted
            ]
        collects = f"revision {revision}" if rule.per_batch and not baseline else "poll"
        _queue(db, rule.subscription, rule.due_at, "changes", collects, items, now)


def _counts(changes: Iterable[Change]) -> dict[str, dict[str, int]]:
    """Count changes by kind, and additions by kind of filing and by province."""
    changes = list(changes)
    added = [change.filing for change in changes if change.kind is ChangeKind.ADDED]
    return {
        "changes": dict(Counter(change.kind.value for change in changes)),
        "kinds": dict(Counter((filing.kind or "") for filing in added)),
        "provinces": dict(Counter(filing.province or "" for filing in added)),
    }


def _queue(
    db: Database, subscription: str, due_at: str | None, topic: str, collects: str, items: Sequence[_Item], now: str
) -> None:  # fmt: skip
    """Add items to the open delivery of a subscription; open one if there is none."""
    collects = "digest" if due_at else collects
    sql = "SELECT seq FROM delivery WHERE subscription = ? AND topic = ? AND gathers = ? AND state = 'open'"
    row = db.execute(sql, [subscription, topic, collects]).fetchone()
    if row is None:
        cursor = db.execute(
            """INSERT INTO delivery (id, subscription, topic, gathers, until, state, opened_at)
               VALUES (?, ?, ?, ?, ?, 'open', ?)""",
            [message_id(subscription, topic, items[0].identity), subscription, topic, collects, due_at, now],
        )
        row = (cursor.lastrowid,)
    for item in items:
        columns = {"delivery_seq": row[0], "what": item.what, "queued_at": now, **item.columns}
        marks = ", ".join("?" * len(columns))
        db.execute(f"INSERT INTO delivery_item ({', '.join(columns)}) VALUES ({marks})", list(columns.values()))


def message_id(subscription: str, topic: str, first: Sequence[object]) -> str:
    """Return the id of a message, made from its first item, which no other message of the subscription has."""
    return f"msg_{hashlib.sha256(as_json([subscription, topic, *first]).encode()).hexdigest()[:32]}"


class Outbox:
    """The writer of deliveries over one open database. Each method is one transaction."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def queue_news(self, subscription: str, due_at: str | None, news: Sequence[OutboxItem], now: str) -> None:
        """Queue incidents and unclassified announcements for a subscription; `due_at` as in `Rule`."""
        with self.db.atomic():
            items = [self._item(subscription, told) for told in news]
            if items:
                _queue(self.db, subscription, due_at, "incidents", "poll", items, now)

    def _item(self, subscription: str, told: OutboxItem) -> _Item:
        if told.listing is not None:
            return _Item("unclassified", (told.listing,), {"listing_url": told.listing})
        incident = next(self.db.query("SELECT kind, address, first_seen FROM incident WHERE id = ?", [told.incident]))
        times = self.db.execute(
            """SELECT count(*) FROM delivery_item i JOIN delivery d ON d.seq = i.delivery_seq
               WHERE d.subscription = ? AND i.incident_id = ?""",
            [subscription, told.incident],
        ).fetchone()[0]
        identity = (told.incident, incident["kind"], incident["address"], beijing_day(incident["first_seen"]), times)
        return _Item("incident", identity, {"incident_id": told.incident, "phase": told.phase})

    def close(
        self, seq: int, lang: str, subject: str, facts: Mapping[str, Any], contents: Mapping[str, Any], now: str
    ) -> None:  # fmt: skip
        """Close a delivery: its content and language are final, and it is due.

        `contents` are stored until it is sent. If a title changed between two tries, the message would differ, and its
        parts would no longer match the parts that were already accepted.
        """
        with self.db.atomic():
            self.db.execute(
                """UPDATE delivery SET state = 'pending', sealed_at = ?, next_try_at = ?, lang = ?, subject = ?,
                   facts = ?, contents = ?
                   WHERE seq = ? AND state = 'open'""",
                [now, now, lang, subject, as_json(facts), as_json(contents), seq],
            )

    def begin_try(self, seq: int, now: str) -> None:
        """Record that a delivery is about to be sent."""
        with self.db.atomic():
            self.db.execute("UPDATE delivery SET next_try_at = ? WHERE seq = ?", [now, seq])

    def accept_part(self, seq: int, part: str, destination: str, answer: str, now: str) -> None:
        """Record that the receiver accepted one part; another `destination` would have to accept it again."""
        with self.db.atomic():
            self._note(seq, part, destination, "accepted", answer, now)

    def settle(self, seq: int, now: str) -> None:
        """Record that every part of a delivery was accepted."""
        with self.db.atomic():
            self.db.execute(
                """UPDATE delivery SET state = 'sent', settled_at = ?, tries = tries + 1, next_try_at = NULL,
                   contents = NULL WHERE seq = ?""",
                [now, seq],
            )

    def refuse(self, seq: int, answer: str, next_try_at: str | None, now: str) -> None:
        """Record that a try failed, and when the next one is; without a next one the delivery is dead."""
        with self.db.atomic():
            self._note(seq, None, None, "refused", answer, now)
            self.db.execute(
                "UPDATE delivery SET state = ?, tries = tries + 1, next_try_at = ?, settled_at = ? WHERE seq = ?",
                ["pending" if next_try_at else "dead", next_try_at, None if next_try_at else now, seq],
            )

    def disable(self, subscription: str, reason: str, now: str) -> None:
        """Record that a receiver wants no more messages: none is sent until a person enables it again."""
        with self.db.atomic():
            self.db.execute("INSERT OR REPLACE INTO channel_state VALUES (?, ?, ?)", [subscription, now, reason])

    def bring_forward(self, subscription: str, due_at: str | None) -> None:
        """Apply a changed schedule to a digest that is still collecting; without a schedule it is due at once."""
        with self.db.atomic():
            self.db.execute(
                """UPDATE delivery SET until = min(until, :due_at) WHERE subscription = :name AND state = 'open'
                   AND until IS NOT min(until, :due_at)""",
                {"name": subscription, "due_at": due_at},
            )

    def enable(self, subscription: str) -> None:
        """Use a disabled channel again."""
        with self.db.atomic():
            self.db.execute("DELETE FROM channel_state WHERE subscription = ?", [subscription])

    def retry(self, seqs: Iterable[int], now: str) -> None:
        """Make deliveries due now, with a full schedule of retries."""
        with self.db.atomic():
            for seq in seqs:
                self.db.execute(
                    """UPDATE delivery SET state = 'pending', next_try_at = ?, tries = 0, settled_at = NULL
                       WHERE seq = ? AND state IN ('pending', 'dead')""",
                    [now, seq],
                )
                # Earlier deliveries of the subscription go first: they are due as well.
                self.db.execute(
                    """UPDATE delivery SET next_try_at = ? WHERE state = 'pending' AND subscription =
                       (SELECT subscription FROM delivery WHERE seq = ?)""",
                    [now, seq],
                )

    def drop(self, seqs: Iterable[int], now: str) -> None:
        """Drop deliveries at a person's request; they stay in the history."""
        with self.db.atomic():
            self.db.conn.executemany(
                "UPDATE delivery SET state = 'dropped', settled_at = ?, next_try_at = NULL WHERE seq = ?",
                [(now, seq) for seq in seqs],
            )

    def _note(
        self, seq: int, part: str | None, destination: str | None, outcome: str, answer: str, now: str
    ) -> None:  # fmt: skip
        self.db.execute(
            "INSERT INTO delivery_try VALUES (?, ?, ?, ?, ?, ?)", [seq, now, part, destination, outcome, answer]
        )
