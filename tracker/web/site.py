"""One Datasette over one history file, read-only: questions to the history and the archive, and the state of the file.

In: the settings. Out: an ASGI application, and the state of the history from which ETags are made.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.database import Database as DatasetteDatabase
from datasette.views.base import DatasetteError
from sqlite_utils import Database

from storage.database import is_interrupted, open_readonly, time_limit
from storage.queries.polls import PollRow, last_finished
from tracker.core.errors import ArchiveUnreachable
from tracker.settings.model import Settings
from tracker.settings.open_archive import open_archive
from tracker.web.authorizer import HELPERS, INDEX, PRIVATE, metadata
from tracker.web.errors import TooSlow, Unavailable

HERE = Path(__file__).parent
NAME = "history"  # of the database in addresses: /history/filing_current
ASK_SECONDS = 10.0
COUNT_MILLISECONDS = 50
LONGEST_VALUE = 1 << 18  # bytes of one value in a reader's own SQL; a thousand rows of them fit into memory
_NO_LIMIT = 1_000_000_000  # SQLite's own limit
LOOK_SECONDS, FETCH_SECONDS = 2.0, 30.0  # time for a remote archive to answer
_ARCHIVE_THREADS = 4  # a pool of its own: an archive that hangs must not block other work in threads
_SETTINGS = {
    "default_page_size": 50, "max_returned_rows": 1000, "num_sql_threads": 4, "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 500, "default_facet_size": 30, "allow_facet": True,
    "suggest_facets": False, "allow_download": False, "allow_csv_stream": True, "max_csv_mb": 100,
    "default_cache_ttl": 0, "truncate_cells_html": 200, "template_debug": False, "trace_debug": False,
}  # fmt: skip
Answer = TypeVar("Answer")
Identity = tuple[int, int]
AS_FILE: ContextVar[bool] = ContextVar("AS_FILE", default=False)  # True while the current answer is a CSV


class HistoryDatabase(DatasetteDatabase):  # type: ignore[misc]
    """The history as Datasette sees it: read-only, without private tables."""

    _counted: tuple[str, dict[str, int | None]] | None = None

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Open a read-only connection.

        Raises:
            sqlite3.Error: the file cannot be opened, or a connection for writing is asked for.
        """
        if write:
            raise sqlite3.OperationalError("the history is read-only")
        conn = open_readonly(Path(self.path), any_thread=True)
        self._all_file_connections.append(conn)  # `close` closes them
        return conn

    async def execute(
        self, sql: str, params: Any = None, truncate: bool = False, custom_time_limit: int | None = None, **more: Any
    ) -> Any:  # fmt: skip
        """Execute a query. A count has a short time limit: a page shows its rows even without a count."""
        if not truncate and sql.startswith("select count(*) from "):
            custom_time_limit = custom_time_limit or COUNT_MILLISECONDS
        # An error in a reader's query is shown to the reader; Datasette would also write the query to the log.
        more["log_sql_errors"] = False
        try:
            return await super().execute(sql, params, truncate, custom_time_limit, **more)
        except sqlite3.DatabaseError as error:
            if not AS_FILE.get():
                raise
            raise DatasetteError(str(error), status=400) from error  # Datasette would send an empty file

    async def attached_databases(self) -> list[Any]:
        """Return nothing: the list would reveal paths of files."""
        return []

    async def table_names(self) -> list[str]:
        """Return the tables that are public and can be read row by row."""
        return [name for name in await super().table_names() if name not in PRIVATE and not name.startswith(INDEX)]

    async def table_counts(self, limit: int = 10) -> dict[str, int | None]:
        """Count the rows of each table, once for each state of the file; None if that takes too long."""
        stamp = file_stamp(Path(self.path))
        if self._counted is None or self._counted[0] != stamp:
            self._counted = stamp, await super().table_counts(limit)
        return self._counted[1]

    async def fts_table(self, table: str) -> None:
        """Return None: no table has a text index that Datasette could use."""

    async def view_names(self) -> list[str]:
        """Return the views that are made for readers."""
        return [name for name in await super().view_names() if name not in HELPERS]

    async def get_all_foreign_keys(self) -> dict[str, Any]:
        """Return the foreign keys between public tables."""
        keys = await super().get_all_foreign_keys()
        return {
            name: {way: [one for one in some if one["other_table"] not in PRIVATE] for way, some in ways.items()}
            for name, ways in keys.items()
        }


