"""An export as Parquet: filings and changes divided by series into folders with Hive's names, other tables as one file.

Spark 3, DuckDB and Polars all read these plain types and data pages. The series is in the folder's name only, which all
of them read as a column: with the series in the files as well, pandas and PyArrow refuse the folder. Importing this
module needs PyArrow, which the extra `parquet` installs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tracker.core.series import SERIES
from tracker.export.contents import Contents, Values, Written
from tracker.export.schema import Column, Table, Type

DIVIDED_BY = "series"
ROW_GROUP = 50_000  # rows held in memory at a time
_TYPES: dict[Type, pa.DataType] = {
    "string": pa.string(), "integer": pa.int32(), "boolean": pa.bool_(), "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


def write_parquet(folder: Path, contents: Contents) -> list[Written]:
    """Write each table to a file, or to a folder with one file for each series."""
    written: list[Written] = []
    for table in contents.tables:
        rows = contents.rows(table)
        if not table.by_series:
            written.append(_write(folder, f"{table.name}.parquet", table, rows))
            continue
        # A series without rows has a file too, so that an export of an empty history can be read.
        there = [one.id for one in SERIES if not one.cancels and (not one.ahead_of or one.id in contents.ahead)]
        wanted = [one for one in there if contents.scope.series in (None, one)]
        for series, those in groupby(rows, itemgetter(table.names.index(DIVIDED_BY))):
            written.append(_write(folder, _part(table, str(series)), table, those))
        paths = {one.path for one in written}
        missing = [path for path in (_part(table, series) for series in wanted) if path not in paths]
        written += [_write(folder, path, table, ()) for path in missing]
    return written


def _part(table: Table, series: str) -> str:
    return f"{table.name}/{DIVIDED_BY}={series}/part-0.parquet"


def _write(folder: Path, path: str, table: Table, rows: Iterable[Values]) -> Written:
    kept = [place for place, name in enumerate(table.names) if not (table.by_series and name == DIVIDED_BY)]
    schema = pa.schema([_field(table.columns[place]) for place in kept])
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with pq.ParquetWriter(target, schema, compression="snappy", version="2.6", data_page_version="1.0") as writer:
        for group in _groups(rows):
            columns = list(zip(*group, strict=True))
            arrays = [pa.array(columns[place], field.type) for place, field in zip(kept, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=ROW_GROUP)
            count += len(group)
    return Written(path, {table.name: count})


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, _TYPES[column.type], nullable=not column.required)


def _groups(rows: Iterable[Values]) -> Iterator[list[Values]]:
    """Yield the rows in groups of `ROW_GROUP`."""
    group: list[Values] = []
    for row in rows:
        group.append(row)
        if len(group) == ROW_GROUP:
            yield group
            group = []
    if group:
        yield group
