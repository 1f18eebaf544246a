"""What programs are told when they ask for what is not there, or in a way that is not understood."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.web.api_client import EXAMPLES
from tests.web.conftest import Served
from tracker.web.api import endpoints
from tracker.web.errors import BadParameter

KEYS = ["type", "title", "status", "detail", "parameter"]


def refused(served: Served, path: str, status: int = 400, lang: str = "en") -> dict[str, Any]:
    """The problem that is answered."""
    answer = served.get(f"/api/v1{path}", accept_language=lang)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert list(problem) == KEYS[: len(problem)]
    assert len(problem) >= 4
    assert problem["status"] == status
    assert "etag" not in answer.headers
    return problem


@pytest.mark.parametrize(
    ("path", "parameter", "says"),
    [
        ("/filings?limt=5", "limt", "did you mean limit?"),
        ("/filings?q=x", "q", "Parameters: series, kind"),
        ("/changes?as_of=2024", "as_of", "published_since"),
        ("/status?limit=1", "limit", "takes none"),
        ("/filings?limit=0", "limit", "from 1 to 1000"),
        ("/filings?limit=1001", "limit", "from 1 to 1000"),
        ("/filings?limit=%EF%BC%91", "limit", "whole number"),
        ("/filings?limit=1&limit=2", "limit", "twice"),
        ("/filings?province=", "province", "leave it out"),
        ("/filings?series=genai", "series", "genai_service"),
        ("/filings?status=gone", "status", "withdrawn"),
        ("/filings?as_of=2024-02-30", "as_of", "not a date"),
        ("/filings?search=%E3%80%80", "search", "search has no text"),
        ("/filings?search=" + 101 * "a", "search", "100"),
        ("/changes?since=yesterday", "since", "not a date"),
        ("/changes?baseline=yes", "baseline", "true, false"),
        ("/changes?after_id=1", "after_id", "order=oldest"),
        ("/changes?order=oldest&after_id=1&search=a", "search", "missed"),
        ("/changes?order=oldest&after_id=1&entity_id=1", "entity_id", "missed"),
        ("/stats", "by", "missing"),
        ("/stats?by=colour", "by", "province"),
        ("/compare?to=2024", "from", "missing"),
        ("/compare?from=2025&to=2024", "to", "before 2025-12-31"),
        ("/originals?sha256=abc", "sha256", "64 lower-case hex digits"),
        ("/filings?cursor=abc", "cursor", "`next`"),
        ("/filings?cursor=%C3%A9", "cursor", "`next`"),
    ],
)
def test_what_is_not_understood(served: Served, path: str, parameter: str, says: str) -> None:
    problem = refused(served, path)
    assert problem["parameter"] == parameter
    assert says in problem["detail"]


def test_a_cursor_belongs_to_its_question(served: Served) -> None:
    following = served.get("/api/v1/filings?limit=2&series=genai_service").json()["next"]
    assert served.get(f"/api/v1/filings?limit=5&series=genai_service&cursor={following}").status_code == 200
    for path in (
        f"/filings?cursor={following}", f"/filings?series=genai_service&order=newest&cursor={following}",
        f"/filings?series=genai_service&as_of=2024&cursor={following}", f"/changes?cursor={following}",
    ):  # fmt: skip
        assert "another question" in refused(served, path)["detail"]


@pytest.mark.parametrize("position", [(), (-1,), (2**63,), ("1",), (1.5,), (True,), (None,), (1, 2)])
def test_a_cursor_holds_a_place(position: Any) -> None:
    text = endpoints.write("q", position)
    with pytest.raises(BadParameter) as caught:
        endpoints.read(text, "q", (int,))
    assert caught.value.key == "api_no_cursor"


@pytest.mark.parametrize("text", ["", "A", "AAAA", "W10", "W1siYSJdXQ", "bnVsbA", "[" * 200])
def test_what_is_no_cursor(text: str) -> None:
    with pytest.raises(BadParameter):
        endpoints.read(text, "q", (int,))


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert endpoints.read(endpoints.write("q", ("2024-07-01", 7)), "q", (str, int)) == ("2024-07-01", 7)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/filings/genai_service/nothing", "nothing"),
        ("/filings/genai/Beijing-MoXing1-202401010001", "series"),
        ("/entities/999999", "999999"),
        ("/entities/one", "one"),
        ("/changes?order=oldest&after_id=999999", "Start again"),
        ("/nothing", ""),
        ("", ""),
    ],
)
def test_what_is_not_there(served: Served, path: str, says: str) -> None:
    assert says in refused(served, path, 404)["detail"]


def test_refusals_are_in_the_language_of_the_request(served: Served) -> None:
    assert "是否指 limit" in refused(served, "/filings?limt=5", lang="zh-CN,zh;q=0.9")["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_but_reading(served: Served, method: str) -> None:
    answer = httpx.request(method, f"{served.address}/api/v1/filings", trust_env=False)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert (answer.headers["content-type"], answer.json()["status"]) == ("application/problem+json", 405)


def test_too_long_an_address(served: Served) -> None:
    assert refused(served, "/filings?search=" + 5000 * "a", 414)["detail"]


@pytest.mark.parametrize(
    ("path", "note"),
    [
        ("/filings?batch=2024-13&status=active", "No match even for a single filter: batch=2024-13"),
        ("/filings?batch=2024-08&status=cancelled", "no row matches all of them: status=cancelled, batch=2024-08"),
        ("/filings?known_on=2020-01-01&order=newest", "known_on=2020-01-01"),
        ("/changes?kind=restored&order=oldest&after_id=0", "kind=restored"),
        ("/stats?by=province&province=Atlantis", "province=Atlantis"),
        ("/compare?from=2019&to=2020", "nothing of this kind"),
        ("/reconcile?series=on_device", "series=on_device"),
        ("/entities?name=Nobody", "name=Nobody"),
        ("/originals?sha256=" + 64 * "0", "nothing of this kind"),
    ],
)
def test_zero_is_explained(served: Served, path: str, note: str) -> None:
    answer = served.get(f"/api/v1{path}").json()
    assert (answer["data"], answer["next"]) == ([], None)
    assert note in answer["note"]


def test_the_end_of_a_list_needs_no_explanation(served: Served) -> None:
    newest = served.get("/api/v1/status").json()["newest_change"]
    answer = served.get(f"/api/v1/changes?order=oldest&after_id={newest}").json()
    assert answer == {"data": [], "next": None, "note": None}


@pytest.mark.parametrize("address", EXAMPLES)
def test_another_site_cannot_read_it(served: Served, address: str) -> None:
    answer = served.get(address, origin="https://example.com")
    assert not [name for name in answer.headers if name.startswith("access-control")]
