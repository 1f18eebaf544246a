"""Silent re-issues, copies, wrong files and cancellations: the real program against the stand-in, over HTTP."""

from __future__ import annotations

import csv
import json

import pytest

from tests.support.polling import (
    GENAI_PAGE,
    GENAI_TITLE,
    NOTICE_HEADINGS,
    SYNTHESIS,
    SYNTHESIS_LABEL,
    SYNTHESIS_TITLE,
    Desk,
    algorithm,
    algorithm_docx,
    genai_docx,
    genai_rows,
    label,
)
from tracker.core.series import series_by_id
from tracker.demo.files import TableSpec, make_pdf
from tracker.demo.lists import FILED

ROLLING = series_by_id("algorithm_recommendation").rolling[0]
NOW = {"POLL__RECHECK_FILES_DAYS": "0", "POLL__RECHECK_PAGES_DAYS": "0"}


def publish_genai(desk: Desk, *periods: str) -> None:
    """Ten filings to a batch, one after the other."""
    files = [(label(period), genai_docx(genai_rows(10 * n + 1, 10 * n + 10))) for n, period in enumerate(periods)]
    desk.site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00", files)


def publish_algorithms(desk: Desk, *rows: tuple[str, ...]) -> None:
    publish_genai(desk, "2024-04")
    desk.site.publish_page(SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 18:00", [(SYNTHESIS_LABEL, algorithm_docx(*rows))])


def refused_sha256(desk: Desk) -> str:
    return str(desk.db().execute("SELECT sha256 FROM revision WHERE state = 'refused'").fetchone()[0])


# --- what is no change ---------------------------------------------------------------------------


def test_a_list_typeset_anew_as_pdf_is_no_change(desk: Desk) -> None:
    rows = [[cell.replace("第", "第（１）") if n == 3 else cell for n, cell in enumerate(r)] for r in genai_rows(1, 60)]
    desk.site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00", [(label("2024-04"), genai_docx(rows))])
    desk.poll()
    plain = tuple(tuple(cell.replace("（１）", "(1)") for cell in row) for row in reversed(rows))
    pdf = make_pdf([TableSpec("", FILED, plain)], "生成式人工智能服务已备案信息")
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), pdf)
    report = desk.poll()
    assert (report["changes"], report["batches"][0]["kept"]) == ({}, 60)


def test_an_announcement_under_a_new_address_is_one_batch_with_both(desk: Desk) -> None:
    publish_genai(desk, "2024-04")
    old, new = "/2026-03/12/c_1774965172703810.htm", "/2026-03/12/c_1775050837565188.htm"
    first = ("附件：境内深度合成服务算法备案清单（2026年3月）", algorithm_docx(*(algorithm(n) for n in range(1, 9))))
    desk.site.publish_page(old, SYNTHESIS_TITLE, "2026-03-12 18:00", [first])
    assert desk.poll()["changes"] == {"added": 18}
    # Another label, and bytes that were saved anew.
    again = algorithm_docx(*(algorithm(n) for n in range(8, 0, -1)))
    named = "附件：第十六批深度合成服务算法备案清单（2026年3月）"
    desk.site.publish_page(new, SYNTHESIS_TITLE, "2026-03-12 19:00", [(named, again)])
    desk.site.set_fault(old, "http_404")
    report = desk.poll(exit_code=3, **NOW)
    assert report["changes"] == {}
    assert [i["kind"] for i in report["incidents"]] == ["http_error"]  # until its file is known elsewhere
    report = desk.poll(**NOW)
    assert (report["changes"], report["incidents"]) == ({}, [])
    originals = desk.ask("open", algorithm(1)[6])
    assert {url[-len(old) :] for url in originals[0]["announcements"]} == {old, new}
    lists = desk.db().execute("SELECT count(*) FROM attachment WHERE series = 'deep_synthesis'").fetchone()
    assert lists[0] == 1


# --- what is not recorded until a person has looked ----------------------------------------------


def test_a_refused_list_is_recorded_once_a_person_accepts_it(desk: Desk) -> None:
    publish_genai(desk, "2024-04")
    desk.poll()
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 5)))
    report = desk.poll(exit_code=4)
    sha256 = refused_sha256(desk)
    assert sha256[:12] in report["incidents"][0]["message"]
    accepted = desk.poll("--accept", sha256[:12])
    assert (accepted["changes"], accepted["incidents"]) == ({"withdrawn": 5}, [])
    assert desk.ask("incidents") == []
    assert {f["status"] for f in desk.ask("filings")[5:]} == {"withdrawn"}
    again = desk.run("poll", "--accept", sha256[:12])
    assert (again.returncode, "recorded already" in again.stderr) == (2, True)


