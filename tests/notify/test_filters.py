"""Who wants to hear of what."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.core.models import Change, ChangeKind, Filing, Kind
from tracker.notify.filters import folded, wants_change, wants_incident, wants_unclassified
from tracker.settings.subscriptions import FileSubscription

FILING = Filing(
    series="genai_service", kind=Kind.FILED, number="Beijing-WenXinYiYan-20230821", name="文心 一言",
    entity="北京百度网讯科技有限公司", province="北京市", product="文心App", remark="医疗",
)  # fmt: skip
ADDED = Change(kind=ChangeKind.ADDED, series=FILING.series, number=FILING.number, filing=FILING)
RENAMED = Change(
    kind=ChangeKind.AMENDED, series=FILING.series, number=FILING.number, filing=FILING,
    fields={"entity": ("旧名公司", FILING.entity), "province": ("广东省", "北京市")},
)  # fmt: skip
NOTICED = Change(
    kind=ChangeKind.CANCELLED, series="deep_synthesis", number="n", filing=FILING,
    fields={"cancelled_on": (None, "2025-07")},
)  # fmt: skip

UNDATED = Change(kind=ChangeKind.CANCELLED, series="deep_synthesis", number="n", filing=FILING)
TAKEN_BACK = Change(
    kind=ChangeKind.RESTORED, series="deep_synthesis", number="n", filing=FILING, lifts_cancellation=True
)
GUANGXI = Change(
    kind=ChangeKind.ADDED, series="deep_synthesis", number="n",
    filing=Filing(series="deep_synthesis", kind=None, number="n", province="广西壮族自治区"),
)  # fmt: skip


def subscription(**keys: Any) -> FileSubscription:
    return FileSubscription.model_validate({"name": "x", "channel": "file", "path": "/x", **keys})


@pytest.mark.parametrize(
    ("keys", "change", "wanted"),
    [
        ({}, ADDED, True), ({"changes": False}, ADDED, False),
        ({"series": ["genai_service"]}, ADDED, True), ({"series": ["on_device", "deep_synthesis"]}, ADDED, False),
        ({"series": ["algorithm_cancellation"]}, NOTICED, True), ({"series": ["deep_synthesis"]}, NOTICED, True),
        ({"series": ["algorithm_cancellation"]}, ADDED, False),
        ({"series": ["algorithm_cancellation"]}, UNDATED, True), ({"series": ["on_device"]}, UNDATED, False),
        ({"series": ["algorithm_cancellation"]}, TAKEN_BACK, True),
        ({"kinds": ["added"]}, ADDED, True), ({"kinds": ["added"]}, RENAMED, False),
        ({"filing_kinds": ["filed"]}, ADDED, True), ({"filing_kinds": ["registered"]}, ADDED, False),
        ({"provinces": ["北京"]}, ADDED, True), ({"provinces": ["广东", "上海市"]}, ADDED, False),
        ({"provinces": ["广东"]}, RENAMED, True), ({"provinces": ["广东省"]}, ADDED, False),
        ({"provinces": ["广西"]}, GUANGXI, True), ({"provinces": ["广西自治区"]}, GUANGXI, True),
        ({"provinces": ["广西壮族自治区"]}, GUANGXI, True), ({"provinces": ["江西省"]}, GUANGXI, False),
        ({"entities": ["百 度"]}, ADDED, True), ({"entities": ["旧名"]}, RENAMED, True),
        ({"entities": ["旧名"]}, ADDED, False), ({"entities": ["文心"]}, ADDED, False),
        ({"keywords": ["文心一言"]}, ADDED, True), ({"keywords": ["WENXINYIYAN"]}, ADDED, True),
        ({"keywords": ["ＡＰＰ"]}, ADDED, True), ({"keywords": ["旧名"]}, RENAMED, True),
        ({"keywords": ["教育", "医疗"]}, ADDED, True), ({"keywords": ["教育"]}, ADDED, False),
        ({"kinds": ["added"], "provinces": ["广东"]}, ADDED, False),
        ({"kinds": ["amended"], "provinces": ["广东"]}, RENAMED, True),
    ],
)  # fmt: skip
def test_changes(keys: dict[str, Any], change: Change, wanted: bool) -> None:
    assert wants_change(subscription(**keys), change, frozenset()) is wanted


def test_an_entity_is_wanted_under_all_the_names_it_is_known_by() -> None:
    names = frozenset({folded("北京百度网讯科技有限公司"), folded("旧日名称")})
    assert wants_change(subscription(entities=["旧日名称"]), ADDED, names)


@pytest.mark.parametrize(
    ("keys", "source", "wanted"),
    [
        ({}, "genai_service", True), ({"incidents": False}, "genai_service", False),
        ({"series": ["genai_service"]}, "genai_service", True), ({"series": ["on_device"]}, "genai_service", False),
        ({"series": ["on_device"]}, "A093702", True), ({"series": ["on_device"]}, "derivations", True),
        ({"changes": False, "provinces": ["广东"]}, "genai_service", True),
    ],
)  # fmt: skip
def test_incidents(keys: dict[str, Any], source: str, wanted: bool) -> None:
    assert wants_incident(subscription(**keys), source) is wanted


def test_unclassified_announcements_are_for_those_who_watch_all_series() -> None:
    assert wants_unclassified(subscription())
    assert not wants_unclassified(subscription(series=["genai_service"]))
    assert not wants_unclassified(subscription(incidents=False))
