"""A poll from end to end: the real program against the stand-in, over HTTP."""

from __future__ import annotations

import csv
import json
import signal
import sqlite3
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support.killing import Kill
from tests.support.polling import (
    ALGORITHM_HEADINGS,
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
from tests.support.rebuilding import assert_rebuilds
from tracker.demo.files import TableSpec, make_docx
from tracker.settings.model import Settings


def publish_first(desk: Desk, **changed: str) -> None:
    desk.site.publish_page(
        GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00", [(label("2024-04"), genai_docx(genai_rows(1, 20, **changed)))]
    )


def test_baseline_then_nothing_then_a_new_batch(desk: Desk) -> None:
    publish_first(desk)
    first = desk.poll()
    assert first["changes"] == {"added": 20}
    batch = first["batches"][0]
    assert (batch["series"], batch["period"], batch["rows"], batch["kept"], batch["refused"]) == (
        "genai_service", "2024-04", 20, 20, 0,
    )  # fmt: skip
    assert first["incidents"] == []
    before, asked = desk.history(), desk.files_asked()

    second = desk.poll()
    assert (second["changes"], second["batches"]) == ({}, [])
    assert desk.history() == before
    assert desk.files_asked() == asked
    assert sum(source["requests"] for source in second["sources"]) <= 7

    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(21, 30)))
    third = desk.poll()
    assert third["changes"] == {"added": 10}
    assert desk.files_asked() == asked + 1
    baseline = {row[0]: row[1] for row in desk.db().execute("SELECT poll_id, max(baseline) FROM change GROUP BY 1")}
    assert baseline == {1: 1, 3: 0}


def test_checks_are_made_again_when_what_they_stand_on_is_another(desk: Desk) -> None:
    def verdicts() -> int:
        return int(desk.db().execute("SELECT count(*) FROM verdict").fetchone()[0])

    def forget() -> None:
        with sqlite3.connect(desk.data / "history.db") as db:
            db.execute("DELETE FROM verdict")
        db.close()

    publish_first(desk)
    desk.poll()
    made = verdicts()
    assert made
    forget()
    desk.poll()
    assert verdicts() == 0  # nothing is new: they were not made again
    desk.poll(POLL__KNOWN_FACTS="true")
    assert verdicts() > made  # other facts
    forget()
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 20, r3c3="新名公司")))
    desk.poll()
    assert verdicts() == made  # something was recorded


def test_a_silent_reissue_is_told_field_by_field(desk: Desk) -> None:
    publish_first(desk, r3c3="旧名公司", r5c4="Bejing-MoXing5-202401010005")
    desk.poll()
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 20)))
    assert desk.poll()["changes"] == {"amended": 1, "renumbered": 1}
    changes = json.loads(desk.run("changes", "--json", "--no-baseline").stdout)
    assert [(c["kind"], c["number"], c["fields"]) for c in changes] == [
        ("amended", "Beijing-MoXing3-202401010003", {"entity": ["旧名公司", "第3科技有限公司"]}),
        (
            "renumbered",
            "Beijing-MoXing5-202401010005",
            {"number": ["Bejing-MoXing5-202401010005", "Beijing-MoXing5-202401010005"]},
        ),
    ]
    shown = json.loads(desk.run("show", "Bejing-MoXing5-202401010005", "--json").stdout)
    assert shown[0]["number"] == "Beijing-MoXing5-202401010005"
    assert [v["number"] for v in shown[0]["versions"]] == [
        "Bejing-MoXing5-202401010005", "Beijing-MoXing5-202401010005",
    ]  # fmt: skip


def test_a_resaved_file_with_the_same_rows_is_no_change(desk: Desk) -> None:
    publish_first(desk)
    desk.poll()
    rows = genai_rows(1, 20)[::-1]
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(rows))
    report = desk.poll()
    assert report["changes"] == {}
    assert len(report["batches"]) == 1


