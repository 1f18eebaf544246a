"""Limits on what one file may cost, and the meter that enforces them.

In: what a reader has met so far. Out: nothing, or `HostileFile`. Must never: trust a size that a file states
about itself. The figures are far above any list seen: the largest has 6 MB of XML, 700 rows, 8 columns.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from tracker.core.errors import HostileFile

KIB = 1024
MIB = 1024 * KIB

MAX_FILE = 64 * MIB
MAX_TABLES = 2_000
MAX_CELLS = 2_000_000
MAX_COLUMNS = 200
MAX_CELL_TEXT = 32_767  # characters; a cell of Excel holds no more, so each text can be exported (longest seen: 491)
MAX_TEXT = 64 * MIB  # characters of a whole file; a text that merging repeats counts each time
MAX_SECONDS = 30.0


def check_size(data: bytes) -> None:
    """Refuse a file of more than `MAX_FILE` bytes.

    Raises:
        HostileFile: the file is too large.
    """
    if len(data) > MAX_FILE:
        raise HostileFile(f"The file has {len(data):,} bytes, more than {MAX_FILE:,}")


class Meter:
    """Counts what one file has cost since it was opened, and refuses it at the first limit."""

    def __init__(self) -> None:
        self._cells = 0
        self._text = 0
        self._tables = 0
        self._until = time.monotonic() + MAX_SECONDS

    def check_time(self) -> None:
        """Refuse a file that has been read for too long."""
        if time.monotonic() > self._until:
            raise HostileFile(f"Reading the file took more than {MAX_SECONDS:.0f} seconds")

    def add_table(self) -> int:
        """Count one table and return its index, from 1."""
        self._tables += 1
        if self._tables > MAX_TABLES:
            raise HostileFile(f"The file has more than {MAX_TABLES:,} tables")
        return self._tables

    def add_row(self, cells: Iterable[str | None], *, table: int, row: int) -> tuple[str | None, ...]:
        """Count one row of cells and return it as the table will hold it."""
        line = tuple(cells)
        check_columns(len(line), table=table, row=row)
        self._cells += len(line)
        if self._cells > MAX_CELLS:
            raise HostileFile(f"The file has more than {MAX_CELLS:,} cells", table=table, row=row)
        for text in line:
            self.add_text(len(text) if text else 0, table=table, row=row)
        self.check_time()
        return line

    def add_text(self, length: int, *, table: int | None = None, row: int | None = None) -> None:
        """Count the text of one cell or paragraph."""
        if length > MAX_CELL_TEXT:
            raise HostileFile(f"One text has {length:,} characters", table=table, row=row)
        self._text += length
        if self._text > MAX_TEXT:
            raise HostileFile(f"The tables hold more than {MAX_TEXT:,} characters", table=table, row=row)


def check_columns(columns: int, *, table: int | None = None, row: int | None = None) -> None:
    """Refuse a row with more than `MAX_COLUMNS` grid columns."""
    if columns > MAX_COLUMNS:
        raise HostileFile(f"A row has {columns:,} columns, more than {MAX_COLUMNS}", table=table, row=row)