def test_what_cannot_be_accepted_is_said(desk: Desk) -> None:
    publish_genai(desk, "2024-04")
    desk.poll()
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 5)))
    desk.poll(exit_code=4)
    sha256 = refused_sha256(desk)
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 11)))
    desk.poll()
    assert desk.ask("incidents") == []  # the list that came after it was recorded
    for digest, said in ((sha256, "older than what is recorded"), ("0123456789", "No file"), (sha256[:4], "8 digits")):
        done = desk.run("poll", "--accept", digest)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    polls = desk.db().execute("SELECT count(*) FROM poll WHERE state <> 'finished'").fetchone()[0]
    assert polls == 0


def test_a_column_that_is_gone_is_not_taken_for_changes(desk: Desk) -> None:
    publish_algorithms(desk, *(algorithm(n, "2024年8月，新增产品甲（APP）" if n < 6 else "") for n in range(1, 9)))
    desk.poll()
    desk.site.replace_attachment(SYNTHESIS, SYNTHESIS_LABEL, algorithm_docx(*(algorithm(n) for n in range(1, 9))))
    report = desk.poll(exit_code=4, **NOW)
    assert "remark" in report["incidents"][0]["message"]
    assert desk.poll("--accept", refused_sha256(desk))["changes"] == {"amended": 5}


def test_a_page_that_rightly_offers_fewer_files_can_be_accepted(desk: Desk) -> None:
    publish_genai(desk, "2024-04", "2024-08")
    desk.poll()
    desk.site.remove_attachment(GENAI_PAGE, label("2024-04"))
    message = desk.poll(exit_code=3)["incidents"][0]["message"]
    sha256 = message.split("sha256 ")[1][:12]
    accepted = desk.poll("--accept", sha256)
    assert accepted["changes"] == {}
    assert [(i["kind"], "10 filings" in i["message"]) for i in accepted["incidents"]] == [("list_gone", True)]
    assert desk.poll()["incidents"] == []
    assert len(desk.ask("filings")) == 20


def test_the_file_of_another_batch_under_a_new_label_is_refused(desk: Desk) -> None:
    publish_genai(desk, "2024-04")
    desk.poll()
    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(1, 10)))
    report = desk.poll(exit_code=4)
    assert "wrong file" in report["incidents"][0]["message"]
    desk.site.replace_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(11, 20)))
    assert desk.poll()["changes"] == {"added": 10}
    assert desk.ask("incidents") == []


def test_a_round_up_that_does_not_say_so_is_refused_and_one_that_does_is_a_check(desk: Desk) -> None:
    publish_genai(desk, "2024-04", "2024-08")
    desk.poll()
    desk.site.add_attachment(GENAI_PAGE, label("2025-01"), genai_docx(genai_rows(1, 25)))
    assert "round-up" in desk.poll(exit_code=4)["incidents"][0]["message"]
    desk.site.replace_attachment(GENAI_PAGE, label("2025-01"), genai_docx(genai_rows(1, 20)))
    report = desk.poll()  # now it adds nothing at all: it is a check, whatever its label says
    assert (report["changes"], desk.ask("incidents")) == ({}, [])
    desk.site.publish_page(
        "/2025-01/08/c_1.htm", GENAI_TITLE, "2025-01-08 12:00",
        [("附件：生成式人工智能服务已备案信息（2024年度累计）", genai_docx(genai_rows(1, 21)))],
    )  # fmt: skip
    report = desk.poll()
    assert report["changes"] == {}
    off = [c for c in desk.ask("reconcile") if (c["name"], c["verdict"]) == ("round_up", "off")]
    assert [(c["verdict"], c["expected"], c["found"]) for c in off] == [("off", 21, 20)]
    assert genai_rows(21, 21)[0][4] in off[0]["items"][0]


# --- cancellations ---------------------------------------------------------------------------------


def notice(*numbers: int) -> bytes:
    return algorithm_docx(*((*algorithm(n)[:7], "2025年7月") for n in numbers), headings=NOTICE_HEADINGS)


