"""Lists and cancellation notices, as a poll needs them before it records a file. Read-only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.rows import as_json, filing_of, revision_in_force
from tracker.core.models import Filing, Known, Overlap, Status, Target


def list_state(db: Database, attachment: int, series: str, numbers: Iterable[str]) -> Known:
    """Return what is known of a list before its next revision with `numbers` is recorded, without `announced`."""
    present: dict[str, Filing] = {}
    gone: dict[str, Filing] = {}
    current: dict[str, str] = {}
    for row in db.query(
        """SELECT f.series, f.number AS number_now, e.present, v.* FROM entry e JOIN version v ON v.id = e.version_id
           JOIN filing f ON f.id = e.filing_id WHERE e.attachment_id = ?""",
        [attachment],
    ):
        (present if row["present"] else gone)[row["number"]] = filing_of(row)
        if row["number_now"] != row["number"]:
            current[row["number"]] = row["number_now"]
    elsewhere = db.query(
        """SELECT f.series, f.number AS number_now, v.* FROM filing f JOIN version v ON v.id = f.version_id
           WHERE f.series = ? AND f.number IN (SELECT value FROM json_each(?))
           AND EXISTS (SELECT 1 FROM entry e WHERE e.filing_id = f.id AND e.attachment_id <> ?)""",
        [series, as_json(list(numbers)), attachment],
    )
    marked = db.query(
        """SELECT f.series, f.number AS number_now, v.* FROM entry e JOIN version v ON v.id = e.version_id
           JOIN filing f ON f.id = e.filing_id
           WHERE f.series = ? AND e.present AND e.attachment_id <> ? AND instr(v.remark, '注销')""",
        [series, attachment],
    )
    cancelled = db.execute(
        """SELECT number, cancelled_on FROM filing_current WHERE series = ? AND status = 'cancelled'""", [series]
    )
    return Known(
        present, gone, current,
        elsewhere={row["number_now"]: filing_of(row | {"number": row["number_now"]}) for row in elsewhere},
        cancelled=dict(cancelled.fetchall()),
        marked=[filing_of(row | {"number": row["number_now"]}) for row in marked],
        noticed=noticed_numbers(db),
    )  # fmt: skip


def numbers_present_elsewhere(db: Database, attachment: int, series: str, numbers: Iterable[str]) -> int:
    """Count the `numbers` that other lists of the series state now."""
    sql = """SELECT count(DISTINCT v.number) FROM entry e JOIN version v ON v.id = e.version_id
        JOIN attachment a ON a.id = e.attachment_id WHERE a.series = ? AND a.id <> ? AND e.present
        AND v.number IN (SELECT value FROM json_each(?))"""
    return int(db.execute(sql, [series, attachment, as_json(list(numbers))]).fetchone()[0])


def repeated_rows(db: Database, attachment: int) -> list[tuple[str, dict[str, str]]]:
    """Return rows with a shared number in the newest recorded revision of a list: (number, printed cells)."""
    rows = db.execute(
        f"SELECT number, raw FROM repeated_row WHERE revision_id = {revision_in_force('?')} ORDER BY rowid",
        [attachment],
    )
    return [(row[0], json.loads(row[1])) for row in rows]


def overlaps(db: Database, attachment: int, series: str, numbers: Iterable[str]) -> list[Overlap]:
    """Return the other lists of a series with some of `numbers`: how many of how many, and where they are offered."""
    rows = db.query(
        """SELECT e.attachment_id AS attachment, a.label, a.period, count(*) AS common,
           (SELECT count(*) FROM entry x WHERE x.attachment_id = a.id AND x.present) AS size,
           EXISTS (SELECT 1 FROM offer o JOIN offer p ON p.announcement_id = o.announcement_id
                   JOIN announcement n ON n.id = o.announcement_id WHERE o.attachment_id = a.id
                   AND p.attachment_id = :new AND o.last_seen = n.last_seen
                   AND p.last_seen = n.last_seen) AS beside,
           EXISTS (SELECT 1 FROM offer o JOIN offer p ON p.announcement_id = o.announcement_id
                   WHERE o.attachment_id = a.id AND p.attachment_id = :new AND o.last_seen < p.last_seen
                   ) AS renamed
           FROM entry e JOIN attachment a ON a.id = e.attachment_id JOIN version v ON v.id = e.version_id
           WHERE a.series = :series AND a.id <> :new AND e.present
           AND v.number IN (SELECT value FROM json_each(:numbers)) GROUP BY a.id ORDER BY a.id""",
        {"new": attachment, "series": series, "numbers": as_json(list(numbers))},
    )
    flags = ("beside", "renamed")
    return [Overlap(**row | {flag: bool(row[flag]) for flag in flags}) for row in rows]


def pending_revisions(db: Database, revision: int | None = None) -> list[dict[str, Any]]:
    """Return pending revisions (or one), batches in the order of their periods."""
    return list(
        db.query(
            """SELECT r.id, r.attachment_id, r.sha256, r.size, r.first_seen, r.accepted_at, a.series, a.period, a.label,
               a.round_up, n.url AS announcement, n.published_at, n.title AS announcement_title,
               o.label AS offer_label,
               (SELECT count(*) FROM entry e WHERE e.attachment_id = a.id AND e.present) AS known_rows,
               (SELECT count(*) FROM revision x WHERE x.attachment_id = a.id AND x.state = 'recorded') AS recorded,
               (SELECT count(*) FROM revision x WHERE x.offer_id = o.id AND x.state = 'recorded') AS recorded_here
               FROM revision r JOIN attachment a ON a.id = r.attachment_id JOIN offer o ON o.id = r.offer_id
               JOIN announcement n ON n.id = o.announcement_id
               WHERE r.state = 'pending' AND coalesce(:revision, r.id) = r.id ORDER BY a.period, a.series, r.id""",
            {"revision": revision},
        )
    )


def offers_recorded(db: Database, revision: int) -> list[tuple[str, str, str | None]]:
    """Return where the recorded files of a revision's list were offered: (label, title of the page, its time)."""
    rows = db.execute(
        """SELECT DISTINCT o.label, n.title, n.published_at FROM revision r JOIN revision x
           ON x.attachment_id = r.attachment_id JOIN offer o ON o.id = x.offer_id
           JOIN announcement n ON n.id = o.announcement_id WHERE r.id = ? AND x.state = 'recorded'""",
        [revision],
    )
    return [(row[0], row[1], row[2]) for row in rows]


