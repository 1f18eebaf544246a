"""The `datapackage.json` beside the files (Frictionless Data Package 2.0): their tables, columns, hashes and sources.

Pure. The file also marks a folder as an export of this program, which a later export may replace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.series import sites_of
from tracker.core.version import __version__
from tracker.export.contents import Contents, Written
from tracker.export.schema import Column, Table
from tracker.export.tables import table_by_name
from tracker.export.text_files import MEDIA_TYPES, Form
from tracker.export.words import say, state_text

NAME = "datapackage.json"
MARK = "cac-filing-tracker"
_PROFILES = "https://datapackage.org/profiles/2.0"
_QUOTED = (
    "A text that a spreadsheet program could take for a formula has a quote (') in front; "
    "the other forms hold the text as it is."
)
# How CSV lays out a table.
_CSV = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A written file with its size in bytes and its sha256."""

    written: Written
    size: int
    sha256: str


def describe(contents: Contents, form: Form, files: Sequence[FileFacts]) -> dict[str, Any]:
    """Return the package: tables with columns and keys, files with hashes, the day, sources and licence."""
    scope = contents.scope
    about: dict[str, Any] = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": "cac-filings",
        "title": say("heading", "en"),
        "description": " ".join(
            [f"State: {state_text(scope.as_of, scope.known_on, 'en')}.", say("licensed", "en")]
            + ([_QUOTED] if form == "csv" else [])
        ),
        "keywords": ["China", "generative AI", "algorithms", "filings", "备案", "算法备案", "生成式人工智能"],
        "sources": [{"title": site.en, "path": site.url} for site in sites_of(contents.ahead)],
        "made_by": {"name": MARK, "version": __version__, "form": form},
        "as_of": scope.as_of,
        "known_on": scope.known_on,
        "series": scope.series,
    }
    if contents.created:
        about["created"] = contents.created
    return about | {"resources": [_resource(table, form, files) for table in contents.tables]}


def files_of(package: object) -> frozenset[str] | None:
    """Return the paths of the export that a package describes, or None if it is not ours."""
    if not isinstance(package, Mapping) or not isinstance(made_by := package.get("made_by"), Mapping):
        return None
    resources = package.get("resources")
    if made_by.get("name") != MARK or not isinstance(resources, list):
        return None
    return frozenset(str(file["path"]) for resource in resources for file in resource["files"]) | {NAME}


def _resource(table: Table, form: Form, files: Sequence[FileFacts]) -> dict[str, Any]:
    own = [file for file in files if table.name in file.written.rows]
    paths = [file.written.path for file in own]
    one: dict[str, Any] = {
        "$schema": f"{_PROFILES}/dataresource.json",
        "type": "table",
        "name": table.name,
        "title": table.title[1],
        "description": table.meaning[1],
        "path": paths[0] if len(paths) == 1 else paths,
        "format": form,
        "mediatype": MEDIA_TYPES[form],
    }
    if form in ("csv", "json", "jsonl"):
        one["encoding"] = "utf-8"
    if form != "json":  # the library does not count bytes of JSON and would report a difference
        one["bytes"] = sum(file.size for file in own)
    if len(own) == 1:  # the standard defines no hash of several files; each has its own below
        one["hash"] = f"sha256:{own[0].sha256}"
    return one | _dialect(table, form, own) | {
        "rows": sum(file.written.rows[table.name] for file in own),
        "files": [
            {"path": file.written.path, "bytes": file.size, "hash": f"sha256:{file.sha256}"} for file in own
        ],
        "schema": _schema(table),
    }  # fmt: skip


def _dialect(table: Table, form: Form, files: Iterable[FileFacts]) -> dict[str, Any]:
    if form == "csv":
        return {"dialect": _CSV}
    if form == "parquet" and table.by_series:
        return {"partitioned_by": ["series"]}  # the series is in the names of the folders, not in the files
    if form == "sqlite":
        return {"dialect": {"table": table.name}}
    if form == "xlsx":  # its headings are titles, in the language of the export
        sheets = [sheet for file in files for sheet in file.written.sheets if sheet.table == table.name]
        names = [name for sheet in sheets for name in sheet.names]
        one = {"sheetName": names[0], "excel": {"sheet": names[0]}}  # the standard's word, and that of its library
        return {"dialect": {**one, "header": False, "commentRows": [1]}, "sheets": names}
    return {}


def _schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "$schema": f"{_PROFILES}/tableschema.json",
        "fields": [_field(column, is_key=table.key == (column.name,)) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    if table.references:
        schema["foreignKeys"] = [
            {
                "fields": list(one.columns),
                "reference": {"resource": one.table, "fields": list(table_by_name(one.table).key)},
            }
            for one in table.references
        ]
    return schema


def _field(column: Column, *, is_key: bool) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name, "type": column.type, "title": column.title[1], "title_zh": column.title[0],
        "description": column.meaning[1],
    }  # fmt: skip
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    constraints |= {"unique": True} if is_key else {}
    constraints |= {"enum": list(column.values)} if column.values else {}
    return field | ({"constraints": constraints} if constraints else {})
