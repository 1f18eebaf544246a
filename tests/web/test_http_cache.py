"""Conditional GET."""

from __future__ import annotations

import pytest

from tracker.web.http_cache import etag, last_modified, not_modified

TAG = etag("state", 1)
DATE = "Mon, 26 Oct 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({}, False),
        ({"if-none-match": TAG}, True),
        ({"if-none-match": f'"a", {TAG.removeprefix("W/")} , "b"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"a"'}, False),
        ({"if-none-match": '"a"', "if-modified-since": DATE}, False),
        ({"if-modified-since": DATE}, True),
        ({"if-modified-since": "Mon, 26 Oct 2026 09:59:59 GMT"}, False),
        ({"if-modified-since": "Tue, 27 Oct 2026 09:59:59 GMT"}, True),
        ({"if-modified-since": "soon"}, False),
        ({"if-modified-since": "Mon, 26 Oct 2026 10:00:00"}, False),
    ],
)
def test_copies(headers: dict[str, str], kept: bool) -> None:
    assert not_modified(headers, TAG, DATE) is kept


def test_a_date_only_once_it_is_settled() -> None:
    assert last_modified(1_793_008_800.9, 1_793_008_801.0) is None
    assert last_modified(1_793_008_800.9, 1_793_008_810.0) == DATE
    assert not_modified({"if-modified-since": DATE}, TAG, None) is False


def test_another_state_has_another_tag() -> None:
    assert etag("a", None) != etag("a", "None")
    assert etag("a", "b") == etag("a", "b")
