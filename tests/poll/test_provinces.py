"""Lists of provinces: polled where asked for, growing, ahead of the centre: the real program over HTTP."""

from __future__ import annotations

import ast
import csv
import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.support.polling import GENAI_PAGE, GENAI_TITLE, ROOT, Desk, genai_docx, genai_rows, label
from tests.web.conftest import serving
from tracker.core.series import series_by_id
from tracker.demo.files import TableSpec, make_docx, make_xlsx
from tracker.demo.lists import FILED, REGISTERED

GUANGDONG = series_by_id("genai_guangdong")
PAGE = GUANGDONG.rolling[0]
TITLE = "关于发布广东省生成式人工智能服务已备案信息的公告"
TODAY = {"POLL__RECHECK_FILES_DAYS": "0", "POLL__RECHECK_PAGES_DAYS": "0"}


def facts(place: str, *periods: str) -> list[list[str]]:
    """The filings of a place as the centre listed them, numbered anew, as its own office would."""
    names = ("province", "name", "entity", "number", "filed_on")
    rows = []
    for period in periods:
        text = resources.files("tracker.demo").joinpath("facts", "genai", f"{period}.csv").read_text(encoding="utf-8")
        rows += [[row[n] for n in names] for row in csv.DictReader(text.splitlines()) if row["province"] == place]
    return [[str(n), *row] for n, row in enumerate(rows, 1)]


def xlsx(rows: list[list[str]], month: str = "2024年3月") -> bytes:
    """Guangdong's file, with the title that it has over its table."""
    title = f"广东省生成式人工智能服务已备案信息（截至{month}）"
    return make_xlsx([TableSpec(title, FILED, tuple(tuple(row) for row in rows))], title)


def file(month: str) -> str:
    return f"广东省生成式人工智能服务已备案信息（截至{month}）.xlsx"


def provinces(desk: Desk) -> dict[str, str]:
    """The settings that make the provinces polled: the stand-in's hosts, and the choice."""
    hosts = {f"SITE__{name.upper()}_URL": site.url for name, site in desk.site.provinces.items()}
    return hosts | {"POLL__PROVINCES": '["genai_guangdong", "genai_jiangsu"]'} | TODAY


def poll(desk: Desk, *series: str, exit_code: int = 0) -> dict[str, Any]:
    """One poll of these series alone."""
    chosen = [part for name in series for part in ("--series", name)]
    return desk.poll(*chosen, exit_code=exit_code, **provinces(desk))


def changes(desk: Desk, series: str = GUANGDONG.id) -> list[tuple[str, str]]:
    return [(one["kind"], one["number"]) for one in desk.ask("changes", "--series", series)]


