"""Read the outbox: the contents and facts of alerts, and the state of deliveries. Read-only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from storage.queries import changes as changes_queries
from storage.queries.filters import ChangeFilter
from storage.rows import as_json, filing_of
from tracker.core.models import Change, ChangeKind, Verdict

UNDELIVERED = ("pending", "dead")
_MOST_BATCHES = 12  # of the growth of a series


def deliveries(db: Database, states: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Return deliveries in these states (or all), oldest first, with last answer and number of items."""
    return list(
        db.query(
            """SELECT d.seq, d.id, d.subscription, d.topic, d.gathers, d.until, d.state, d.opened_at, d.sealed_at,
               d.subject, d.tries, d.next_try_at, d.settled_at,
               (SELECT t.answer FROM delivery_try t WHERE t.delivery_seq = d.seq ORDER BY t.rowid DESC LIMIT 1)
               AS answer,
               (SELECT count(*) FROM delivery_item i WHERE i.delivery_seq = d.seq) AS items,
               c.disabled_at FROM delivery d LEFT JOIN channel_state c ON c.subscription = d.subscription
               WHERE :states IS NULL OR d.state IN (SELECT value FROM json_each(:states)) ORDER BY d.seq""",
            {"states": None if states is None else as_json(list(states))},
        )
    )


def to_seal(db: Database, now: str, *, digests_only: bool) -> list[dict[str, Any]]:
    """Open deliveries that gather no longer: seq, subscription, topic.

    What is no digest is closed at the end of a poll only: where one was cut short, the next one goes on with it.
    """
    sql = """SELECT seq, subscription, topic FROM delivery WHERE state = 'open' AND coalesce(until, '') <= ?
        AND (until IS NOT NULL OR NOT ?) ORDER BY seq"""
    return list(db.query(sql, [now, int(digests_only)]))


def next_due(db: Database, subscription: str, now: str) -> dict[str, Any] | None:
    """Return the next due delivery of a subscription; deliveries are sent in the order of closing."""
    row = next(
        db.query(
            """SELECT d.* FROM delivery d WHERE d.subscription = ? AND d.state = 'pending'
               AND NOT EXISTS (SELECT 1 FROM channel_state c WHERE c.subscription = d.subscription)
               ORDER BY d.sealed_at, d.seq LIMIT 1""",
            [subscription],
        ),
        None,
    )
    return row if row is not None and row["next_try_at"] <= now else None


def is_any_due(db: Database, subscriptions: Iterable[str], now: str) -> bool:
    """Return True if one of these subscriptions has something due, or a digest is complete."""
    return bool(to_seal(db, now, digests_only=True)) or any(next_due(db, name, now) for name in subscriptions)


def tries(db: Database, seq: int) -> int:
    """Count the attempts of a delivery since it became due, or was made due again."""
    return int(db.execute("SELECT tries FROM delivery WHERE seq = ?", [seq]).fetchone()[0])


def parts_taken(db: Database, seq: int, destination: str) -> frozenset[str]:
    """Return the parts of a delivery that this destination accepted."""
    sql = "SELECT part FROM delivery_try WHERE delivery_seq = ? AND outcome = 'accepted' AND destination = ?"
    return frozenset(row[0] for row in db.execute(sql, [seq, destination]))


def contents(db: Database, seq: int) -> dict[str, Any]:
    """Return the contents of a delivery: `changes`, `baselines`, `incidents`, `unclassified`, `titles` of pages."""
    items = list(db.query("SELECT * FROM delivery_item WHERE delivery_seq = ? ORDER BY rowid", [seq]))
    told = contents_of_changes(db, [item["change_id"] for item in items if item["what"] == "change"])
    # Of an incident the last word counts: a digest may gather its beginning, reminders and end.
    incidents: dict[int, dict[str, Any]] = {}
    for item in items:
        if item["what"] == "incident" and (item["phase"] != "reminder" or item["incident_id"] not in incidents):
            incidents[item["incident_id"]] = item
    baselines = [_baseline(db, item) for item in items if item["what"] == "baseline"]
    return told | {
        "baselines": baselines,
        "incidents": [_incident(db, item) for item in incidents.values()],
        "unclassified": [
            next(db.query("SELECT title, url AS address FROM listing WHERE url = ?", [item["listing_url"]]))
            for item in items
            if item["what"] == "unclassified"
        ],
        "titles": told["titles"] | _titles(db, [baseline["announcement"] for baseline in baselines]),
    }


def contents_of_changes(db: Database, ids: Sequence[int]) -> dict[str, Any]:
    """Return contents in the form of `contents` with just these changes."""
    changes = changes_queries.find_changes(db, ChangeFilter(ids=tuple(ids))) if ids else []
    titles = _titles(db, [change["source"]["announcement"] for change in changes])
    return {"changes": changes, "baselines": [], "incidents": [], "unclassified": [], "titles": titles}


def latest_changes(db: Database) -> list[tuple[int, Change]]:
    """Return the changes of the last poll with any, in the form that the filters of subscriptions get: (id, change)."""
    rows = db.query(
        """SELECT c.id AS change_id, c.kind AS change_kind, c.fields, f.series, v.* FROM change c
           JOIN version v ON v.id = c.version_id JOIN filing f ON f.id = c.filing_id
           WHERE c.poll_id = (SELECT max(poll_id) FROM change) ORDER BY c.id"""
    )
    return [
        (
            row["change_id"],
            Change(
                kind=ChangeKind(row["change_kind"]), series=row["series"], number=row["number"],
                filing=filing_of(row), fields={k: (v[0], v[1]) for k, v in json.loads(row["fields"]).items()},
            ),
        )
        for row in rows
    ]  # fmt: skip


