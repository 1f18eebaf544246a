"""What an export holds: its tables with their rows, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlite_utils import Database

from storage.queries import export as exports
from storage.queries.export import Scope
from storage.queries.leads import there
from tracker.core.series import AHEAD
from tracker.export.declare import Table
from tracker.export.rows import Values, typed
from tracker.export.tables import TABLES


@dataclass(frozen=True, slots=True)
class Contents:
    """The history of `scope`, as it was when it had recorded all up to `created` (an instant; None: no poll yet).

    `rows` gives the rows of a table, one by one, anew at each call; `ahead` are the lists of provinces that it holds.
    """

    scope: Scope
    created: str | None
    rows: Callable[[Table], Iterator[Values]]
    ahead: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that are exported: checks speak of today only."""
        return tuple(table for table in TABLES if self.scope.is_now or not table.now_only)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A part of a file that holds a table: a name within it."""

    table: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: its path in the folder, and how many rows of which tables it holds.

    `sheets` names the sheets of a table, where the form has some.
    """

    path: str
    rows: dict[str, int]
    sheets: tuple[Sheet, ...] = ()


def contents_of(db: Database, scope: Scope, progress: Callable[[str], None]) -> Contents:
    """The contents of a history; `progress` is told of each table as it is begun."""

    def rows(table: Table) -> Iterator[Values]:
        progress(table.name)
        return typed(table, exports.TABLES[table.name](db, scope))

    ahead = there(db, [one for one in AHEAD if scope.series in (None, one)])
    return Contents(scope, exports.last_poll(db), rows, ahead=ahead)
