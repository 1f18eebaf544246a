"""The interface for programs: what it answers is what the command line answers, in pages that lose nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.schema.migrations import connect_readonly
from tests.support.polling import GENAI_PAGE, GENAI_TITLE, Desk, genai_docx, genai_rows, label
from tests.web.api_client import Api, api_of, command_line
from tests.web.conftest import Served, serving
from tracker import open_history
from tracker.demo.site import StandIn

FIRST, SECOND = "2024-04-30", "2026-12-31"


@pytest.fixture(scope="module")
def api(served: Served) -> Iterator[Api]:
    with api_of(served.address) as one:
        yield one


@pytest.fixture(scope="module")
def tracker(history: Path) -> Callable[..., Any]:
    return cache(lambda *arguments: command_line(history, *arguments))


def by_text(rows: list[Any]) -> list[str]:
    """Rows in an order of their own."""
    return sorted(map(repr, rows))


@pytest.mark.parametrize(
    ("params", "options"),
    [
        ({}, ()),
        ({"series": "genai_service"}, ("--series", "genai_service")),
        ({"province": "北京", "status": "active"}, ("--province", "北京", "--status", "active")),
        ({"status": "cancelled"}, ("--status", "cancelled")),
        ({"kind": "filed", "batch": "2024-08"}, ("--kind", "filed", "--batch", "2024-08")),
        ({"entity": "第3科技"}, ("--entity", "第3科技")),
        ({"search": "mx3h"}, ("--search", "mx3h")),
        ({"as_of": FIRST}, ("--as-of", FIRST)),
        ({"as_of": "2023"}, ("--as-of", "2023")),
        ({"known_on": "2020-01-01"}, ("--known-on", "2020-01-01")),
    ],
    ids=str,
)
def test_filings(api: Api, tracker: Callable[..., Any], params: dict[str, str], options: tuple[str, ...]) -> None:
    expected = tracker("filings", *options)
    assert (expected == []) is (params.get("known_on") is not None)
    assert by_text(api.every("/filings", **params)) == by_text(expected)


def test_one_filing(api: Api, tracker: Callable[..., Any]) -> None:
    renamed = "Beijing-MoXing3-202401010003"
    (expected,) = tracker("show", renamed)
    answer = api.ask(f"/filings/genai_service/{renamed}")
    state = answer.pop("state")
    assert {**answer, "timeline": expected["timeline"]} == expected
    assert [change["kind"] for change in answer["changes"]] == ["added", "amended"]
    (row,) = tracker("filings", "--search", renamed)
    assert {**state, "formerly": None, "formerly_entity": False} == row
    assert state["entity"] == "新名科技有限公司"


def test_one_filing_on_a_day(api: Api) -> None:
    number = "Beijing-MoXing3-202401010003"
    # What a list states anew is published on the day on which that is seen.
    then = api.ask(f"/filings/genai_service/{number}", as_of=FIRST)
    assert [change["kind"] for change in then["changes"]] == ["added"]
    assert then["state"]["entity"] == "第3科技有限公司"
    before = api.ask(f"/filings/genai_service/{number}", as_of="2022")
    assert (before["state"], before["changes"], before["versions"]) == (None, [], [])


@pytest.mark.parametrize(
    ("params", "options"),
    [
        ({}, ()),
        ({"kind": "cancelled"}, ("--kind", "cancelled")),
        ({"series": "genai_service", "baseline": "false"}, ("--series", "genai_service", "--no-baseline")),
        ({"batch": "2024-08"}, ("--batch", "2024-08")),
        ({"since": "2020", "until": "2999"}, ("--since", "2020", "--until", "2999")),
    ],
    ids=str,
)
def test_changes(api: Api, tracker: Callable[..., Any], params: dict[str, str], options: tuple[str, ...]) -> None:
    expected = tracker("changes", *options)
    assert expected
    assert api.every("/changes", order="oldest", **params) == expected
    assert api.every("/changes", **params) == expected[::-1]


def test_changes_by_what_the_command_line_does_not_ask(api: Api, tracker: Callable[..., Any]) -> None:
    every = tracker("changes")
    amended = api.every("/changes", field="entity")
    assert amended == [row for row in every if "entity" in row["fields"]]
    assert len(amended) == 1
    notice = api.every("/changes", published_since="2025-07", published_until="2025-07")
    assert notice == [row for row in every if (row["published_on"] or "").startswith("2025-07")]
    assert len(notice) == 1
    third = api.every("/changes", search="新名科技", order="oldest")
    assert [row["kind"] for row in third] == ["added", "amended"]
    (entity,) = api.every("/entities", name="新名科技")
    assert api.every("/changes", entity_id=entity["id"], order="oldest") == third
    assert api.every("/changes", filing_kind="registered") == []


@pytest.mark.parametrize("by", ["province", "month", "entity", "kind", "series"])
@pytest.mark.parametrize(
    ("params", "options"),
    [({}, ()), ({"series": "genai_service", "as_of": FIRST}, ("--series", "genai_service", "--as-of", FIRST))],
    ids=str,
)
def test_stats(
    api: Api, tracker: Callable[..., Any], by: str, params: dict[str, str], options: tuple[str, ...]
) -> None:  # fmt: skip
    expected = [{"value": row[by], "count": row["count"]} for row in tracker("stats", "--by", by, *options)]
    assert expected
    assert api.every("/stats", by=by, limit=2, **params) == expected


@pytest.mark.parametrize("clock", ["published", "recorded"])
def test_compare(api: Api, tracker: Callable[..., Any], clock: str) -> None:
    first = "2024-01-10" if clock == "published" else "2020-01-01"
    expected = tracker("compare", first, SECOND, *(["--recorded"] if clock == "recorded" else []))
    assert expected
    asked = {"from_": first, "to": SECOND, "clock": clock}
    assert by_text(api.every("/compare", limit=4, **asked)) == by_text(expected)
    came, changed = (api.every("/compare", which=which, **asked) for which in ("added", "changed"))
    assert by_text([*came, *changed]) == by_text(expected)
    assert {row["kind"] for row in came} == {"added"}
    assert "added" not in {row["kind"] for row in changed}
    assert bool(changed) is (clock == "published")


def test_compare_to_today(api: Api) -> None:
    assert api.every("/compare", from_=FIRST) == api.every("/compare", from_=FIRST, to=SECOND)


def test_entities(api: Api, tracker: Callable[..., Any]) -> None:
    expected = {one["id"]: one for one in tracker("show", "--entity", "第")}
    summaries = api.every("/entities", name="第", limit=3)
    assert [one["id"] for one in summaries] == sorted(expected)
    for one in summaries:
        whole = expected[one["id"]]
        assert one == {key: whole[key] for key in ("id", "name", "names")} | {"filings": len(whole["filings"])}
        assert api.ask(f"/entities/{one['id']}") == whole
    assert len(api.every("/entities")) == len(expected)


def test_an_entity_on_a_day(api: Api) -> None:
    (entity,) = api.every("/entities", name="新名科技")
    assert len(api.ask(f"/entities/{entity['id']}")["filings"]) == 1
    assert api.ask(f"/entities/{entity['id']}", as_of="2022")["filings"] == []


def test_batches(api: Api, history: Path) -> None:
    with open_history(history) as known:
        assert api.every("/batches") == known.batches()
        assert api.every("/batches", series="genai_service", as_of="2024-05") == known.batches(
            series="genai_service", as_of="2024-05"
        )
    (second,) = api.every("/batches", batch="2024-08")
    assert (second["added"], second["held"], second["lists"][0]["rows"]) == (6, 6, 6)


def test_reconcile(api: Api, tracker: Callable[..., Any]) -> None:
    expected = [{key: row[key] for key in row if key != "off_by"} for row in tracker("reconcile")]
    rows = [{key: row[key] for key in row if key != "poll_id"} for row in api.every("/reconcile")]
    assert rows
    assert by_text([sorted(row.items()) for row in rows]) == by_text([sorted(row.items()) for row in expected])
    some = api.every("/reconcile", series="genai_service", verdict="ok")
    assert {(row["series"], row["verdict"]) for row in some} == {("genai_service", "ok")}


def test_originals(api: Api, tracker: Callable[..., Any], served: Served) -> None:
    (filing,) = api.every("/filings", search="MoXing3-")
    sha256 = filing["source"]["sha256"]
    (expected,) = tracker("open", sha256)
    (row,) = api.every("/originals", sha256=sha256)
    assert row == {key: expected[key] for key in row}
    assert len(served.get(f"/original/{sha256}").content) == row["size"]


def test_status(api: Api, tracker: Callable[..., Any], history: Path) -> None:
    status = api.ask("/status")
    assert status["newest_change"] == tracker("changes")[-1]["id"]
    counted = [row for row in tracker("filings") if row["status"] != "withdrawn"]
    for row in status["filings"]:
        assert row["count"] == sum((one["series"], one["status"]) == (row["series"], row["status"]) for one in counted)
    assert sum(row["count"] for row in status["filings"]) == len(counted)
    assert status["incidents"] == [
        {key: row[key] for key in row if key != "ended_at"} for row in tracker("incidents")
    ]  # fmt: skip
    db = connect_readonly(history / "history.db")
    polls = db.execute("SELECT id, exit FROM poll ORDER BY id").fetchall()
    db.close()
    assert (status["last_poll"]["id"], status["last_poll"]["exit"]) == polls[-1]
    assert {row["outcome"] for row in status["sources"]} == {"ok"}


def values_of(path: Path) -> dict[str, list[str]]:
    """Texts that fit filings of a history, for each filter."""
    with open_history(path) as known:
        rows = known.filings()
    columns = {name: sorted({str(row[name]) for row in rows if row[name]}) for name in (
        "series", "kind", "province", "status", "batch", "entity_id")}  # type: ignore[literal-required]  # fmt: skip
    return columns | {
        "search": ["模型", "算法", "第1", "mx", "nothing"], "entity": ["公司", "科技", "新名"],
        "as_of": ["2023-06-20", "2024-04", "2026"], "known_on": ["2020", "2026-12-31"],
    }  # fmt: skip


@pytest.mark.slow
@settings(max_examples=15, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), limit=st.integers(1, 8))
def test_all_pages_of_any_filter_are_the_whole(api: Api, history: Path, data: st.DataObject, limit: int) -> None:
    values = values_of(history)
    names = data.draw(st.lists(st.sampled_from(sorted(values)), max_size=3, unique=True))
    params = {name: data.draw(st.sampled_from(values[name])) for name in names}
    plain = {name: value for name, value in params.items() if name != "entity_id"}
    with open_history(history) as known:
        found = known.filings(**plain)
    expected = [row for row in found if params.get("entity_id") in (None, str(row["entity_id"]))]
    pages = list(api.pages("/filings", limit=limit, **params))
    rows = [row for page in pages for row in page]
    assert by_text(rows) == by_text(expected)
    assert all(len(page) == limit for page in pages[:-1])
    assert api.every("/filings", limit=limit, order="newest", **params) == rows[::-1]


@pytest.mark.slow
@settings(max_examples=10, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.integers(1, 8),
    params=st.fixed_dictionaries(
        {},
        optional={
            "series": st.sampled_from(["genai_service", "deep_synthesis"]), "batch": st.just("2024-04"),
            "kind": st.sampled_from(["added", "amended", "cancelled"]), "province": st.just("北京"),
            "search": st.sampled_from(["模型", "第1", "新名"]), "baseline": st.booleans(),
            "since": st.just("2020"), "published_since": st.sampled_from(["2024-04-02", "2025"]),
            "published_until": st.just("2025-07"),
        },
    ),
)  # fmt: skip
def test_all_pages_of_any_changes_are_the_whole(api: Api, history: Path, limit: int, params: dict[str, Any]) -> None:
    with open_history(history) as known:
        expected = known.changes(**params)
    asked = params | ({"baseline": str(params["baseline"]).lower()} if "baseline" in params else {})
    assert api.every("/changes", limit=limit, order="oldest", **asked) == expected
    assert api.every("/changes", limit=limit, **asked) == expected[::-1]


@pytest.mark.slow
def test_pages_go_on_after_a_poll(tmp_path: Path) -> None:
    with StandIn(hang_seconds=20) as site:
        desk = Desk(site, tmp_path / "data")
        rows = [(label("2024-04"), genai_docx(genai_rows(1, 8)))]
        site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00", rows)
        desk.poll()
        with serving(desk.data, LANG="en") as served, api_of(served.address) as api:
            asked = {"series": "genai_service", "limit": 3}
            oldest, newest = (api.ask("/filings", order=order, **asked) for order in ("oldest", "newest"))
            log = api.every("/changes", order="oldest", after_id=0, limit=3)
            tag = httpx_tag(served)
            site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(9, 14)))
            changed = genai_docx(genai_rows(1, 8, r3c3="新名科技有限公司"))
            site.replace_attachment(GENAI_PAGE, label("2024-04"), changed)
            desk.poll(POLL__RECHECK_FILES_DAYS="0")
            assert served.get("/api/v1/filings", if_none_match=tag).status_code == 200

            numbers = [row["number"] for row in oldest["data"]]
            numbers += [row["number"] for row in api.every("/filings", cursor=oldest["next"], **asked)]
            assert len(numbers) == len(set(numbers)) == 14
            behind = api.every("/filings", order="newest", cursor=newest["next"], **asked)
            assert [row["number"] for row in (*newest["data"], *behind)] == numbers[:8][::-1]

            later = api.every("/changes", order="oldest", after_id=log[-1]["id"], limit=3)
            assert [*log, *later] == desk.ask("changes")
            assert {row["kind"] for row in later} == {"added", "amended"}
            assert api.every("/changes", order="oldest", after_id=later[-1]["id"]) == []


def httpx_tag(served: Served) -> str:
    """The ETag of the filings."""
    tag: str = served.get("/api/v1/filings").headers["etag"]
    return tag


@pytest.mark.slow
def test_a_former_number_leads_to_the_filing(tmp_path: Path) -> None:
    old, new = "Beijing-MoXing2-202401010002", "Beijing-MoXing2-202401020002"
    with StandIn(hang_seconds=20) as site:
        desk = Desk(site, tmp_path / "data")
        site.publish_page(
            GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00", [(label("2024-04"), genai_docx(genai_rows(1, 8)))]
        )
        desk.poll()
        site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 8, r2c4=new)))
        desk.poll(POLL__RECHECK_FILES_DAYS="0")
        with serving(desk.data, LANG="en") as served, api_of(served.address) as api:
            found = api.ask(f"/filings/genai_service/{old}")
            assert found == api.ask(f"/filings/genai_service/{new}")
            assert (found["number"], found["former_numbers"]) == (new, [old])
            assert found["state"]["number"] == new