def test_a_file_replaced_under_the_same_token_is_found_on_the_slow_cadence(desk: Desk) -> None:
    publish_first(desk)
    desk.poll()
    changed = genai_docx(genai_rows(1, 20, r7c3="改名公司"))
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), changed, keep_token=True)
    assert desk.poll()["changes"] == {}
    assert desk.poll(POLL__RECHECK_FILES_DAYS="0")["changes"] == {"amended": 1}


def test_back_to_an_earlier_file_is_a_change_back(desk: Desk) -> None:
    publish_first(desk)
    desk.poll()
    for entity in ("改名公司", "第7科技有限公司"):
        file = genai_docx(genai_rows(1, 20, r7c3=entity))
        desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), file)
        assert desk.poll()["changes"] == {"amended": 1}
    states = [row[0] for row in desk.db().execute("SELECT state FROM revision ORDER BY id")]
    assert states == ["recorded"] * 3


def test_one_list_on_two_pages_is_one_batch(desk: Desk) -> None:
    publish_first(desk)
    desk.site.publish_page(
        "/2024-04/03/c_1.htm", GENAI_TITLE, "2024-04-03 09:00",
        [("附件：生成式人工智能服务已备案信息（2024年4月）", genai_docx(genai_rows(1, 20)))],
    )  # fmt: skip
    assert desk.poll()["changes"] == {"added": 20}
    db = desk.db()
    assert db.execute("SELECT count(*) FROM attachment").fetchone()[0] == 1
    assert db.execute("SELECT count(*) FROM offer").fetchone()[0] == 2
    # The rolling page's copy is edited, the other one stays old: told once, and never told back.
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 20, r7c3="改名公司")))
    assert desk.poll(POLL__RECHECK_FILES_DAYS="0", POLL__RECHECK_PAGES_DAYS="0")["changes"] == {"amended": 1}
    assert desk.poll(POLL__RECHECK_FILES_DAYS="0", POLL__RECHECK_PAGES_DAYS="0")["changes"] == {}


def test_files_with_labels_that_are_alike_are_all_kept(desk: Desk) -> None:
    title = SYNTHESIS_TITLE
    files = [
        make_docx([TableSpec("", ALGORITHM_HEADINGS, tuple(algorithm(n) for n in span))], "清单")
        for span in (range(1, 8), range(8, 16))
    ]
    desk.site.publish_page(SYNTHESIS, title, "2023-06-20 18:00", list(zip(["附件1", "附件2"], files, strict=True)))
    assert desk.poll("--series", "deep_synthesis")["changes"] == {"added": 15}
    assert desk.poll("--series", "deep_synthesis")["changes"] == {}


def test_a_cancellation_notice_cancels_and_an_unknown_number_is_an_incident(desk: Desk) -> None:
    publish_first(desk)
    rows = tuple(algorithm(n, "已注销" if n == 9 else "") for n in range(1, 10))
    desk.site.publish_page(
        SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 18:00",
        [(SYNTHESIS_LABEL, make_docx([TableSpec("", ALGORITHM_HEADINGS, rows)], "清单"))],
    )  # fmt: skip
    assert desk.poll()["changes"] == {"added": 29, "cancelled": 1}
    cancelled = tuple((*algorithm(n)[:7], "2025年7月") for n in (2, 3, 77))
    notice = make_docx([TableSpec("", NOTICE_HEADINGS, cancelled)], "注销")
    desk.site.publish_notice("关于注销“算法2”等3个算法备案编号的公告", "2025-07-14 10:00:00", notice)
    report = desk.poll()
    assert report["changes"] == {"cancelled": 2}
    incidents = {i["kind"]: i for i in report["incidents"]}
    assert incidents.keys() == {"unknown_number", "check_off"}
    assert algorithm(77)[6] in incidents["unknown_number"]["message"]
    assert algorithm(9)[6] in incidents["check_off"]["message"]  # cancelled by its remark alone
    found = json.loads(desk.run("filings", "--status", "cancelled", "--json").stdout)
    assert sorted(f["name"] for f in found) == ["算法2", "算法3", "算法9"]
    change = json.loads(desk.run("changes", "--kind", "cancelled", "--no-baseline", "--json").stdout)[0]
    assert (change["published_on"], change["batch"], change["source"]["row"]) == ("2025-07", "2025-07-14", 2)
    assert desk.poll()["changes"] == {}


