"""Which changes a message shows, and the table that has all of them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notify import samples
from tracker.notify.forms.table import COLUMNS, arrange_changes, render_csv
from tracker.notify.message import Message


def rows_of(message: Message) -> list[dict[str, str]]:
    """The table as a spreadsheet program reads it."""
    return list(csv.DictReader(io.StringIO(render_csv(message).decode("utf-8-sig"), newline="")))


def test_the_table_has_every_change_with_its_source() -> None:
    message = samples.reissue("zh")
    assert render_csv(message).startswith(b"\xef\xbb\xbfid,kind,")
    rows = rows_of(message)
    assert list(rows[0]) == list(COLUMNS)
    assert [row["id"] for row in rows] == [str(change["id"]) for change in message.changes]
    assert (
        rows[1]["fields"]
        == "主体：北京抖音信息服务有限公司 → 北京春田知韵科技有限公司; 备注：（无） → 2026年7月主体变更"
    )
    assert rows[1] | {"fields": ""} == {
        "id": "1001", "kind": "amended", "series": "genai_service", "number": "Beijing-YunQue-20230821",
        "name": "豆包", "entity": "北京春田知韵科技有限公司", "province": "北京市", "filing_kind": "filed",
        "batch": "2024-08",
        "published_on": "2024-08-06", "recorded_at": "2024-08-06T02:15:00Z", "fields": "",
        "announcement": samples.GENAI_PAGE, "attachment": "附件7：生成式人工智能服务已备案信息（2024年8月）",
        "sha256": samples.SHA256, "table": "1", "row": "3", "page": "",
    }  # fmt: skip


def test_the_table_has_long_texts_whole() -> None:
    message = samples.hostile("en", "长" * 10_000)
    assert rows_of(message)[0]["name"] == "长" * 10_000
    assert "长" * 10_000 in rows_of(message)[0]["fields"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "\u200b=1"])
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    row = rows_of(samples.message("zh", changes=(samples.change(name=text),)))[0]
    assert row["name"].startswith("'")
    assert row["name"][1] in "=+-@＝"


@given(st.text())
def test_any_text_stays_in_its_cell(text: str) -> None:
    rows = rows_of(samples.message("en", changes=(samples.change(name=text, entity=text), samples.change())))
    assert [row["id"] for row in rows] == ["1000", "1000"]
    assert not rows[0]["name"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_changes_that_are_no_additions_come_first() -> None:
    (section,) = arrange_changes(samples.reissue("zh"), 2)
    assert [change["kind"] for change in section.changes] == ["amended", "amended"]
    assert section.left_out == 3
    assert section.command == "tracker changes --series genai_service --batch 2024-08"


def test_the_lists_of_a_message_share_what_is_shown() -> None:
    sections = arrange_changes(samples.large("zh"), 50)
    assert [section.heading for section in sections] == [
        "深度合成算法备案 2025年7月", "生成式AI备案 2024年7月", "生成式AI备案 2024年8月",
    ]  # fmt: skip
    assert [len(section.changes) for section in sections] == [24, 3, 23]
    assert [section.left_out for section in sections] == [2976, 0, 74]


def test_the_filings_of_a_notice_are_of_several_series() -> None:
    (section,) = arrange_changes(samples.cancellation("en"), 50)
    assert section.heading == "Cancelled filings, 14 July 2025"
    assert section.command == "tracker changes --batch 2025-07-14"


@given(st.lists(st.integers(1, 40), max_size=8), st.integers(0, 60))
def test_as_many_changes_are_shown_as_may_be(sizes: list[int], most: int) -> None:
    changes = [samples.change(batch=f"2024-{month:02d}") for month, size in enumerate(sizes, 1) for _ in range(size)]
    sections = arrange_changes(samples.message("zh", changes=tuple(changes)), most)
    assert [len(section.changes) + section.left_out for section in sections] == sizes
    assert sum(len(section.changes) for section in sections) == min(most, sum(sizes))
