"""The forms in which a history can be exported. Their libraries are loaded when one is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from tracker.core.messages import Lang
from tracker.export.contents import Contents, Written

Form = Literal["csv", "xlsx", "json", "jsonl", "parquet", "sqlite"]
FORMS: tuple[Form, ...] = get_args(Form)
MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv", "json": "application/json", "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet", "sqlite": "application/vnd.sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def write_form(form: Form, folder: Path, contents: Contents, lang: Lang) -> list[Written]:
    """Write the contents to a folder in that form; `lang` is the language of what only people read.

    Raises:
        OptionError: the form cannot hold them.
        OSError: they cannot be written.
    """
    match form:
        case "csv":
            from tracker.export.csv_file import write_csv

            return write_csv(folder, contents)
        case "json":
            from tracker.export.json_file import write_json

            return write_json(folder, contents)
        case "jsonl":
            from tracker.export.json_file import write_jsonl

            return write_jsonl(folder, contents)
        case "parquet":
            from tracker.export.parquet_file import write_parquet

            return write_parquet(folder, contents)
        case "sqlite":
            from tracker.export.sqlite_file import write_sqlite

            return write_sqlite(folder, contents)
        case "xlsx":
            from tracker.export.xlsx_file import write_xlsx

            return write_xlsx(folder, contents, lang)