def test_a_notice_that_is_reissued_without_a_number_restores_it(desk: Desk) -> None:
    publish_algorithms(desk, *(algorithm(n) for n in range(1, 9)))
    title = "关于注销“算法1”等5个算法备案编号的公告"
    desk.site.publish_notice(title, "2025-07-14 10:00:00", notice(1, 2, 3, 4, 5), "n1")
    assert desk.poll()["changes"]["cancelled"] == 5
    desk.site.replace_notice("n1", notice(1, 2, 3, 4))
    assert desk.poll(**NOW)["changes"] == {"restored": 1}
    assert [f["name"] for f in desk.ask("filings", "--status", "active", "--series", "deep_synthesis")] == [
        "算法5", "算法6", "算法7", "算法8",
    ]  # fmt: skip


def test_a_number_that_comes_after_its_notice_is_cancelled_and_its_incident_over(desk: Desk) -> None:
    publish_algorithms(desk, *(algorithm(n) for n in range(1, 9)))
    desk.site.publish_notice("关于注销“算法20”等1个算法备案编号的公告", "2025-07-14 10:00:00", notice(20), "n1")
    assert [i["kind"] for i in desk.poll()["incidents"]] == ["unknown_number"]
    more = (*(algorithm(n) for n in range(1, 9)), algorithm(20))
    desk.site.replace_attachment(SYNTHESIS, SYNTHESIS_LABEL, algorithm_docx(*more))
    assert desk.poll(**NOW)["changes"] == {"added": 1, "cancelled": 1}
    assert "unknown_number" not in {i["kind"] for i in desk.ask("incidents")}
    found = desk.ask("filings", "--status", "cancelled")
    assert [(f["name"], f["cancelled_on"]) for f in found] == [("算法20", "2025-07")]


# --- asking ----------------------------------------------------------------------------------------

RENAMED = "原主体名称“北京旧名有限公司”变更为“北京新名有限公司”"


@pytest.fixture
def renamed(desk: Desk) -> Desk:
    """An algorithm whose remark says that its entity was renamed, and the same number in another series."""
    publish_genai(desk, "2024-04")
    row = list(algorithm(1, RENAMED))
    row[1], row[3] = "文心一言算法", "北京新名有限公司"
    publish_algorithms(desk, tuple(row), *(algorithm(n) for n in range(2, 9)))
    other = [("1", "检索算法", "检索过滤类", "北京新名有限公司", "乙（网站）", "用于检索", row[6], "")]
    other += [(str(n), f"推荐{n}", "检索过滤类", f"第{n}公司", "丙", "", algorithm(n + 50)[6], "") for n in range(2, 7)]
    headings = ("序号", "算法名称", "算法类别", "主体名称", "应用产品", "主要用途", "备案编号", "备注")
    desk.site.publish_page(
        ROLLING, "国家互联网信息办公室关于发布互联网信息服务算法备案信息的公告", "2022-08-12 10:00",
        [("附件1：境内互联网信息服务算法备案清单（2022年8月）", algorithm_docx(*other, headings=headings))],
    )  # fmt: skip
    desk.poll("--series", "algorithm_recommendation", "--series", "deep_synthesis")
    return desk


def test_a_filing_is_found_by_what_it_was_ever_called(renamed: Desk) -> None:
    rows = renamed.ask("filings", "--entity", "北京旧名")
    assert [(r["series"], r["entity"], r["formerly"]) for r in rows] == [
        ("algorithm_recommendation", "北京新名有限公司", "北京旧名有限公司"),
        ("deep_synthesis", "北京新名有限公司", "北京旧名有限公司"),
    ]
    said = renamed.run("--lang", "en", "filings", "--entity", "北京旧名有限公司").stdout
    assert "北京旧名有限公司 is a former name of 北京新名有限公司" in said
    for words in ("wxyy", "文心", "WENXIN", "言", "文心 新名", "旧名 ＡＬＧ"):
        found = {r["name"] for r in renamed.ask("filings", "--search", words)}
        assert ("文心一言算法" in found) is ("ＡＬＧ" not in words), words


def test_an_entity_shows_its_filings_under_all_names(renamed: Desk) -> None:
    entity = renamed.ask("show", "--entity", "北京旧名有限公司")[0]
    assert entity["name"] == "北京新名有限公司"
    names = [(n["name"], n["basis"]) for n in entity["names"]]
    assert ("北京旧名有限公司", "stated") in names
    assert {f["series"] for f in entity["filings"]} == {"algorithm_recommendation", "deep_synthesis"}
    assert renamed.run("show", "--entity", "无此公司").returncode == 2
    assert renamed.run("show").returncode == 2