def never_stated(db: Database, attachment: int, numbers: Iterable[str]) -> int:
    """Count the `numbers` that no filing of any list ever had."""
    sql = """SELECT count(*) FROM json_each(?) WHERE value NOT IN (
        SELECT v.number FROM entry e JOIN version v ON v.filing_id = e.filing_id WHERE e.attachment_id = ?)"""
    return int(db.execute(sql, [as_json(list(numbers)), attachment]).fetchone()[0])


def baselines(db: Database) -> frozenset[str]:
    """Return the series whose baseline is complete."""
    return frozenset(row[0] for row in db.execute("SELECT series FROM baseline"))


# States of a revision in which it waits for a person: `tracker poll --accept` has it digested again.
ACCEPTABLE = ("refused", "unreadable")


def refused(db: Database, digest: str) -> list[dict[str, Any]]:
    """Return revisions and held pages whose sha256 begins with `digest`, newest last, and if newer bytes came."""
    revisions = db.query(
        """SELECT 'revision' AS what, r.id, r.sha256, a.series, n.url, r.reason,
           CASE WHEN r.state = 'round_up' AND NOT a.round_up THEN 'refused' ELSE r.state END AS state, EXISTS (
               SELECT 1 FROM revision x WHERE x.attachment_id = a.id AND x.id > r.id AND x.state = 'recorded'
           ) AND NOT EXISTS (
               SELECT 1 FROM offer p WHERE p.attachment_id = a.id AND p.sha256 = r.sha256
           ) AS superseded FROM revision r JOIN attachment a ON a.id = r.attachment_id
           JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id
           WHERE substr(r.sha256, 1, length(:digest)) = :digest ORDER BY r.id""",
        {"digest": digest},
    )
    pages = db.query(
        """SELECT 'page' AS what, NULL AS id, h.sha256, h.series, h.url,
           CASE WHEN h.accepted_at IS NULL THEN 'refused' ELSE 'recorded' END AS state, NULL AS reason, EXISTS (
               SELECT 1 FROM announcement n WHERE n.url = h.url AND n.last_seen > h.first_seen
           ) AS superseded FROM held_page h WHERE substr(h.sha256, 1, length(:digest)) = :digest""",
        {"digest": digest},
    )
    return [*revisions, *pages]


