"""Write one export: the history at one moment, as files in a folder with their description."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from storage.queries import export
from storage.queries.export import Scope
from tracker.core.messages import Lang
from tracker.export.contents import Contents, Written, contents_of
from tracker.export.datapackage import NAME, FileFacts, describe
from tracker.export.folder import replaced
from tracker.export.text_files import Form, write_form


@dataclass(frozen=True, slots=True)
class Export:
    """The result of an export: the files, the instant of the newest poll, and the first days of both clocks."""

    files: tuple[FileFacts, ...]
    created: str | None
    first_published: str | None
    first_recorded: str | None

    def rows(self, table: str) -> int:
        """Return the number of rows written of a table."""
        return sum(file.written.rows.get(table, 0) for file in self.files)


def export_history(
    db: Database, form: Form, folder: Path, scope: Scope, lang: Lang, progress: Callable[[str], None] = lambda _: None
) -> Export:  # fmt: skip
    """Write the history to a folder in that form; `progress` is called with the name of each
    table as it begins.

    Raises:
        OptionError: the folder holds something else or cannot be written to, or the form cannot hold a text.
        StorageError: the disk failed.
    """
    with replaced(folder) as scratch, export.one_moment(db):
        contents = contents_of(db, scope, progress)
        files = [_facts(scratch, written) for written in write_form(form, scratch, contents, lang)]
        files.append(_describe(scratch, contents, form, files))
        published, recorded = export.first_days(db)
    return Export(tuple(files), contents.created, published, recorded)


def _describe(folder: Path, contents: Contents, form: Form, files: Sequence[FileFacts]) -> FileFacts:
    text = json.dumps(describe(contents, form, files), ensure_ascii=False, indent=2)
    (folder / NAME).write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return _facts(folder, Written(NAME, {}))


def _facts(folder: Path, written: Written) -> FileFacts:
    path = folder / written.path
    with path.open("rb") as file:
        return FileFacts(written, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