@pytest.mark.slow
def test_the_lead_of_a_province_over_the_centre(desk: Desk) -> None:
    guangdong, jiangsu = desk.site.province("guangdong"), desk.site.province("jiangsu")
    known, later = facts("广东省", "2024-04"), facts("广东省", "2024-04", "2024-08")
    guangdong.publish(PAGE, TITLE, "2024-04-09 17:30", [(file("2024年3月"), xlsx(known))])
    centre = genai_docx(genai_rows(1, 10))
    desk.site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00", [(label("2024-02"), centre)])

    report = poll(desk, "genai_service", "genai_guangdong", "genai_jiangsu")
    assert [(b["series"], b["period"], b["kept"]) for b in report["batches"]] == [
        ("genai_guangdong", None, 19), ("genai_service", "2024-02", 10),
    ]  # fmt: skip
    assert {lead["later_series"] for lead in desk.ask("leads")} == {None}
    # nothing new: a handful of requests, each to the host that it is meant for
    asked = len(desk.site.requests)
    assert poll(desk, "genai_service", "genai_guangdong", "genai_jiangsu")["changes"] == {}
    assert len(desk.site.requests) - asked <= 12
    assert {hit.host for hit in desk.site.requests} == {"cac", "guangdong", "jiangsu"}
    assert all(site.host.peak == 1 for site in (guangdong, jiangsu))
    assert next(hit.target for hit in guangdong.requests) == "/robots.txt"

    # the province's list grows, on the same page and under another label; Jiangsu announces its first
    guangdong.publish(PAGE, TITLE, "2024-04-09 17:30", [(file("2024年6月"), xlsx(later, "2024年6月"))])
    centres_own = genai_rows(7, 7)[0]  # which the centre had before
    rows = [tuple(row) for row in (*facts("江苏省", "2024-08"), centres_own)]
    jiangsu.publish(
        "/fwhd/tzgg/202404/t20240412_1310001.shtml", "关于发布江苏省生成式人工智能服务备案信息的公告",
        "2024-04-12 09:00",
        [("江苏省生成式人工智能服务备案信息（截至2024年3月）", make_docx([TableSpec("", FILED, tuple(rows))], "清单"))],
    )  # fmt: skip
    jiangsu.publish(
        "/fwhd/tzgg/202404/t20240402_1300001.shtml", GENAI_TITLE, "2024-04-02 18:00",
        [("生成式人工智能服务已备案信息.docx", genai_docx(genai_rows(1, 10)))],
    )  # fmt: skip
    report = poll(desk, "genai_service", "genai_guangdong", "genai_jiangsu")
    assert report["changes"] == {"added": len(later) - len(known) + len(rows)}
    # the centre's announcement, handed on by the province, is nobody's list: a person is told of it
    assert [one["title"] for one in report["unclassified"]] == [GENAI_TITLE]

    # the centre publishes what Guangdong had, one of them under a number that it corrects later
    wrong = [list(row) for row in known]
    wrong[0][4] = wrong[0][4].replace("Guangdong", "Guandong")
    desk.site.add_attachment(GENAI_PAGE, label("2024-04"), genai_docx(wrong))
    assert poll(desk, "genai_service", "genai_guangdong", "genai_jiangsu")["changes"] == {"added": 19}
    leads = {lead["number"]: lead for lead in desk.ask("leads", "--series", "genai_guangdong")}
    assert sum(lead["later_series"] == "genai_service" for lead in leads.values()) == 18
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(known))
    assert poll(desk, "genai_service")["changes"] == {"renumbered": 1}
    leads = {lead["number"]: lead for lead in desk.ask("leads", "--series", "genai_guangdong")}
    assert sum(lead["later_series"] == "genai_service" for lead in leads.values()) == 19
    lead = leads[known[5][4]]
    today = desk.ask("leads")[0]["recorded_at"][:10]
    assert (lead["published_on"], lead["published_days"] > 900, lead["recorded_days"]) == ("2024-04-09", True, 0)
    assert lead["later_published_on"] >= today
    assert lead["baseline"]
    assert not lead["at_most"]  # the day on which a poll saw it
    waiting = desk.ask("leads", "--waiting")
    assert {one["series"] for one in waiting} == {"genai_guangdong", "genai_jiangsu"}
    assert len(waiting) == len(later) - len(known) + len(rows) - 1
    assert desk.ask("leads", "--waiting", "--as-of", "2024-04-09") == [
        one for one in desk.ask("leads", "--as-of", "2024-04-09") if one["series"] == "genai_guangdong"
    ]

    # shown with either filing, in both languages of the program and for programs
    shown = {one["series"]: one for one in desk.ask("show", known[5][4])}
    assert shown["genai_service"]["leads"] == shown["genai_guangdong"]["leads"] == [lead]
    said = desk.run("show", known[5][4], LANG="en").stdout
    assert "genai_guangdong: published 2024-04-09, by the centre" in " ".join(said.split())
    assert "尚未公布" in desk.run("show", later[-1][4], LANG="zh").stdout
    assert f"{len(waiting) + 20} filings in provincial lists: 20 also published" in desk.run("leads", LANG="en").stdout
    said = desk.run("show", centres_own[4], LANG="en").stdout
    assert "genai_jiangsu: published 2024-04-12, by the centre by 2024-02-29" in " ".join(said.split())
    assert "至少晚 43 天" in desk.run("show", centres_own[4], LANG="zh").stdout
    with serving(desk.data, LANG="en") as served:
        for number, words in (
            (known[5][4], f"{lead['published_days']} days earlier."), (later[-1][4], "not yet in the national list."),
            (centres_own[4], "at least 43 days later."),
        ):  # fmt: skip
            series = "genai_jiangsu" if number == centres_own[4] else "genai_guangdong"
            page = served.get(f"/filing/{series}/{number}")
            assert (page.status_code, words in page.text) == (200, True), number

    # counted once
    counted = {one["series"]: one["count"] for one in desk.ask("stats", "--by", "series")}
    assert counted == {"genai_service": 29}
    places = {one["province"]: one["count"] for one in desk.ask("stats", "--by", "province")}
    assert places == {"广东省": 19, "北京市": 10}
    assert "genai_guangdong" in desk.run("stats", "--by", "kind", LANG="en").stdout
    own = desk.ask("stats", "--by", "province", "--series", "genai_guangdong")
    assert own == [{"province": "广东省", "count": len(later)}]
    assert {one["series"] for one in desk.ask("compare", "2020-01", "2030-01")} == {"genai_service"}


