"""What a poll leaves of the site and of the lists that are new to it, in few statements.

Pages, links and bytes go through the history's own writer. The rows of a list that nobody knew yet are written as
`storage.write.lists` would write them one by one: a filing, its version, the entry of its list, the change `added`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from urllib.parse import quote

from sqlite_utils import Database

from benchmarks.made.lists import MadeList
from storage.queries import lists
from storage.rows import beijing_day
from storage.write.history import History
from storage.write.lists import Recording
from storage.write.offers import OfferedLink
from tracker.changes.differ import status_after
from tracker.core.labels import label_key
from tracker.core.models import Filing, Listed, Page
from tracker.core.series import series_by_id
from tracker.poll.digest import publication_date

_STATED = (
    "number", "kind", "sequence", "name", "entity", "province", "province_code", "category", "role", "product",
    "purpose", "remark", "scenario", "filed_on", "cancelled_on",
)  # fmt: skip
_values = attrgetter(*_STATED, "place.table", "place.row", "place.page")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_VERSION = f"""INSERT INTO version (id, filing_id, revision_id, {", ".join(_STATED)}, table_no, row_no, page, raw,
    published_on, recorded_at) VALUES ({", ".join("?" * (len(_STATED) + 9))})"""


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll under way: its number and its one clock reading."""

    id: int
    now: str


@dataclass(frozen=True, slots=True)
class ShownPage:
    """An announcement page as the site shows it, with the lists that it offers by now."""

    url: str
    series: str
    title: str
    published_at: str
    text: str


def sha256_of(*parts: object) -> str:
    """The name of a file that there is not."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def show_page(history: History, poll: Poll, page: ShownPage, links: Iterable[OfferedLink], channel: str) -> None:
    """The page as the poll saw it, after a listing named it."""
    listed = Listed(page.url, page.title, page.published_at, channel)
    history.record_listed(listed, page.series, False, poll.now)
    shown = Page(page.url, page.title, page.published_at, "来源：中国网信网", page.text, ())
    history.record_page(shown, page.series, sha256_of(page.url, poll.now), list(links), poll.now)


def link_of(made: MadeList) -> OfferedLink:
    """The link that offers a list."""
    href = f"/cms/pub/interact/downloadfile.jsp?filepath={sha256_of(made.series, made.period)[:32]}~&fText="
    return OfferedLink(href + quote(made.label), made.label, label_key(made.label), made.series, made.period, False)


def fetch(history: History, poll: Poll, label: str, size: int, media_type: str, *parts: object) -> Recording:
    """New bytes of a list: its pending revision, and how it is to be recorded."""
    db = history.db
    row = next(db.query("SELECT id, href FROM offer WHERE label = ? ORDER BY id LIMIT 1", [label]))
    digest = sha256_of(label, *parts)
    href = row["href"] if not parts else f"{row['href']}&v={digest[:8]}"
    history.record_fetched(row["id"], href, digest, size, media_type, poll.now)
    revision = db.execute("SELECT max(id) FROM revision").fetchone()[0]
    pending = lists.pending_revisions(db, revision)[0]
    series = series_by_id(pending["series"])
    is_baseline = series.id not in lists.baselines(db)
    published = publication_date(pending, series, is_baseline=is_baseline)
    db.execute("UPDATE revision SET published_on = ? WHERE id = ?", [published, revision])
    return Recording(
        revision=revision, attachment=pending["attachment_id"], poll=poll.id, now=poll.now, published_on=published,
        seen_on=beijing_day(pending["first_seen"]), rule=status_after, is_notice=series.cancels,
    )  # fmt: skip


def add_list(db: Database, on: Recording, title: str, rows: Iterable[Filing], baseline: bool) -> tuple[int, int]:
    """Record a list all of whose rows are new; returns its first filing's id and how many it has."""
    filing = first = _next_id(db, "filing")
    version = _next_id(db, "version")
    filings, versions, entries, changes = [], [], [], []
    for row in rows:
        published = row.filed_on or on.published_on
        kind = row.kind and row.kind.value
        filings.append((filing, row.series, row.number, kind, "active", version))
        versions.append((version, filing, on.revision, *_values(row), _encode(row.raw), published, on.now))
        entries.append((on.attachment, filing, version, 1, row.sequence, row.place.table, row.place.row))
        changes.append((filing, on.revision, version, published, on.now, on.poll, int(baseline)))
        filing, version = filing + 1, version + 1
    with db.atomic():
        many = db.conn.executemany
        many("INSERT INTO filing (id, series, number, kind, status, version_id) VALUES (?, ?, ?, ?, ?, ?)", filings)
        many(_VERSION, versions)
        many("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", entries)
        many(
            """INSERT INTO change (filing_id, kind, revision_id, version_id, status, fields, published_on, recorded_at,
               poll_id, baseline) VALUES (?, 'added', ?, ?, 'active', '{}', ?, ?, ?, ?)""",
            changes,
        )
        recorded(db, on, title, len(filings))
    return first, len(filings)


def recorded(db: Database, on: Recording, title: str, rows: int) -> None:
    """A revision stands as recorded, with all its rows kept."""
    db.execute(
        """UPDATE revision SET state = 'recorded', title = ?, rows = ?, kept = ?, refused = 0, published_on = ?,
           recorded_at = ?, poll_id = ? WHERE id = ?""",
        [title, rows, rows, on.published_on, on.now, on.poll, on.revision],
    )


def _next_id(db: Database, table: str) -> int:
    return int(db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])