def test_an_unclassified_announcement_is_shown_once(desk: Desk) -> None:
    publish_first(desk)
    title = "国家互联网信息办公室关于发布第十批境内区块链信息服务备案编号的公告"
    desk.site.list_entry(title, "/2024-05/01/c_7.htm", "2024-05-01 10:00")
    assert [item["title"] for item in desk.poll()["unclassified"]] == [title]
    assert desk.poll()["unclassified"] == []


@pytest.mark.parametrize("what", ["shrunken", "no_number_column", "scan"])
def test_a_list_that_fails_its_checks_changes_nothing(desk: Desk, what: str) -> None:
    publish_first(desk)
    desk.poll()
    before = desk.history()
    rows = genai_rows(1, 20)
    headings = ("序号", "属地", "模型名称", "备案单位", "备案时间")
    bad = {
        "shrunken": genai_docx(rows[:8]),
        "no_number_column": make_docx([TableSpec("", headings, tuple((*r[:4], r[5]) for r in rows))], "清单"),
        "scan": b"\x89PNG\r\n\x1a\n" + bytes(2000),
    }[what]
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), bad)
    report = desk.poll(exit_code=4)
    kind = "failed_checks" if what == "shrunken" else "unreadable"
    assert [i["kind"] for i in report["incidents"]] == [kind]
    after = desk.history()
    assert len(after.pop("revisions")) == len(before.pop("revisions")) + 1 == 2
    assert after == before
    # It is told once; the next poll has nothing new to say, and a genuine list is recorded again.
    assert desk.poll()["incidents"] == []
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx([*rows, *genai_rows(21, 22)]))
    assert desk.poll()["changes"] == {"added": 2}


FAULTS = {
    "challenge_200": "challenge", "challenge_403": "challenge", "empty": "empty_answer",
    "html_for_file": "html_for_file", "bad_magic": "bad_magic", "truncated": "truncated", "cut_file": "truncated",
    "http_500": "http_error",
    "offsite_redirect": "offsite_redirect", "drop": "unreachable",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_faulty_file_is_a_named_incident_and_is_made_good(desk: Desk, fault: str) -> None:
    publish_first(desk)
    desk.poll()
    before = desk.history()
    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(21, 30)))
    desk.site.set_fault("downloadfile", fault)
    report = desk.poll(exit_code=3)
    assert {i["kind"] for i in report["incidents"]} == {FAULTS[fault]}
    assert all(i["address"] and i["message"] for i in report["incidents"])
    assert desk.history() == before
    desk.site.clear_faults()
    report = desk.poll()
    assert report["changes"] == {"added": 10}
    assert json.loads(desk.run("incidents", "--json").stdout) == []


PAGE_FAULTS = {
    "no_title": "layout_changed", "no_body": "layout_changed", "challenge_200": "challenge", "empty": "empty_answer",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("fault", list(PAGE_FAULTS))
def test_a_faulty_page_changes_nothing(desk: Desk, fault: str) -> None:
    publish_first(desk)
    desk.poll()
    before = desk.history()
    desk.site.set_fault(GENAI_PAGE, fault)
    report = desk.poll(exit_code=3)
    assert [i["kind"] for i in report["incidents"]] == [PAGE_FAULTS[fault]]
    assert desk.history() == before


def test_a_page_that_offers_fewer_files_changes_nothing(desk: Desk) -> None:
    publish_first(desk)
    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(21, 30)))
    desk.poll()
    before = desk.history()
    desk.site.remove_attachment(GENAI_PAGE, label("2024-04"))
    report = desk.poll(exit_code=3)
    assert [i["kind"] for i in report["incidents"]] == ["fewer_attachments"]
    assert desk.history() == before