def test_a_filing_shows_what_was_seen_and_what_is_said(renamed: Desk) -> None:
    shown = renamed.ask("show", algorithm(1)[6])
    assert {one["series"] for one in shown} == {"algorithm_recommendation", "deep_synthesis"}
    synthesis = next(one for one in shown if one["series"] == "deep_synthesis")
    assert [(e["basis"], e["kind"]) for e in synthesis["timeline"]] == [
        ("observed", "added"), ("stated", "entity_renamed"),
    ]  # fmt: skip
    event = synthesis["events"][0]
    assert (event["before"], event["after"], event["source"]["row"]) == ("北京旧名有限公司", "北京新名有限公司", 2)
    assert [(link["series"], link["name"]) for link in synthesis["links"]] == [("algorithm_recommendation", "检索算法")]


def test_two_days_are_compared_by_either_clock(desk: Desk) -> None:
    publish_genai(desk, "2024-04")
    desk.poll()
    desk.site.replace_attachment(
        GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 10, r3c3="新名公司", r5c4="Beijing-Xin-202401010005"))
    )
    desk.poll()
    added = desk.ask("compare", "2024-01-03", "2024-01-06")
    assert [(row["kind"], row["number"]) for row in added] == [
        ("added", f"Beijing-MoXing{n}-20240101{n:04d}") for n in (3, 4, 5)
    ]
    since = desk.ask("compare", "2024-12-31", "2030")
    assert [(row["kind"], row["fields"]) for row in since] == [
        ("amended", {"entity": ["第3科技有限公司", "新名公司"]}),
        ("renumbered", {"number": ["Beijing-MoXing5-202401010005", "Beijing-Xin-202401010005"]}),
    ]
    assert [row["kind"] for row in desk.ask("compare", "2024", "2030", "--recorded")] == ["added"] * 10
    assert desk.run("compare", "2030", "2024").returncode == 2
    lines = list(csv.DictReader(desk.run("changes", "--no-baseline", "--csv").stdout.splitlines()))
    assert [(r["kind"], r["field"], r["before"], r["after"]) for r in lines] == [
        ("amended", "entity", "第3科技有限公司", "新名公司"),
        ("renumbered", "number", "Beijing-MoXing5-202401010005", "Beijing-Xin-202401010005"),
    ]


# --- reconciliation --------------------------------------------------------------------------------


def test_a_stated_total_is_an_incident_until_the_missing_list_is_there(desk: Desk) -> None:
    rows = genai_rows(1, 30)
    for row in rows[20:]:
        row[5] = "2024/8/1"
    desk.site.publish_page(
        GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00",
        [(label("2024-04"), genai_docx(rows[:10])), (label("2024-08"), genai_docx(rows[20:]))],
    )  # fmt: skip
    text = "截至2024年8月31日，累计有30款生成式人工智能服务完成备案。"
    desk.site.publish_page("/2024-09/01/c_9.htm", GENAI_TITLE, "2024-09-01 09:00", text=text)
    report = desk.poll()
    messages = [i["message"] for i in report["incidents"] if i["kind"] == "check_off"]
    assert any("11–20 missing" in message for message in messages), messages
    check = next(c for c in desk.ask("reconcile") if c["name"] == "totals")
    assert (check["verdict"], check["expected"], check["found"], check["off_by"]) == ("off", 30, 20, -10)
    assert check["address"].endswith("/2024-09/01/c_9.htm")
    assert [i["kind"] for i in desk.poll()["incidents"]] == []  # it is told once
    desk.site.add_attachment(GENAI_PAGE, label("2024-06"), genai_docx(rows[10:20]))
    desk.poll()
    assert {c["verdict"] for c in desk.ask("reconcile")} <= {"ok", "not_checkable"}
    assert desk.ask("incidents") == []
    assert "ok" in desk.run("--lang", "en", "reconcile", "--all").stdout


def test_known_facts_are_held_against_the_lists(desk: Desk) -> None:
    publish_genai(desk, "2024-04")
    report = desk.poll(POLL__KNOWN_FACTS="true")
    assert {i["kind"] for i in report["incidents"]} == {"check_off"}
    checks = json.loads(desk.run("reconcile", "--json", POLL__KNOWN_FACTS="true").stdout)
    rows = next(check for check in checks if check["name"] == "rows")
    assert (rows["expected"], rows["found"]) == (117, 10)
