"""Copies that programs keep: ETag, Last-Modified, 304; HEAD; links to the next page."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.support.waiting import wait_until
from tests.web.api_client import EXAMPLES
from tests.web.conftest import Served

PATHS = [*EXAMPLES, "/api/v1/openapi.json"]


@pytest.fixture(scope="module")
def settled(served: Served) -> Served:
    """The server, once the history is old enough to have a date."""
    wait_until(lambda: "last-modified" in served.get("/api/v1/status").headers, what="the date of the history")
    return served


@pytest.mark.parametrize("path", PATHS)
def test_copies_hold_while_nothing_is_recorded(settled: Served, path: str) -> None:
    answer = settled.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    tag, date = answer.headers["etag"], answer.headers["last-modified"]
    for headers in ({"if_none_match": tag}, {"if_modified_since": date}):
        same = settled.get(path, **headers)
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    for headers in ({"if_none_match": '"another"'}, {"if_modified_since": "Mon, 26 Oct 2020 10:00:00 GMT"}):
        assert settled.get(path, **headers).content == answer.content
    head = httpx.head(f"{settled.address}{path}", trust_env=False)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)


@pytest.mark.parametrize("path", PATHS)
def test_the_same_question_has_the_same_bytes(served: Served, path: str) -> None:
    answer = served.get(path)
    assert answer.content == served.get(path).content
    assert answer.text == json.dumps(answer.json(), ensure_ascii=False)


def test_another_question_or_language_is_another_copy(settled: Served) -> None:
    tag = settled.get("/api/v1/filings").headers["etag"]
    assert settled.get("/api/v1/filings?limit=5", if_none_match=tag).status_code == 200
    assert settled.get("/api/v1/filings", if_none_match=tag, accept_language="zh").status_code == 200


def test_the_header_names_the_next_page(served: Served) -> None:
    first = served.get("/api/v1/filings?limit=2&province=%E5%8C%97&as_of=2025")
    link = first.links["next"]["url"]
    both = served.get("/api/v1/filings?limit=4&province=%E5%8C%97&as_of=2025")
    assert [*first.json()["data"], *served.get(link).json()["data"]] == both.json()["data"]
    last = served.get("/api/v1/filings?limit=1000")
    assert (last.links, last.json()["next"]) == ({}, None)