def test_no_site_at_all_is_exit_3(desk: Desk) -> None:
    report = desk.poll(exit_code=3, SITE__CAC_URL="http://127.0.0.1:9", SITE__BEIAN_URL="http://127.0.0.1:9")
    assert {i["kind"] for i in report["incidents"]} == {"unreachable"}


def test_the_past_can_be_asked_in_every_form(desk: Desk) -> None:
    publish_first(desk)
    desk.poll()
    rows = json.loads(desk.run("filings", "--entity", "第7科技", "--json").stdout)
    assert [row["number"] for row in rows] == ["Beijing-MoXing7-202401010007"]
    assert rows[0]["source"]["attachment"] == label("2024-04")
    assert (rows[0]["source"]["table"], rows[0]["source"]["row"]) == (1, 8)
    as_csv = list(csv.DictReader(desk.run("filings", "--csv").stdout.splitlines()))
    assert len(as_csv) == 20
    assert as_csv[6]["sha256"] == rows[0]["source"]["sha256"]
    assert len(json.loads(desk.run("filings", "--as-of", "2024-01-05", "--json").stdout)) == 4
    assert json.loads(desk.run("filings", "--known-on", "2024", "--json").stdout) == []
    assert json.loads(desk.run("stats", "--by", "province", "--json").stdout) == [{"province": "北京市", "count": 20}]
    original = json.loads(desk.run("open", "Beijing-MoXing7-202401010007", "--json").stdout)[0]
    assert Path(original["file"]).read_bytes() == genai_docx(genai_rows(1, 20))
    table = desk.run("--lang", "zh", "filings", "--entity", "第7科技").stdout.splitlines()
    assert "编号" in table[0]
    assert table[-1] == "共 1 条"
    assert desk.run("show", "nonsense").returncode == 2
    assert desk.run("open", "nonsense").returncode == 2


def test_a_dry_run_keeps_nothing(desk: Desk) -> None:
    publish_first(desk)
    assert desk.poll("--dry-run")["changes"] == {"added": 20}
    assert not (desk.data / "history.db").exists()
    assert not list(desk.data.rglob("archive/*"))
    desk.poll()
    before = desk.history()
    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(21, 30)))
    assert desk.poll("--dry-run")["changes"] == {"added": 10}
    assert desk.history() == before


def test_only_the_series_asked_for(desk: Desk) -> None:
    publish_first(desk)
    report = desk.poll("--series", "deep_synthesis")
    assert report["batches"] == []
    assert desk.files_asked() == 0


def test_a_second_poll_at_once_ends_with_6(desk: Desk) -> None:
    desk.data.mkdir()
    with FileLock(desk.data / "poll.lock"):
        done = desk.run("poll")
    assert done.returncode == 6
    assert "Another poll is running" in done.stderr


def test_wrong_use_ends_with_2(desk: Desk) -> None:
    for arguments in (("poll", "--series", "nonsense"), ("nonsense",), ("filings", "--as-of", "yesterday")):
        done = desk.run(*arguments)
        assert done.returncode == 2, arguments
        assert "Traceback" not in done.stderr
    done = desk.run("poll", SITE__DELLAY="1")
    assert done.returncode == 2
    assert "TRACKER_SITE__DELLAY" in done.stderr


