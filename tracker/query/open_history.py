"""The history for Python programs: `from tracker import open_history`, then typed questions. Never writes.

    with open_history("data") as history:
        for row in history.stats("province", series="genai_service", batch="2024-04"):
            print(row["value"], row["count"])

Each answer is a list of plain dictionaries, of the shapes of `tracker.records`: `pandas.DataFrame`, `polars.DataFrame`
and `json.dumps` take them as they are. Days are "2024-12-31", "2024-12" (its last day) or "2024", or `datetime.date`.
`as_of` asks for what the regulator had said by the end of a day, `known_on` for what this history held by then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Literal, cast

from sqlite_utils import Database

from storage.archive.archive import Archive
from storage.queries import batches, counts, incidents
from storage.queries import changes as changes_queries
from storage.queries.changes import ChangeFilter
from storage.queries.filing import there
from storage.queries.filters import FilingFilter
from storage.schema.migrations import connect_readonly
from tracker.core.dates import first_day, last_day, period
from tracker.core.errors import OptionError
from tracker.core.series import not_counted, select_series
from tracker.query import filing as dossier
from tracker.query.compare import compare_days
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
        """The filings that fit, in list order; `search` and `entity` also find former names, pinyin and initials.

        `filed_on` is a day, month or year: what is filed within it, where the list says so.

        Raises:
            OptionError: an unknown series, a bad day, too many words.
        """
        _check(series)
        where = FilingFilter(
            series=series, kind=kind, province=province, status=status, batch=batch,
            filed_on=None if filed_on is None else period(filed_on), as_of=_end(as_of), known_on=_end(known_on),
        )  # fmt: skip
        rows = search_filings(self.db, where, search=search, entity=entity)
        return cast(list[FoundFiling], [{key: row[key] for key in row if key != "filing_id"} for row in rows])

    def filing(self, number: str, *, series: str | None = None) -> list[FilingDossier]:
        """Everything about the filings with that number, now or formerly: one at most for each series.

        Raises:
            OptionError: no filing has it, or the series is unknown.
        """
        _check(series)
        return cast(list[FilingDossier], dossier.filings_with(self.db, number, series))

    def entities(self, name: str) -> list[EntityRecord]:
        """The entities that were ever called so, a part of a name being enough, with their filings.

        Raises:
            OptionError: none was.
        """
        return cast(list[EntityRecord], dossier.entities_called(self.db, name))

    def changes(
        self, *, since: Day | None = None, until: Day | None = None, published_since: Day | None = None,
        published_until: Day | None = None, kind: str | None = None, series: str | None = None,
        batch: str | None = None, province: str | None = None, search: str | None = None, field: str | None = None,
        baseline: bool | None = None,
    ) -> list[ChangeRecord]:  # fmt: skip
        """The change log, oldest first; `since` and `until` are days on which changes were recorded here.

        With `field` only where that field became another ("entity", "name", "number" …). `baseline` False leaves out
        what was there when the history began.

        Raises:
            OptionError: an unknown series, a bad day, too many words.
        """
        _check(series)
        terms = search_for(search or "")
        if search is not None and not terms:
            return []
        where = ChangeFilter(
            since=_begin(since), until=_end(until), published_since=_begin(published_since),
            published_until=_end(published_until), kind=kind, series=series, batch=batch, province=province,
            terms=terms, field=field, baseline=baseline,
        )  # fmt: skip
        return cast(list[ChangeRecord], changes_queries.find_changes(self.db, where))

    def compare(
        self, first: Day, last: Day, *, series: str | None = None, recorded: bool = False
    ) -> list[ComparedFiling]:  # fmt: skip
        """What became of each filing between the ends of two days: the net change, not the way there.

        By the published clock, or with `recorded` by when this history held it.

        Raises:
            OptionError: `last` is before `first`, an unknown series, a bad day.
        """
        _check(series)
        rows = compare_days(self.db, last_day(first), last_day(last), recorded=recorded, series=series)
        return cast(list[ComparedFiling], rows)

    def stats(
        self, by: CountedBy, *, series: str | None = None, kind: str | None = None, province: str | None = None,
        status: str | None = None, batch: str | None = None, as_of: Day | None = None, known_on: Day | None = None,
    ) -> list[CountRecord]:  # fmt: skip
        """How many filings there are per value, cancelled ones included; the most first, months in their order.

        Lists of provinces count only where `series` names one: their filings stand in the centre's lists as well.

        Raises:
            OptionError: an unknown series, a bad day.
        """
        _check(series)
        where = FilingFilter(
            series=series, kind=kind, province=province, status=status, batch=batch, as_of=_end(as_of),
            known_on=_end(known_on), without=there(self.db, not_counted(series)),
        )  # fmt: skip
        return [CountRecord(value=r[by], count=r["count"]) for r in counts.count_filings(self.db, by, where)]

    def batches(
        self, *, series: str | None = None, as_of: Day | None = None, known_on: Day | None = None
    ) -> list[BatchRecord]:  # fmt: skip
        """The batches, newest first, with their lists.

        Raises:
            OptionError: an unknown series, a bad day.
        """
        _check(series)
        found = batches.find_batches(self.db, series=series, as_of=_end(as_of), known_on=_end(known_on))
        return cast(list[BatchRecord], found)

    def leads(
        self, *, series: str | None = None, waiting: bool = False, as_of: Day | None = None, known_on: Day | None = None
    ) -> list[LeadRecord]:  # fmt: skip
        """The filings of provinces' own lists, and when the centre published each; with `waiting` those it has not.

        Raises:
            OptionError: no such series is ahead of another, a bad day.
        """
        rows = dossier.leads(self.db, series, waiting=waiting, as_of=_end(as_of), known_on=_end(known_on))
        return cast(list[LeadRecord], rows)

    def reconcile(self, *, series: str | None = None) -> list[CheckRecord]:
        """The regulator's own figures against the history, as the last poll found it.

        Raises:
            OptionError: an unknown series.
        """
        _check(series)
        rows = incidents.find_verdicts(self.db)
        return cast(list[CheckRecord], [row for row in rows if series in (None, row["series"])])

    def original(self, sha256: str) -> bytes:
        """The bytes of a file as they came.

        Raises:
            OptionError: the archive does not hold it.
            StorageError: it holds other bytes than its name says, or cannot be read.
        """
        if not _SHA256.fullmatch(sha256) or not self.archive.has(sha256):
            raise OptionError(f"The archive holds no file {sha256}", hint="`source` of a filing names its sha256")
        return self.archive.get(sha256)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def __enter__(self) -> OpenHistory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self.close()


def open_history(folder: str | Path | None = None, *, config: str | Path | None = None) -> OpenHistory:
    """Open the history of a data folder ("data" where none is named) for reading; a poll may run meanwhile.

    `config` is a configuration file: it says where the original files are if not in the data folder, and names the data
    folder where `folder` does not.

    Raises:
        OptionError: the configuration is missing or wrong.
        StorageError: there is none, or it is no history that this version reads.
    """
    if config is None:
        path = Path("data" if folder is None else folder)
        return OpenHistory(connect_readonly(path / "history.db"), Archive(path / "archive"))
    from tracker.settings.model import load_settings
    from tracker.settings.open_archive import open_archive

    settings = load_settings(Path(config))
    if folder is not None:
        settings = settings.model_copy(update={"data_dir": Path(folder)})
    return OpenHistory(connect_readonly(settings.database), open_archive(settings))


def _check(series: str | None) -> None:
    if series is not None:
        select_series([series])


def _begin(day: Day | None) -> str | None:
    return None if day is None else first_day(day)


def _end(day: Day | None) -> str | None:
    return None if day is None else last_day(day)
