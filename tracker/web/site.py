"""One Datasette over one history file, read-only, with what its pages share.

In: the settings. Out: an ASGI application, and the state of the history by which answers are kept and checked.
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
LONGEST_VALUE = 1 << 18  # bytes of one value that a reader's own SQL may make; a thousand rows of them fit into memory
_NO_LIMIT = 1_000_000_000  # SQLite's own
LOOK_SECONDS, FETCH_SECONDS = 2.0, 30.0  # within which a service that holds the archive must answer
_ARCHIVE_THREADS = 4  # of their own: a service that hangs must not hold up what else is done in threads
_SETTINGS = {
    "default_page_size": 50, "max_returned_rows": 1000, "num_sql_threads": 4, "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 500, "default_facet_size": 30, "allow_facet": True,
    "suggest_facets": False, "allow_download": False, "allow_csv_stream": True, "max_csv_mb": 100,
    "default_cache_ttl": 0, "truncate_cells_html": 200, "template_debug": False, "trace_debug": False,
}  # fmt: skip
Answer = TypeVar("Answer")
Identity = tuple[int, int]
AS_FILE: ContextVar[bool] = ContextVar("AS_FILE", default=False)  # the answer under way is a CSV


class HistoryDatabase(DatasetteDatabase):  # type: ignore[misc]
    """The history as Datasette sees it: it cannot be written to, and has no private tables."""

    _counted: tuple[str, dict[str, int | None]] | None = None

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A connection that can only ask.

        Raises:
            sqlite3.Error: it cannot be opened, or is to be written to.
        """
        if write:
            raise sqlite3.OperationalError("the history is read-only")
        conn = open_readonly(Path(self.path), any_thread=True)
        self._all_file_connections.append(conn)  # `close` closes them
        return conn

    async def execute(
        self, sql: str, params: Any = None, truncate: bool = False, custom_time_limit: int | None = None, **more: Any
    ) -> Any:  # fmt: skip
        """One question. A page shows its rows whether or not they can be counted at once."""
        if not truncate and sql.startswith("select count(*) from "):
            custom_time_limit = custom_time_limit or COUNT_MILLISECONDS
        # What a reader asked wrongly is told to the reader; Datasette would write it to the log as it was sent.
        more["log_sql_errors"] = False
        try:
            return await super().execute(sql, params, truncate, custom_time_limit, **more)
        except sqlite3.DatabaseError as error:
            if not AS_FILE.get():
                raise
            raise DatasetteError(str(error), status=400) from error  # Datasette would send an empty file

    async def attached_databases(self) -> list[Any]:
        """None: the list would tell where files lie."""
        return []

    async def table_names(self) -> list[str]:
        """The tables that are no one's secret, and that can be read row by row."""
        return [name for name in await super().table_names() if name not in PRIVATE and not name.startswith(INDEX)]

    async def table_counts(self, limit: int = 10) -> dict[str, int | None]:
        """How many rows each has, counted once for each state of the file; None where that takes too long."""
        stamp = file_stamp(Path(self.path))
        if self._counted is None or self._counted[0] != stamp:
            self._counted = stamp, await super().table_counts(limit)
        return self._counted[1]

    async def fts_table(self, table: str) -> None:
        """No table has an index of words that Datasette could use."""

    async def view_names(self) -> list[str]:
        """The views that are made for readers."""
        return [name for name in await super().view_names() if name not in HELPERS]

    async def get_all_foreign_keys(self) -> dict[str, Any]:
        """The foreign keys among these tables."""
        keys = await super().get_all_foreign_keys()
        return {
            name: {way: [one for one in some if one["other_table"] not in PRIVATE] for way, some in ways.items()}
            for name, ways in keys.items()
        }


class Site(Datasette):  # type: ignore[misc]
    """Datasette over one history; our plugin does nothing in any other Datasette."""

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
        """What the history answers, in a thread, all of it from one moment of the history.

        Raises:
            TooSlow: it takes too long.
            sqlite3.Error: the history cannot be used.
        """
        answer: Answer = await self.get_database(NAME).execute_fn(partial(_ask, question))
        return answer

    async def lacking(self, hashes: Collection[str]) -> set[str]:
        """Which of these the archive lacks; none where it does not say so in time: a download tells then."""
        try:
            return set(hashes) - await self._in_archive(lambda: self.archive.having(hashes), LOOK_SECONDS)
        except (ArchiveUnreachable, TimeoutError):
            return set()

    async def original(self, sha256: str) -> bytes:
        """The bytes of an original file.

        Raises:
            StorageError: the archive lacks it, or holds it damaged.
            Unavailable: the archive cannot be asked now.
        """
        try:
            return await self._in_archive(lambda: self.archive.get(sha256), FETCH_SECONDS)
        except (ArchiveUnreachable, TimeoutError) as error:
            raise Unavailable("original_unreachable", sha256=sha256) from error

    async def _in_archive(self, question: Callable[[], Answer], seconds: float) -> Answer:
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.run_in_executor(self._archive_threads, question), seconds)

    def stamp(self) -> str:
        """The state of the history's file: any commit changes it."""
        return file_stamp(self.path)

    def changed_at(self) -> float:
        """When the history's file was written last, in seconds since 1970."""
        return max(_state(self.path)[2], _state(self.path.with_name(f"{self.path.name}-wal"))[2]) / 1e9

    async def last_poll(self) -> PollRow | None:
        """The newest poll that came to its end; asked again when the history has changed."""
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
    """Which file lies there.

    Raises:
        OSError: none does.
    """
    state = path.stat()
    return state.st_dev, state.st_ino


def file_stamp(path: Path) -> str:
    """The state of a database file and its log: any commit changes it."""
    states = [_state(path), _state(path.with_name(f"{path.name}-wal"))]
    return hashlib.sha256(repr(states).encode()).hexdigest()[:16]


def _ask(question: Callable[[Database], Answer], conn: sqlite3.Connection) -> Answer:
    # Datasette's rows are no tuples, which the storage compares and unpacks.
    factory, conn.row_factory = conn.row_factory, None
    longest = conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _NO_LIMIT)  # our own questions make nothing long
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