def _baseline(db: Database, item: Mapping[str, Any]) -> dict[str, Any]:
    row = next(
        db.query(
            """SELECT a.series, a.period, n.url AS announcement FROM revision r
               JOIN attachment a ON a.id = r.attachment_id JOIN offer o ON o.id = r.offer_id
               JOIN announcement n ON n.id = o.announcement_id WHERE r.id = ?""",
            [item["revision_id"]],
        )
    )
    counts: dict[str, Any] = json.loads(item["counts"])
    return row | counts


def _incident(db: Database, item: Mapping[str, Any]) -> dict[str, Any]:
    sql = "SELECT id, kind, source, address, detail, first_seen, last_seen, ended_at FROM incident WHERE id = ?"
    return next(db.query(sql, [item["incident_id"]])) | {"phase": item["phase"]}


def _titles(db: Database, addresses: Iterable[str]) -> dict[str, str]:
    sql = "SELECT url, title FROM announcement WHERE url IN (SELECT value FROM json_each(?))"
    return dict(db.execute(sql, [as_json(sorted(set(addresses)))]).fetchall())


def facts_json(db: Database, series: Iterable[str]) -> str:
    """Return `facts_of` in the form of the outbox."""
    return as_json(facts_of(db, series))


def facts_of(db: Database, series: Iterable[str]) -> dict[str, Any]:
    """Return the figures of a message: running totals, verdicts and growth of these series, as of now."""
    wanted = as_json(sorted(set(series)))
    totals = db.query(
        """SELECT series, kind, count(*) AS count, sum(status = 'cancelled') AS cancelled FROM filing
           WHERE status <> 'withdrawn' AND series IN (SELECT value FROM json_each(?))
           GROUP BY series, kind ORDER BY series, kind""",
        [wanted],
    )
    checks = list(
        db.query(
            """SELECT name, series, subject, verdict, expected, found, detail, address FROM verdict
               WHERE series IN (SELECT value FROM json_each(?)) ORDER BY name, series, subject""",
            [wanted],
        )
    )
    counts = {verdict.value: sum(check["verdict"] == verdict.value for check in checks) for verdict in Verdict}
    off = [check for check in checks if check.pop("verdict") == Verdict.OFF.value]
    return {
        "totals": list(totals),
        "verdicts": counts | {"off": off},
        "growth": {name: _growth(db, name) for name in sorted(set(series))},
    }


def _growth(db: Database, series: str) -> list[list[Any]]:
    """Return additions per batch of the newest batches, oldest first."""
    rows = db.execute(
        """SELECT batch, sum(added) FROM batch_additions WHERE series = ? AND batch IS NOT NULL
           GROUP BY batch ORDER BY batch DESC LIMIT ?""",
        [series, _MOST_BATCHES],
    ).fetchall()
    return [list(row) for row in reversed(rows)]


def incident_news(db: Database, subscription: str) -> list[dict[str, Any]]:
    """Return incidents a subscription may need: open ones, and closed ones it was notified of.

    `told_phase` and `told_at` are its last notification.
    """
    return list(
        db.query(
            """WITH told AS (
                   SELECT i.incident_id, i.phase, i.queued_at, max(i.rowid) FROM delivery_item i
                   JOIN delivery d ON d.seq = i.delivery_seq
                   WHERE d.subscription = ? AND i.incident_id IS NOT NULL GROUP BY i.incident_id
               ) SELECT n.id, n.kind, n.source, n.address, n.polls, n.ended_at, t.phase AS told_phase,
               t.queued_at AS told_at FROM incident n LEFT JOIN told t ON t.incident_id = n.id
               WHERE n.ended_at IS NULL OR t.phase <> 'over' ORDER BY n.id""",
            [subscription],
        )
    )


def listings_already_sent(db: Database, subscription: str) -> frozenset[str]:
    """Return the unclassified announcements that a subscription was notified of."""
    sql = """SELECT i.listing_url FROM delivery_item i JOIN delivery d ON d.seq = i.delivery_seq
        WHERE d.subscription = ? AND i.listing_url IS NOT NULL"""
    return frozenset(row[0] for row in db.execute(sql, [subscription]))


def count_by_state(db: Database) -> dict[str, int]:
    """Count the unfinished deliveries by state."""
    sql = "SELECT state, count(*) FROM delivery WHERE state IN ('open', 'pending', 'dead') GROUP BY state"
    return dict(db.execute(sql).fetchall())


def failing_subscriptions(db: Database) -> list[dict[str, Any]]:
    """Return subscriptions that cannot be reached, disabled or with failed deliveries, with the last answer."""
    return list(
        db.query(
            """SELECT s.subscription, count(d.seq) AS deliveries, coalesce(sum(d.state = 'dead'), 0) AS dead,
               min(d.sealed_at) AS since, c.reason AS disabled, (
                   SELECT t.answer FROM delivery_try t JOIN delivery x ON x.seq = t.delivery_seq
                   WHERE x.subscription = s.subscription AND t.outcome = 'refused' ORDER BY t.rowid DESC LIMIT 1
               ) AS answer FROM (
                   SELECT subscription FROM delivery WHERE state IN ('pending', 'dead')
                   UNION SELECT subscription FROM channel_state
               ) s LEFT JOIN delivery d ON d.subscription = s.subscription AND d.state IN ('pending', 'dead')
               LEFT JOIN channel_state c ON c.subscription = s.subscription
               GROUP BY s.subscription ORDER BY s.subscription"""
        )
    )