# The rows of each notice as its newest recorded revision states them.
_STANDING = """SELECT w.*, r.attachment_id, r.published_on FROM notice_row w JOIN revision r ON r.id = w.revision_id
    WHERE r.id = (SELECT max(x.id) FROM revision x WHERE x.attachment_id = r.attachment_id AND x.state = 'recorded')"""


def noticed_numbers(db: Database, *, but: int | None = None) -> dict[str, str | None]:
    """Return the numbers in notices with the month that they state, else the day of the notice.

    `but` leaves one notice (attachment) out.
    """
    rows = db.query(
        f"""SELECT number, coalesce(cancelled_on, published_on) AS since FROM ({_STANDING})
            WHERE attachment_id IS NOT ?""",
        [but],
    )
    return {row["number"]: row["since"] for row in rows}


def stated_by(db: Database, attachment: int) -> dict[str, str | None]:
    """Return the numbers in the newest revision of one notice, with the month that it states."""
    rows = db.query(f"SELECT number, cancelled_on FROM ({_STANDING}) WHERE attachment_id = ?", [attachment])
    return {row["number"]: row["cancelled_on"] for row in rows}


def filings_of_numbers(db: Database, numbers: Iterable[str]) -> dict[str, list[Target]]:
    """Return filings by number in every series, by former numbers too."""
    found: dict[str, list[Target]] = {}
    rows = db.query(
        """SELECT DISTINCT w.number AS wanted, f.number AS number_now, v.*, f.series, f.status,
           (SELECT d.after FROM change_field d JOIN change c ON c.id = d.change_id
            WHERE c.filing_id = f.id AND d.field = 'cancelled_on' ORDER BY c.id DESC LIMIT 1) AS known_on,
           (SELECT json_group_array(x.remark) FROM entry e JOIN version x ON x.id = e.version_id
            WHERE e.filing_id = f.id AND e.present AND x.remark IS NOT NULL) AS remarks
           FROM version w JOIN filing f ON f.id = w.filing_id JOIN version v ON v.id = f.version_id
           WHERE w.number IN (SELECT value FROM json_each(?)) ORDER BY f.id""",
        [as_json(list(numbers))],
    )
    for row in rows:
        filing = filing_of(row | {"number": row["number_now"]})
        known = Target(filing, Status(row["status"]), row["known_on"], tuple(json.loads(row["remarks"])))
        found.setdefault(row["wanted"], []).append(known)
    # A number that is one filing's today is not meant for another that has given it up.
    for number, those in found.items():
        bearers = [one for one in those if one.filing.number == number]
        found[number] = bearers or those
    return found


def unknown_numbers_now_known(db: Database) -> list[dict[str, Any]]:
    """Open incidents about numbers of notices that no list held, and that one holds by now."""
    rows = db.query("SELECT * FROM incident WHERE kind = 'unknown_number' AND ended_at IS NULL ORDER BY id")
    numbers = {row["address"].rpartition("#")[2]: row for row in rows}
    return [numbers[number] for number in filings_of_numbers(db, numbers)]
