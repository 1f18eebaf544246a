"""`from tracker import open_history`: each question answers what the command line answers."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars
import pytest

from tests.storage.keep import two_polls
from tests.support.polling import Desk
from tracker import OpenHistory, open_history
from tracker.changes.checks.facts import provinces
from tracker.core.errors import OptionError, StorageError
from tracker.demo.site import StandIn

ROOT = Path(__file__).parents[2]
RENAMED = "Beijing-MoXing3-202401010003"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """21 filings after two polls, one entity renamed, one algorithm cancelled."""
    with StandIn(hang_seconds=20) as site:
        one = Desk(site, tmp_path_factory.mktemp("questions") / "data")
        two_polls(one)
        yield one


@pytest.fixture(scope="module")
def tracker(desk: Desk) -> Callable[..., Any]:
    """The command line, as JSON."""
    return cache(desk.ask)


@pytest.fixture
def history(desk: Desk) -> Iterator[OpenHistory]:
    with open_history(desk.data) as one:
        yield one


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ({}, ()),
        ({"series": "genai_service", "kind": "filed"}, ("--series", "genai_service", "--kind", "filed")),
        ({"province": "北京", "status": "active"}, ("--province", "北京", "--status", "active")),
        ({"batch": "2024-08"}, ("--batch", "2024-08")),
        ({"search": "第3科技"}, ("--search", "第3科技")),
        ({"entity": "新名"}, ("--entity", "新名")),
        ({"as_of": "2024-01-10"}, ("--as-of", "2024-01-10")),
        ({"as_of": date(2024, 1, 10)}, ("--as-of", "2024-01-10")),
        ({"as_of": "2024-01", "known_on": "2999"}, ("--as-of", "2024-01", "--known-on", "2999")),
    ],
    ids=str,
)
def test_filings(
    history: OpenHistory, tracker: Callable[..., Any], asked: dict[str, Any], options: tuple[str, ...]
) -> None:  # fmt: skip
    expected = tracker("filings", *options)
    assert expected
    assert history.filings(**asked) == expected


def test_nothing_to_search_for_finds_nothing(history: OpenHistory) -> None:
    assert history.filings(search="  ") == []
    assert history.changes(search="  ") == []
    assert history.filings(known_on=date(2020, 1, 1)) == []


def test_one_filing(history: OpenHistory, tracker: Callable[..., Any]) -> None:
    assert history.filing(RENAMED) == tracker("show", RENAMED)
    assert history.filing(RENAMED, series="genai_service") == history.filing(RENAMED)
    with pytest.raises(OptionError, match="No filing has the number"):
        history.filing(RENAMED, series="deep_synthesis")


def test_entities(history: OpenHistory, tracker: Callable[..., Any]) -> None:
    found = history.entities("第3科技")
    assert found == tracker("show", "--entity", "第3科技")
    assert [name["name"] for name in found[0]["names"]] == ["新名科技有限公司", "第3科技有限公司"]
    with pytest.raises(OptionError, match="nobody"):
        history.entities("nobody")


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ({}, ()),
        ({"kind": "amended"}, ("--kind", "amended")),
        ({"series": "genai_service", "batch": "2024-08"}, ("--series", "genai_service", "--batch", "2024-08")),
        ({"baseline": True}, ("--baseline",)),
        ({"since": date(2020, 1, 1), "until": "2999", "baseline": False},
         ("--since", "2020-01-01", "--until", "2999", "--no-baseline")),
    ],
    ids=str,
)  # fmt: skip
def test_changes(
    history: OpenHistory, tracker: Callable[..., Any], asked: dict[str, Any], options: tuple[str, ...]
) -> None:  # fmt: skip
    expected = tracker("changes", *options)
    assert expected
    assert history.changes(**asked) == expected


def test_changes_by_when_they_were_published_where_and_of_what(
    history: OpenHistory, tracker: Callable[..., Any]
) -> None:  # fmt: skip
    every = history.changes()
    july = [row for row in every if row["published_on"] == "2025-07"]
    assert july
    assert history.changes(published_since="2025-07", published_until=date(2025, 7, 31)) == july
    assert tracker("changes", "--published-since", "2025-07", "--published-until", "2025-07") == july
    renamed = history.changes(search="新名")
    assert [row["kind"] for row in renamed] == ["added", "amended"]
    assert tracker("changes", "--search", "新名") == renamed
    assert tracker("changes", "--search", "新名", "--field", "entity") == history.changes(field="entity") == renamed[1:]
    amended = [row for row in every if row["kind"] == "amended"]
    assert history.changes(province="北京", kind="amended") == amended
    assert tracker("changes", "--province", "北京", "--kind", "amended") == amended
    assert tracker("changes", "--search", "　") == []


@pytest.mark.parametrize("recorded", [False, True])
def test_compare(history: OpenHistory, tracker: Callable[..., Any], recorded: bool) -> None:
    expected = tracker("compare", "2023-12-31", "2999-12-31", *(["--recorded"] if recorded else []))
    assert expected
    assert history.compare("2023", date(2999, 12, 31), recorded=recorded) == expected
    some = history.compare("2023", "2999", series="deep_synthesis", recorded=recorded)
    assert some == [row for row in expected if row["series"] == "deep_synthesis"]


@pytest.mark.parametrize("by", ["province", "month", "entity", "kind", "series"])
def test_stats(history: OpenHistory, tracker: Callable[..., Any], by: Any) -> None:
    for asked, options in (({}, ()), ({"series": "genai_service", "as_of": "2024-01-10"},
                                      ("--series", "genai_service", "--as-of", "2024-01-10"))):  # fmt: skip
        expected = [{"value": row[by], "count": row["count"]} for row in tracker("stats", "--by", by, *options)]
        assert expected
        assert history.stats(by, **asked) == expected


def test_stats_by_what_the_command_line_does_not_ask(history: OpenHistory) -> None:
    assert {row["value"]: row["count"] for row in history.stats("status")} == {"active": 20, "cancelled": 1}
    batches = {row["value"]: row["count"] for row in history.stats("batch", series="genai_service")}
    assert batches == {"2024-04": 8, "2024-08": 6}


def test_batches(history: OpenHistory) -> None:
    found = history.batches(series="genai_service")
    assert [(row["batch"], row["added"], row["held"]) for row in found] == [("2024-08", 6, 6), ("2024-04", 8, 8)]
    # The second list was published as it is; the first was issued anew, which this filing alone shows.
    for batch, number in zip(found, ("Beijing-MoXing9-202401010009", RENAMED), strict=True):
        (filing,) = history.filings(search=number)
        assert [row["sha256"] for row in batch["lists"]] == [filing["source"]["sha256"]]
    assert history.batches(known_on="2020") == []


def test_reconcile(history: OpenHistory, tracker: Callable[..., Any]) -> None:
    keys = ("name", "series", "subject", "verdict", "expected", "found", "detail", "items", "address")
    checks = tracker("reconcile")
    expected = sorted(json.dumps([check[key] for key in keys]) for check in checks)
    assert expected
    assert sorted(json.dumps([row[key] for key in keys]) for row in history.reconcile()) == expected  # type: ignore[literal-required]
    of_one = history.reconcile(series="deep_synthesis")
    assert len(of_one) == sum(check["series"] == "deep_synthesis" for check in checks) > 0


def test_original(history: OpenHistory, tracker: Callable[..., Any]) -> None:
    sha256 = history.filings(search=RENAMED)[0]["source"]["sha256"]
    data = history.original(sha256)
    assert hashlib.sha256(data).hexdigest() == sha256
    assert data == Path(tracker("open", sha256)[0]["file"]).read_bytes()
    for wrong in (64 * "0", "../history.db", "", sha256[:8]):
        with pytest.raises(OptionError, match="has no file"):
            history.original(wrong)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda one: one.filings(series="genai"), "genai"),
        (lambda one: one.changes(series="genai"), "genai"),
        (lambda one: one.filings(as_of="yesterday"), "no date"),
        (lambda one: one.changes(since="2024-13"), "no date"),
        (lambda one: one.stats("month", known_on="2024-1"), "no date"),
        (lambda one: one.compare("2025", "2024"), "before"),
        (lambda one: one.filings(search=" ".join(map(str, range(51)))), "50 words"),
    ],
)
def test_what_is_not_understood(history: OpenHistory, ask: Callable[[OpenHistory], Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        ask(history)


def test_a_folder_without_a_history(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no history"):
        open_history(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_it_never_writes_and_is_closed(desk: Desk) -> None:
    with open_history(str(desk.data)) as one, pytest.raises(Exception, match=r"readonly|read-only"):
        one.db.execute("DELETE FROM filing")
    with pytest.raises(Exception, match="closed"):
        one.filings()


def test_rows_go_into_a_data_frame(history: OpenHistory) -> None:
    frame = polars.DataFrame(history.filings())
    assert frame.height == 21
    assert frame["entity"].null_count() == 0


def test_the_page_names_every_question_with_its_parameters() -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    questions = {
        name: list(inspect.signature(one).parameters)[1:]
        for name, one in vars(OpenHistory).items()
        if callable(one) and not name.startswith("_") and name not in ("close", "db", "archive")
    }
    rows = dict(re.findall(r"^\| `(\w+)\((.*?)\)` \|", text, re.M))
    assert set(rows) == set(questions)
    for name, names in questions.items():
        if "…" not in rows[name]:
            assert [one.strip().rstrip("=") for one in rows[name].split(",")] == names, name


def test_the_example_of_the_page_runs(desk: Desk) -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.S)
    assert found
    program = found[1].replace('"demo-data"', repr(str(desk.data))).replace("百度", "新名")
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "北京市 8"
    assert lines[1].startswith(RENAMED)
    assert "算法2" in lines[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make demo` leaves."""
    folder = tmp_path_factory.mktemp("example") / "demo-data"
    command = [sys.executable, "-m", "tracker", "demo", "--dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("picture", ["provinces.svg", "picture.png"])
def test_the_chart_of_provinces_shows_the_published_figures(demo: Path, picture: str) -> None:
    facts = provinces()["genai_service", "2024-04"]
    assert (sum(facts.values()), facts["北京市"], facts["上海市"], facts["广东省"]) == (117, 51, 24, 19)
    arguments = [] if picture == "provinces.svg" else ["demo-data", picture]
    command = [sys.executable, str(ROOT / "docs" / "examples" / "provinces.py"), *arguments]
    done = subprocess.run(command, cwd=demo.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *lines, total, drawn = done.stdout.splitlines()
    assert {line.split()[1]: int(line.split()[0]) for line in lines} == dict(facts)
    assert (total.split()[0], drawn) == ("117", f"drawn: {picture}")
    data = (demo.parent / picture).read_bytes()
    if picture.endswith("png"):
        assert data.startswith(b"\x89PNG")
        return
    texts = [one.text for one in ElementTree.fromstring(data).iter("{http://www.w3.org/2000/svg}text")]
    assert set(facts) <= set(texts)
    assert {str(count) for count in facts.values()} <= set(texts)


@pytest.mark.slow
def test_the_chart_says_when_there_is_nothing_to_draw(tmp_path: Path) -> None:
    with StandIn(hang_seconds=20) as site:
        Desk(site, tmp_path / "data").poll(exit_code=3)  # a site without its page
    command = [sys.executable, str(ROOT / "docs" / "examples" / "provinces.py"), "data"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "make demo" in done.stderr
    assert not (tmp_path / "provinces.svg").exists()
