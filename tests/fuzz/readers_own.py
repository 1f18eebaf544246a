"""What the targets about our own do with an input: the differ, settings, requests, the journal, backups."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from datasette import Request

from storage.archive.archive import Archive
from storage.backup import read_bundle
from storage.journal import read as read_events
from tests.fuzz import lists
from tests.fuzz.properties import check_texts, outcome
from tests.fuzz.readers import text_of
from tracker.core.dates import read_day
from tracker.core.errors import OptionError, StorageError
from tracker.query.parameters import BadFilter, read_parameters
from tracker.settings.load import load_settings
from tracker.web import urls
from tracker.web.api.routes import ENDPOINTS
from tracker.web.errors import WebError
from tracker.web.pages import change_filter, compare, filings_filter
from tracker.web.request import REQUEST_DATES, make_view, read_days, read_request_dates


def compare_lists(data: bytes) -> None:
    """Lists of filings that hypothesis makes from the bytes."""
    lists.check_differ.hypothesis.fuzz_one_input(data)  # type: ignore[attr-defined]


@cache
def _folder() -> Path:
    """A folder for what can be read from a file only; it goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="tracker-fuzz-")
    _KEPT.append(folder)
    return Path(folder.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def read_settings(data: bytes) -> None:
    """A configuration file."""
    file = _folder() / "tracker.toml"
    file.write_bytes(data)
    settings, _ = outcome(lambda: load_settings(file), OptionError)
    if settings is not None:
        for one in settings.subscriptions:
            settings.entry_of(one.name)


def read_query(data: bytes) -> None:
    """A path, a query, a cookie and a language header, divided by |."""
    path, query, cookie, language = (text_of(data).split("|") + [""] * 4)[:4]
    asked = read_request_dates(query, {"cookie": cookie, "accept-language": language}, "zh")
    assert asked.lang in ("zh", "en")
    read_day(asked.as_of)
    piece = urls.piece(path)
    assert urls.read_piece(piece) == path or path in (". ", ".. ")
    urls.read_piece(path)
    urls.is_web_address(path)
    disposition = urls.disposition(path)
    assert disposition.isascii()
    assert disposition.isprintable()
    request = Request.fake("/")
    request.scope[REQUEST_DATES] = asked
    view: Any = make_view(None, request)  # type: ignore[arg-type]
    readers = (
        read_days, change_filter.read_change_filter, compare.read_compare_form, filings_filter.read_filing_filter
    )  # fmt: skip
    for read in readers:
        _refused(lambda read=read: read(view))
    for endpoint in ENDPOINTS:
        _refused(lambda one=endpoint: read_parameters(one.parameters, view.params))
        for parameter in (*endpoint.pieces, *endpoint.parameters):
            _refused(lambda one=parameter: one.read(path[:2000]))


def _refused(read: Any) -> None:
    try:
        read()
    except (BadFilter, WebError) as error:
        check_texts([str(value) for value in error.values.values() if not isinstance(value, str)])


def read_journal(data: bytes) -> None:
    """A file of the journal in an archive."""
    folder = _folder() / "archive"
    (folder / "journal").mkdir(parents=True, exist_ok=True)
    (folder / "journal" / "000000001.jsonl").write_bytes(data)
    outcome(lambda: list(read_events(Archive(folder))), StorageError)


def read_backup(data: bytes) -> None:
    """A bundle; what it holds is read whole."""
    file = _folder() / "backup.tar.gz"
    file.write_bytes(data)
    outcome(lambda: list(read_bundle(file)), StorageError)