# Where a poll is killed: before and after these calls of the writers and the archive, and after the second one of
# those that are made more than once.
ONCE = [
    "storage.write.history:History.begin_poll", "storage.write.history:History._record_notice_rows",
    "storage.write.history:History.finish_poll", "storage.write.derived:DerivedWriter.index_filings",
    "storage.write.derived:DerivedWriter.replace_entities", "storage.write.derived:DerivedWriter.replace_totals",
    "storage.write.derived:DerivedWriter.replace_verdicts",
]  # fmt: skip
OFTEN = [
    "storage.archive.archive:Archive.put", "storage.write.history:History.record_listed",
    "storage.write.history:History.record_page",
    "storage.write.history:History.record_fetched", "storage.write.history:History.record_revision",
    "storage.write.lists:ListWriter.record", "storage.write.lists:ListWriter.record_leftovers",
    "storage.write.lists:ListWriter.record_positions",
]  # fmt: skip
KILLS = [Kill(point, 1, when) for point in (*ONCE, *OFTEN) for when in ("before", "after")]
KILLS += [Kill(point, 2, "after") for point in OFTEN]


def publish_all(desk: Desk) -> None:
    publish_first(desk)
    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(21, 30)))
    rows = tuple(algorithm(n) for n in range(1, 8))
    desk.site.publish_page(
        SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 18:00",
        [(SYNTHESIS_LABEL, make_docx([TableSpec("", ALGORITHM_HEADINGS, rows)], "清单"))],
    )  # fmt: skip
    notice = make_docx([TableSpec("", NOTICE_HEADINGS, ((*algorithm(2)[:7], "2025年7月"),))], "注销")
    desk.site.publish_notice("关于注销“算法2”等1个算法备案编号的公告", "2025-07-14 10:00:00", notice, "notice_1")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("half", [0, 1])
def test_a_poll_killed_anywhere_is_made_good_by_the_next(desk: Desk, tmp_path: Path, half: int) -> None:
    publish_all(desk)
    undisturbed = Desk(desk.site, tmp_path / "undisturbed")
    undisturbed.poll()
    expected = undisturbed.history()
    assert len(expected["changes"]) == 38
    for number, kill in enumerate(KILLS[half::2]):
        one = Desk(desk.site, tmp_path / f"killed{number}")
        one.killed_poll(kill)
        one.poll()
        assert one.history() == expected, str(kill)
        assert_rebuilds(Settings(**one.settings()))


def test_a_file_that_is_due_again_is_asked_for_by_the_link_that_its_page_has_now(desk: Desk) -> None:
    """Its page is not due by itself: the link known from it leads nowhere once the file was replaced."""
    rows = [algorithm(n) for n in range(1, 9)]
    desk.site.publish_page(
        SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 18:00", [(SYNTHESIS_LABEL, algorithm_docx(*rows))]
    )
    only = ("--series", "deep_synthesis")
    desk.poll(*only)
    desk.site.replace_attachment(SYNTHESIS, SYNTHESIS_LABEL, algorithm_docx(*rows[:7], algorithm(8, "已更正")))
    report = desk.poll(*only, POLL__RECHECK_FILES_DAYS="0", POLL__RECHECK_PAGES_DAYS="30")
    assert (report["changes"], report["incidents"]) == ({"amended": 1}, [])


def test_a_listing_of_which_a_poll_saw_the_first_page_only_is_followed_to_its_end_by_the_next(desk: Desk) -> None:
    only = ("--series", "deep_synthesis")
    desk.site.list_entry("旧闻", "/2023-01/01/c_1.htm", "2023-01-01 09:00:00")
    desk.poll(*only)
    for n in range(30):  # more than a page holds
        desk.site.list_entry(f"新闻{n}", f"/2023-02/{n % 28 + 1:02d}/c_{n + 2}.htm", "2023-02-01 09:00:00")
    done = desk.run("poll", "--json", *only, prepare=Kill("storage.write.history:History.record_listed", 18, "after"))
    assert done.returncode == -signal.SIGKILL
    desk.poll(*only)
    rows = list(desk.db().query("SELECT settled FROM listing WHERE title LIKE '新闻%'"))
    assert [row["settled"] for row in rows] == [1] * 30