class HistorySite(Datasette):  # type: ignore[misc]
    """Datasette over one history file."""

    def __init__(self, settings: Settings, *, sql: bool) -> None:
        self.own, self.path, self.archive = settings, settings.database, open_archive(settings, within=FETCH_SECONDS)
        self._archive_threads = ThreadPoolExecutor(_ARCHIVE_THREADS, "archive")
        super().__init__(
            settings={**_SETTINGS, "default_allow_sql": sql},
            template_dir=str(HERE / "templates"),
            metadata={"title": NAME, "databases": {NAME: {"tables": metadata()}}},
        )
        self.remove_database("_memory")
        self.identity = identity(self.path)
        self.add_database(HistoryDatabase(self, str(self.path)), name=NAME)
        self._pulse: tuple[str, PollRow | None] | None = None

    async def ask(self, question: Callable[[Database], Answer]) -> Answer:
        """Call `question` in a thread, in one transaction, and return its answer.

        Raises:
            TooSlow: the question takes too long.
            sqlite3.Error: the history cannot be used.
        """
        answer: Answer = await self.get_database(NAME).execute_fn(partial(_ask, question))
        return answer

    async def lacking(self, hashes: Collection[str]) -> set[str]:
        """Return the hashes that the archive does not have; none if it does not answer in time."""
        try:
            return set(hashes) - await self._in_archive(lambda: self.archive.having(hashes), LOOK_SECONDS)
        except (ArchiveUnreachable, TimeoutError):
            return set()

    async def original(self, sha256: str) -> bytes:
        """Return the bytes of an original file.

        Raises:
            StorageError: the archive does not have the file, or it is damaged.
            Unavailable: the archive does not answer.
        """
        try:
            return await self._in_archive(lambda: self.archive.get(sha256), FETCH_SECONDS)
        except (ArchiveUnreachable, TimeoutError) as error:
            raise Unavailable("original_unreachable", sha256=sha256) from error

    async def _in_archive(self, question: Callable[[], Answer], seconds: float) -> Answer:
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.run_in_executor(self._archive_threads, question), seconds)

    def stamp(self) -> str:
        """Return the state of the history file: any commit changes it."""
        return file_stamp(self.path)

    def changed_at(self) -> float:
        """Return when the history file was last written, in seconds since 1970."""
        return max(_state(self.path)[2], _state(self.path.with_name(f"{self.path.name}-wal"))[2]) / 1e9

    async def last_poll(self) -> PollRow | None:
        """Return the newest finished poll; the history is asked again only after a change."""
        stamp = self.stamp()
        if self._pulse is None or self._pulse[0] != stamp:
            self._pulse = stamp, await self.ask(lambda db: last_finished(db, ()))
        return self._pulse[1]

    def retire(self) -> None:
        """Close the file without waiting: a question whose reader has gone ends within its time limit."""
        self._archive_threads.shutdown(wait=False, cancel_futures=True)
        threading.Thread(target=self._close, name="retire").start()

    def _close(self) -> None:
        self.executor.shutdown(cancel_futures=True)
        self.get_database(NAME).close()


def identity(path: Path) -> Identity:
    """Return the identity of the file at a path, as (device, inode).

    Raises:
        OSError: there is no file.
    """
    state = path.stat()
    return state.st_dev, state.st_ino


def file_stamp(path: Path) -> str:
    """Return the state of a database file and its WAL: any commit changes it."""
    states = [_state(path), _state(path.with_name(f"{path.name}-wal"))]
    return hashlib.sha256(repr(states).encode()).hexdigest()[:16]


def _ask(question: Callable[[Database], Answer], conn: sqlite3.Connection) -> Answer:
    # The storage compares and unpacks rows as tuples, which Datasette's rows are not.
    factory, conn.row_factory = conn.row_factory, None
    longest = conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _NO_LIMIT)  # our own questions make no long values
    try:
        with time_limit(conn, ASK_SECONDS):
            db = Database(conn)
            conn.execute("BEGIN")
            return question(db)
    except sqlite3.OperationalError as error:
        if is_interrupted(error):
            raise TooSlow("too_slow") from error
        raise
    finally:
        conn.rollback()
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
        conn.row_factory = factory


def _state(path: Path) -> tuple[int, int, int]:
    try:
        state = path.stat()
    except FileNotFoundError:
        return 0, 0, 0
    return state.st_ino, state.st_size, state.st_mtime_ns
