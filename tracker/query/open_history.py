"""The history for Python programs: `from tracker import open_history`, then typed questions. Read-only.

    with open_history("data") as history:
        for row in history.stats("province", series="genai_service", batch="2024-04"):
            print(row["value"], row["count"])

Each answer is a list of plain dictionaries of the shapes in `tracker.query.records`, which `pandas.DataFrame`,
`polars.DataFrame` and `json.dumps` accept. Days are "2024-12-31", "2024-12" (its last day) or "2024", or
`datetime.date`. `as_of` asks for what the regulator had published by the end of a day, `known_on` for what this history
had recorded by then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, cast

from sqlite_utils import Database

from storage.archive.archive import Archive
from storage.queries import batches, counts, incidents
from storage.queries.changes import find_changes
from storage.queries.filing import series_present
from storage.queries.filters import ChangeFilter, FilingFilter
from storage.schema.migrations import connect_readonly
from tracker.core.dates import last_day
from tracker.core.errors import OptionError
from tracker.core.series import not_counted
from tracker.query import filters
from tracker.query.compare import compare_days
from tracker.query.filing import entities_called, filings_with, list_leads
from tracker.query.filters import CHANGES, DAYS, FILINGS, Filters
from tracker.query.records import (
    BatchRecord,
    ChangeRecord,
    CheckRecord,
    ComparedFiling,
    CountRecord,
    EntityRecord,
    FilingDossier,
    FoundFiling,
    LeadRecord,
)
from tracker.query.search import search_filings, search_for

Day = str | date
_SHA256 = re.compile(r"[0-9a-f]{64}", re.A)
CountedBy = Literal["province", "month", "entity", "kind", "series", "status", "batch"]


@dataclass(frozen=True, slots=True)
class OpenHistory:
    """A history that is open for reading; close it, or use it in a `with` block."""

    db: Database
    archive: Archive

    def filings(
        self, *, search: str | None = None, entity: str | None = None, series: str | None = None,
        kind: str | None = None, province: str | None = None, status: str | None = None, batch: str | None = None,
        filed_on: Day | None = None, as_of: Day | None = None, known_on: Day | None = None,
    ) -> list[FoundFiling]:  # fmt: skip
        """Return the filings that fit, in list order; `search` and `entity` also find former names, pinyin, initials.

        `filed_on` is the day, month or year of filing; not all lists state it.

        Raises:
            OptionError: an unknown series, a bad day, too many words.
        """
        given = _taken(
            FILINGS, series=series, kind=kind, province=province, status=status, batch=batch, filed_on=filed_on,
            as_of=as_of, known_on=known_on,
        )  # fmt: skip
        rows = search_filings(self.db, FilingFilter(**given), search=search, entity=entity)
        return cast(list[FoundFiling], [{key: row[key] for key in row if key != "filing_id"} for row in rows])

    def filing(self, number: str, *, series: str | None = None) -> list[FilingDossier]:
        """Describe the filings that have or had this number: at most one for each series.

        Raises:
            OptionError: no filing has it, or the series is unknown.
        """
        _taken(FILINGS, series=series)
        return cast(list[FilingDossier], filings_with(self.db, number, series))

    def entities(self, name: str) -> list[EntityRecord]:
        """Return the entities that have or had this name, or a name that contains it, with their filings.

        Raises:
            OptionError: no entity has or had it.
        """
        return cast(list[EntityRecord], entities_called(self.db, name))

    def changes(
        self, *, since: Day | None = None, until: Day | None = None, published_since: Day | None = None,
        published_until: Day | None = None, kind: str | None = None, series: str | None = None,
        batch: str | None = None, province: str | None = None, search: str | None = None, field: str | None = None,
        baseline: bool | None = None,
    ) -> list[ChangeRecord]:  # fmt: skip
        """Return the change log, oldest first; `since` and `until` are days on which changes were recorded here.

        With `field`, only changes of that field ("entity", "name", "number" ...). With `baseline` False, without what
        the first poll recorded.

        Raises:
            OptionError: an unknown series, a bad day, too many words.
        """
        given = _taken(
            CHANGES, series=series, since=since, until=until, published_since=published_since,
            published_until=published_until, kind=kind, batch=batch, province=province, field=field, baseline=baseline,
        )  # fmt: skip
        terms = search_for(search or "")
        if search is not None and not terms:
            return []
        rows = find_changes(self.db, ChangeFilter(**given, terms=terms))
        return cast(list[ChangeRecord], rows)

    def compare(
        self, first: Day, last: Day, *, series: str | None = None, recorded: bool = False
    ) -> list[ComparedFiling]:  # fmt: skip
        """Return the net change of each filing between the ends of two days.

        By the date of publication, or with `recorded` by the time at which this history recorded it.

        Raises:
            OptionError: `last` is before `first`, an unknown series, a bad day.
        """
        _taken(FILINGS, series=series)
        rows = compare_days(self.db, last_day(first), last_day(last), recorded=recorded, series=series)
        return cast(list[ComparedFiling], rows)

    def stats(
        self, by: CountedBy, *, series: str | None = None, kind: str | None = None, province: str | None = None,
        status: str | None = None, batch: str | None = None, as_of: Day | None = None, known_on: Day | None = None,
    ) -> list[CountRecord]:  # fmt: skip
        """Count filings for each value, cancelled ones included; the largest count first, months in order.

        A provincial list counts only if `series` names it: the national lists repeat its filings.

        Raises:
            OptionError: an unknown series, a bad day.
        """
        given = _taken(
            FILINGS, series=series, kind=kind, province=province, status=status, batch=batch, as_of=as_of,
            known_on=known_on,
        )  # fmt: skip
        where = FilingFilter(**given, without=series_present(self.db, not_counted(series)))
        return [CountRecord(value=r[by], count=r["count"]) for r in counts.count_filings(self.db, by, where)]

    def batches(
        self, *, series: str | None = None, as_of: Day | None = None, known_on: Day | None = None
    ) -> list[BatchRecord]:  # fmt: skip
        """Return the batches, newest first, with their lists.

        Raises:
            OptionError: an unknown series, a bad day.
        """
        given = _taken(FILINGS, series=series, as_of=as_of, known_on=known_on)
        return cast(list[BatchRecord], batches.find_batches(self.db, **given))

    def leads(
        self, *, series: str | None = None, waiting: bool = False, as_of: Day | None = None, known_on: Day | None = None
    ) -> list[LeadRecord]:  # fmt: skip
        """Return the filings of the provincial lists and the date on which a national list published each.

        With `waiting`, only filings that no national list has yet.

        Raises:
            OptionError: the series is not a provincial list, a bad day.
        """
        rows = list_leads(self.db, series, waiting=waiting, **_taken(DAYS, as_of=as_of, known_on=known_on))
        return cast(list[LeadRecord], rows)

    def reconcile(self, *, series: str | None = None) -> list[CheckRecord]:
        """Return the checks of the history against the regulator's own figures, as of the last poll.

        Raises:
            OptionError: an unknown series.
        """
        _taken(FILINGS, series=series)
        rows = incidents.find_verdicts(self.db)
        return cast(list[CheckRecord], [row for row in rows if series in (None, row["series"])])

    def original(self, sha256: str) -> bytes:
        """Return the bytes of an original file.

        Raises:
            OptionError: the archive does not have it.
            StorageError: the file is damaged or cannot be read.
        """
        if not _SHA256.fullmatch(sha256) or not self.archive.has(sha256):
            raise OptionError(f"The archive has no file {sha256}", hint="`source` of a filing gives the sha256")
        return self.archive.get(sha256)

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def __enter__(self) -> OpenHistory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self.close()


def open_history(folder: str | Path | None = None, *, config: str | Path | None = None) -> OpenHistory:
    """Open the history of a data folder (default "data") for reading; a poll may run at the same time.

    `config` is a configuration file. It says where the original files are if not in the data folder, and names the data
    folder if `folder` does not.

    Raises:
        OptionError: the configuration is missing or wrong.
        StorageError: there is no history, or this version cannot read it.
    """
    if config is None:
        path = Path("data" if folder is None else folder)
        return OpenHistory(connect_readonly(path / "history.db"), Archive(path / "archive"))
    from tracker.settings.load import load_settings
    from tracker.settings.open_archive import open_archive

    settings = load_settings(Path(config))
    if folder is not None:
        settings = settings.model_copy(update={"data_dir": Path(folder)})
    return OpenHistory(connect_readonly(settings.database), open_archive(settings))


def _taken(declared: Filters, **given: object) -> dict[str, Any]:
    return filters.take(declared, given.items())