@pytest.mark.slow
def test_a_cumulative_list_grows_wherever_it_is_offered(desk: Desk) -> None:
    """A new page for each state, rows gone, changed and new, older files beside: one list, and each change once."""
    first, second = facts("广东省", "2024-04"), facts("广东省", "2024-04", "2024-08")
    second = [row for row in second if row[0] != "2"]
    second[0] = [*second[0][:3], "深圳市腾讯科技有限公司", *second[0][4:]]
    jiangsu = desk.site.province("jiangsu")
    desk.site.province("guangdong")
    series, new = "genai_jiangsu", len(second) - 18

    def publish(day: str, month: str, rows: list[list[str]], name: str = "江苏省生成式人工智能服务已备案信息") -> None:
        path = f"/fwhd/tzgg/{day[:4]}{day[5:7]}/t{day.replace('-', '')}_1.shtml"
        title = "关于发布江苏省生成式人工智能服务已备案信息的公告"
        jiangsu.publish(path, title, f"{day} 10:00", [(f"附件：{name}（截至{month}）.xlsx", xlsx(rows, month))])

    publish("2024-04-09", "2024年3月", first)
    poll(desk, series)
    publish("2024-07-05", "2024年6月", second)
    publish("2023-12-20", "2023年12月", first[:9])  # an older state that comes to light later changes nothing
    report = poll(desk, series)
    assert report["changes"] == {"added": new, "amended": 1, "withdrawn": 1}
    # under another name, with a table for what is registered: still the same list
    row = ("1", "江苏省", "应用", "公司", "Jiangsu-YingYong-20240801S0001", "2024/8/1")
    registered = TableSpec("已登记", REGISTERED, (row,))
    both = make_xlsx([TableSpec("已备案", FILED, tuple(tuple(row) for row in second)), registered], "清单")
    jiangsu.publish(
        "/fwhd/tzgg/202409/t20240902_1.shtml", "江苏省生成式人工智能服务备案登记信息", "2024-09-02 10:00",
        [("我省生成式人工智能服务备案和登记情况（截至2024年8月）.xlsx", both)],
    )  # fmt: skip
    assert poll(desk, series)["changes"] == {"added": 1}
    assert poll(desk, series)["changes"] == {}
    days = desk.db().execute(
        "SELECT DISTINCT r.published_on FROM change c JOIN revision r ON r.id = c.revision_id ORDER BY c.id"
    ).fetchall()  # fmt: skip
    assert [day for (day,) in days] == ["2024-04-09", "2024-07-05", "2024-09-02"]
    assert desk.db().execute("SELECT count(*) FROM attachment").fetchone() == (1,)


@pytest.mark.slow
def test_who_did_not_ask_for_provinces_sees_none(desk: Desk) -> None:
    files = [(label("2024-04"), genai_docx(genai_rows(1, 10)))]
    desk.site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00", files)
    desk.poll()
    elsewhere = {"SITE__GUANGDONG_URL": "http://127.0.0.1:9", "SITE__JIANGSU_URL": "http://127.0.0.1:9"}
    report = desk.run("poll", "--json", **elsewhere)
    assert "guangdong" not in report.stdout
    assert "jiangsu" not in report.stdout
    assert "guangdong" not in desk.run("run", "--list").stdout
    assert desk.ask("leads") == []


ENTRY = """    Site(id="moon", url="https://wxb.moon.gov.cn", zh="月球网信办", en="Moon Office", markup=GOV_MARKUP),
"""
SERIES_ENTRY = """    Series(
        id="genai_moon", zh="月球生成式人工智能服务备案", en="the Moon's own list", zh_short="月球", en_short="Moon",
        site="moon", title=re.compile("月球"), label=re.compile("月球"), number=GENAI_NUMBER, layouts=(FILED,),
        rolling=("/list.html",), min_rows=1, ahead_of="genai_service", cumulative=True,
    ),
"""


@pytest.mark.slow
def test_a_new_source_is_one_entry_for_its_site_and_one_for_its_series(desk: Desk, tmp_path: Path) -> None:
    """The program as it is, but for two entries in tracker/core/series.py, polls an office that nobody has heard of."""
    program = tmp_path / "program"
    for package in ("tracker", "spiders", "storage"):
        shutil.copytree(ROOT / package, program / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "scrapy.cfg", program)
    module = program / "tracker" / "core" / "series.py"
    lines = module.read_text(encoding="utf-8").splitlines(keepends=True)
    ends = {node.target.id: node.end_lineno for node in ast.parse("".join(lines)).body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}  # fmt: skip
    lines.insert(ends["SERIES"] - 1, SERIES_ENTRY)
    lines.insert(ends["SITES"] - 1, ENTRY)
    module.write_text("".join(lines), encoding="utf-8")

    moon = desk.site.province("moon")
    rows = facts("江苏省", "2024-04", "2024-08")
    moon.publish("/list.html", "月球备案信息公告", "2024-05-01 10:00", [("月球备案（截至2024年4月）", xlsx(rows))])
    chosen = {"SITE__MOON_URL": moon.url, "POLL__PROVINCES": '["genai_moon"]'}
    environment = desk.environment(**chosen) | {"PYTHONPATH": str(program)}

    def run(*arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "tracker", *arguments], env=environment, cwd=program, capture_output=True,
            text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    report = run("poll", "--json", "--series", "genai_moon")
    assert report["changes"] == {"added": len(rows)}
    assert run("leads", "--json")[0]["published_on"] == "2024-05-01"
    assert {hit.host for hit in desk.site.requests} == {"moon"}
    shutil.rmtree(desk.data)  # only that program can make this history anew
