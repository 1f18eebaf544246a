"""Cells as they are shown and as they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reading.normalise import comparable, parse_date, parse_number, province, province_of_number, tidy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("北京百川智\n能科技", "北京百川智能科技"),
        ("Hello\nWorld", "Hello World"),
        ("甲（APP）\n乙（网站）", "甲（APP）\n乙（网站）"),
        ("\u3000猫渴  Meta-core\u00a0", "猫渴 Meta-core"),
        ("⽂心", "文心"),
        ("零\u200b宽", "零宽"),
        ("（全角）", "（全角）"),
    ],
)
def test_tidy(text: str, expected: str) -> None:
    assert tidy(text) == expected


@pytest.mark.parametrize(
    ("text", "iso", "note"),
    [
        ("2023/8/31", "2023-08-31", ""),
        ("2026/2/24（补登）", "2026-02-24", "(补登)"),
        ("2025年7月", "2025-07", ""),
        ("2025年7月3日", "2025-07-03", ""),
        ("2025-07-03", "2025-07-03", ""),
        ("2025.7.3", "2025-07-03", ""),
        ("2025/7/14 00:00:00", "2025-07-14", ""),
        ("2024/2/29", "2024-02-29", ""),
        ("2025/2/29", None, "2025/2/29"),
        ("2025/13/1", None, "2025/13/1"),
        ("近日", None, "近日"),
    ],
)
def test_parse_date(text: str, iso: str | None, note: str) -> None:
    assert parse_date(text) == (iso, note)


def test_numbers() -> None:
    assert parse_number(" Beijing‐Wen\nXin－20230821 ") == "Beijing-WenXin-20230821"
    assert parse_number("Guangdong-Dr.’X-2026") == "Guangdong-Dr.'X-2026"


def test_provinces() -> None:
    assert province("北京") == ("北京市", "110000")
    assert province("广西") == ("广西壮族自治区", "450000")
    assert province("新疆维吾尔自治区") == ("新疆维吾尔自治区", "650000")
    assert province("国资委") == ("国资委", None)
    assert province_of_number("网信算备110108224236606220017号") == ("北京市", "110000")
    assert province_of_number("Beijing-X-1") is None


@pytest.mark.parametrize(
    ("field", "one", "other", "same"),
    [
        ("name", "大模型（ＡＢＣ） 一", "大模型(ABC)一", True),
        ("name", "【甲】“乙”", "(甲)\"乙\"", True),
        ("name", "ABC", "abc", False),
        ("product", "甲（a、b）、乙", "乙，甲(a、b)", True),
        ("product", "甲（APP）\n乙", "乙、甲（APP）", True),
        ("purpose", "甲、乙", "乙、甲", False),
    ],
)
def test_comparable(field: str, one: str, other: str, same: bool) -> None:
    assert (comparable(field, one) == comparable(field, other)) is same


@given(st.text(max_size=30))
def test_tidy_is_idempotent_and_no_change(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert comparable("name", once) == comparable("name", text)
