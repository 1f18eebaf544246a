"""How a filing is found by what it was ever called, and what its remarks state over time."""

from __future__ import annotations

from tracker.changes.indexing import index_filing, stated_events
from tracker.core.models import Filing
from tracker.reading.search_text import searchable


def version(number: str = "1", **fields: str) -> Filing:
    return Filing(series="deep_synthesis", kind=None, number=number, **fields)  # type: ignore[arg-type]


def test_former_names_come_from_versions_and_from_remarks() -> None:
    remark = "原主体名称“甲公司”变更为“乙公司”"
    first = version("0", name="老名", entity="乙公司")
    indexed = index_filing([first, version(name="新名", entity="乙公司", remark=remark)])
    assert set(indexed.former) == {"0", "老名", "甲公司"}
    for word in ("1", "0", "老名", "新名", "甲公司", "乙公司"):
        assert searchable(word) in indexed.text
    assert " xm " in f"{indexed.latin} "
    assert " jgs " in f"{indexed.latin} "


def test_another_typing_of_a_name_is_no_former_name() -> None:
    indexed = index_filing([version(name="大模型（A）"), version(name="大模型(A)")])
    assert indexed.former == ()


def test_an_event_is_told_once_by_the_first_version_that_states_it() -> None:
    first, second = "2024年8月，新增产品甲（APP）", "2024年8月,新增产品甲(APP)；2025年1月，已注销"
    events = stated_events([None, first, second, None])
    assert [(place, event.kind.value, event.on) for place, event in events] == [
        (1, "products_added", "2024-08"), (2, "cancelled", "2025-01"),
    ]  # fmt: skip
