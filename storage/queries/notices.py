"""What the history holds of cancellation notices, and of the filings that they name. Never writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.rows import as_json, filing_of
from tracker.core.models import Filing

# The rows of each notice as its newest recorded revision states them.
_STANDING = """SELECT w.*, r.attachment_id, r.published_on FROM notice_row w JOIN revision r ON r.id = w.revision_id
    WHERE r.id = (SELECT max(x.id) FROM revision x WHERE x.attachment_id = r.attachment_id AND x.state = 'recorded')"""


def noticed_numbers(db: Database, *, but: int | None = None) -> dict[str, str | None]:
    """The numbers that notices name, with the month that they state, or the day of the notice where it states none.

    `but` leaves one notice (attachment) out.
    """
    rows = db.query(
        f"""SELECT number, coalesce(cancelled_on, published_on) AS since FROM ({_STANDING})
            WHERE attachment_id IS NOT ?""",
        [but],
    )
    return {row["number"]: row["since"] for row in rows}


def stated_by(db: Database, attachment: int) -> dict[str, str | None]:
    """The numbers that one notice named last, with the month that it states."""
    rows = db.query(f"SELECT number, cancelled_on FROM ({_STANDING}) WHERE attachment_id = ?", [attachment])
    return {row["number"]: row["cancelled_on"] for row in rows}


@dataclass(frozen=True, slots=True)
class NoticedFiling:
    """A filing as it stands: since when it is cancelled, if known, and the remarks of all lists that state it."""

    filing: Filing
    status: str
    cancelled_on: str | None
    remarks: tuple[str, ...]


def filings_of_numbers(db: Database, numbers: Iterable[str]) -> dict[str, list[NoticedFiling]]:
    """Filings by number in every series.

    A number is also that of a filing which bore it once and has been renumbered since.
    """
    found: dict[str, list[NoticedFiling]] = {}
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
        known = NoticedFiling(filing, row["status"], row["known_on"], tuple(json.loads(row["remarks"])))
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
