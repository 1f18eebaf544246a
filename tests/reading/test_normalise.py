"""Cells as they are shown and as they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reading.normalise import (
    PROVINCES,
    comparable,
    looks_like_date,
    parse_date,
    parse_number,
    province,
    province_of_number,
    tidy,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("北京百川智\n能科技", "北京百川智能科技"),
        ("Hello\nWorld", "Hello World"),
        ("甲（APP）\n乙（网站）", "甲（APP）\n乙（网站）"),
        ("\u3000猫渴  Meta-core\u00a0", "猫渴 Meta-core"),
        ("⽂心", "文心"),
        ("⻓⻔⻰", "长门龙"),
        ("甲\u2066乙\x85丙", "甲乙丙"),
        ("甲 \r\n\r\n 乙", "甲乙"),
        ("甲）\n\n", "甲）"),
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
        ("2026/2/24（补登）", "2026-02-24", "（补登）"),
        ("２０２６／２／２４（补登）", "2026-02-24", "（补登）"),
        ("2025 年 07 月 03 日", "2025-07-03", ""),
        ("2025—07—03", "2025-07-03", ""),
        ("2025-07", "2025-07", ""),
        ("2025年7月 3款", "2025-07", "3款"),
        ("2025年7月", "2025-07", ""),
        ("2025年7月3日", "2025-07-03", ""),
        ("2025-07-03", "2025-07-03", ""),
        ("2025.7.3", "2025-07-03", ""),
        ("2025/7/14 00:00:00", "2025-07-14", ""),
        ("2024/2/29", "2024-02-29", ""),
        ("2025/2/29", None, "2025/2/29"),
        ("2025/13/1", None, "2025/13/1"),
        ("近日", None, "近日"),
        ("2025/7/145", None, "2025/7/145"),
        ("2025/7-8", None, "2025/7-8"),
        ("2025年7-8月", None, "2025年7-8月"),
        ("0202/8/31", None, "0202/8/31"),
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
    assert province("广西自治区") == ("广西壮族自治区", "450000")
    assert province(" 北 京 ") == ("北京市", "110000")
    assert province("吉林市") == ("吉林市", None)
    assert province_of_number("Beijing-X-1") is None
    assert province_of_number("网信算备990108224236606220017号") is None
    assert len(PROVINCES) == 34
    assert all(province(name) == (name, code) for code, name in PROVINCES.items())


@pytest.mark.parametrize(
    ("field", "one", "other", "same"),
    [
        ("name", "大模型（ＡＢＣ） 一", "大模型(ABC)一", True),
        ("name", "【甲】“乙”", "(甲)\"乙\"", True),
        ("name", "［甲］｛乙｝〔丙〕", "(甲)(乙)(丙)", True),
        ("name", "甲—乙‘丙’", "甲-乙'丙'", True),
        ("name", "e\u200b\u0301", "é", True),
        ("name", "ABC", "abc", False),
        ("product", "甲(a、b(c))、乙", "乙,甲（a、b（c））", True),
        ("product", "甲(a、b)", "b)、甲(a", False),
        ("product", "甲\n乙", "甲乙", True),
        ("product", "甲；乙;", "乙、甲", True),
        ("product", "甲（a、b）、乙", "乙，甲(a、b)", True),
        ("product", "甲（APP）\n乙", "乙、甲（APP）", True),
        ("product", "甲【APP】\n乙【APP】", "甲（APP）\n乙（APP）", True),
        ("purpose", "甲、乙", "乙、甲", False),
    ],
)
def test_comparable(field: str, one: str, other: str, same: bool) -> None:
    assert (comparable(field, one) == comparable(field, other)) is same


def test_nothing_is_compared_as_empty() -> None:
    assert comparable("name", None) == comparable("name", "") == comparable("product", " \n") == ""


def test_the_form_of_a_date() -> None:
    assert looks_like_date("2025/2/30")
    assert not looks_like_date("近日")


def test_a_long_run_of_blanks_is_no_burden() -> None:
    assert tidy("甲" + " " * 1_000_000 + "乙") == "甲 乙"


# The characters that the rules speak of, among any others
telling = st.sampled_from(list("甲乙ab1 \n\r\t()（）、,，；[]【】“’—-\u200b\u3000\u00a0⽂⻓"))
texts = st.text(telling | st.characters(), max_size=30)


@given(texts)
def test_tidy_is_idempotent_and_no_change(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    for field in ("name", "product"):
        assert comparable(field, once) == comparable(field, text)


@given(texts)
def test_a_number_is_known_by_one_form(text: str) -> None:
    number = parse_number(text)
    assert parse_number(number) == number
    assert not any(char.isspace() for char in number)


@given(texts | st.from_regex(r"\A20\d\d[年/.-]\d{1,2}[月/.-]\d{0,2}日?.?\Z"))
def test_a_date_is_iso_or_the_text_itself(text: str) -> None:
    iso, note = parse_date(text)
    assert note == text.strip() if iso is None else parse_date(iso) == (iso, "")
