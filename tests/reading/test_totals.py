"""What an announcement's text states in numbers, and what it does not."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.models import Kind
from tracker.reading.totals import find_totals

ADDRESS = "https://www.cac.gov.cn/2026-03/17/c_1775482074695536.htm"
PUBLISHED = "2026-03-17T19:36"
F, R, D = Kind.FILED, Kind.REGISTERED, Kind.ON_DEVICE

LAST_OF_2025 = "截至2025年12月31日，累计有748款生成式人工智能服务完成备案，435款生成式人工智能应用或功能完成登记。"
OF_2024 = (
    "截至2024年12月31日，共302款生成式人工智能服务在国家网信办完成备案，其中2024年新增238款备案；"
    "对于通过API接口或其他方式直接调用已备案模型能力的生成式人工智能应用或功能，"
    "2024年共105款生成式人工智能应用或功能在地方网信办完成登记。"
)
EARLY_2026 = "2026年1月至2月，新增48款生成式人工智能服务完成备案，46款生成式人工智能应用或功能完成登记"
FEBRUARY = [(48, F, "2026-01-01", "2026-02-28"), (46, R, "2026-01-01", "2026-02-28")]

Total = tuple[int, Kind | None, str | None, str]


def totals(text: str, series: str = "genai_service", published_on: str | None = PUBLISHED) -> list[Total]:
    return [(t.count, t.kind, t.since, t.until) for t in find_totals(text, series, ADDRESS, published_on)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LAST_OF_2025, [(748, F, None, "2025-12-31"), (435, R, None, "2025-12-31")]),
        ("截至2025年3月31日，共有346款生成式人工智能服务在国家网信办完成备案", [(346, F, None, "2025-03-31")]),
        (OF_2024, [(302, F, None, "2024-12-31"), (238, F, "2024-01-01", "2024-12-31"),
                   (105, R, "2024-01-01", "2024-12-31")]),
        (EARLY_2026, FEBRUARY),
        ("2025年全年新增446款生成式人工智能服务完成备案", [(446, F, "2025-01-01", "2025-12-31")]),
        ("2026年3月-4月，新增72款服务完成备案", [(72, F, "2026-03-01", "2026-04-30")]),
        ("2025年11月至2026年1月新增9款服务备案", [(9, F, "2025-11-01", "2026-01-31")]),
        ("自2026年1月1日至2月28日，新增9款服务完成备案", [(9, F, "2026-01-01", "2026-02-28")]),
        ("2025年上半年新增9款服务完成备案", [(9, F, "2025-01-01", "2025-06-30")]),
        ("2025年第三季度新增9款服务完成备案", [(9, F, "2025-07-01", "2025-09-30")]),
        ("2024年2月新增登记9款", [(9, R, "2024-02-01", "2024-02-29")]),
        ("截至2026年2月底，累计796款服务完成备案", [(796, F, None, "2026-02-28")]),
        ("截至2025年底，累计备案748款、登记435款", [(748, F, None, "2025-12-31"), (435, R, None, "2025-12-31")]),
        ("截止到2024年2月，共有１，１０５款服务完成备案", [(1105, F, None, "2024-02-29")]),
        ("截至2026-02-28，累计有796款生成式人工智能服务完成备案", [(796, F, None, "2026-02-28")]),
        ("截至目前，累计有796款服务完成备案", [(796, F, None, "2026-03-17")]),
        ("截至今年2月28日，累计有796款服务完成备案", [(796, F, None, "2026-02-28")]),
        ("截至12月31日，累计有748款服务完成备案", [(748, F, None, "2025-12-31")]),
        ("截至2026年8月31日，共有7款提供手机端侧生成式人工智能服务的大模型完成备案", [(7, D, None, "2026-08-31")]),
        ("截至2025年12月31日，累计有748款服务完成备案（其中2025年新增446款服务完成备案），435款应用完成登记",
         [(748, F, None, "2025-12-31"), (435, R, None, "2025-12-31"), (446, F, "2025-01-01", "2025-12-31")]),
        ("截至2025年12月31日，累计有748款服务完成备案，435款应用完成登记，其中，2025年新增446款服务完成备案，330款应用完成登记",
         [(748, F, None, "2025-12-31"), (435, R, None, "2025-12-31"),
          (446, F, "2025-01-01", "2025-12-31"), (330, R, "2025-01-01", "2025-12-31")]),
        ("依据2023年8月15日起施行的《暂行办法》，截至2025年3月31日，共有346款服务完成备案",
         [(346, F, None, "2025-03-31")]),
    ],
)  # fmt: skip
def test_stated(text: str, expected: list[Total]) -> None:
    assert totals(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "累计有748款生成式人工智能服务完成备案",  # no date
        "国家网信办2023年发布《办法》，累计有748款服务完成备案",  # a date of something else
        "截至2025年，共有748款服务完成备案",  # which day of 2025?
        "截至2025年2月30日，共有748款服务完成备案",  # no such day
        "截至4月30日，累计有868款服务完成备案；2026年13月新增9款服务完成备案",  # nor such a month; April is to come
        "截至目前，已有490余款大模型完成国家网信办备案，240余款在省级网信办登记在册",
        "截至2025年3月31日，近346款服务完成备案，超过159款应用完成登记",
        "截至2025年3月31日，尚有9款服务未完成备案，9款正在申请备案",
        "截至2025年3月31日，北京市共有51款服务完成备案，其中上海24款完成备案",
        "截至2025年3月31日，31个省份完成备案，60家单位完成登记",
        "截至2025年3月31日，共有505款服务完成备案和登记",  # a sum of both
        "截至2026年2月28日，新增48款服务完成备案、46款应用完成登记",  # new since when?
        "2026年2月28日，共有796款服务完成备案",  # on that day, or until it?
        "截至2025年3月31日，共有3834个深度合成算法完成备案",  # of another series
        "附件1：生成式人工智能服务已备案信息（2024年4月）",
    ],
)
def test_never_invented(text: str) -> None:
    assert totals(text) == []


def test_cumulative_beside_new_ones_keeps_its_own_days() -> None:
    assert totals(f"{EARLY_2026}，累计796款完成备案，481款完成登记") == FEBRUARY
    text = "截至2026年2月28日，本次新增48款服务完成备案，累计有796款服务完成备案"
    assert totals(text) == [(796, F, None, "2026-02-28")]


def test_of_which_without_saying_of_when_is_left_open() -> None:
    text = "截至2024年12月31日，共302款服务完成备案，其中2024年新增238款备案，105款应用完成登记"
    assert totals(text) == [(302, F, None, "2024-12-31"), (238, F, "2024-01-01", "2024-12-31")]


@pytest.mark.parametrize("published_on", [None, "", "2026", "2026-02-30"])
def test_without_a_day_of_publication_nothing_is_read_from_it(published_on: str | None) -> None:
    text = "截至目前，累计有9款服务完成备案。截至12月31日，累计有8款服务完成备案。截至2025年底，累计有7款服务完成备案。"
    assert totals(text, published_on=published_on) == [(7, F, None, "2025-12-31")]


def test_other_series_have_no_kinds() -> None:
    text = "截至2025年5月19日，累计已有3,834个算法完成备案，9款应用完成登记，注销57个算法备案。"
    assert totals(text, "deep_synthesis") == [(3834, None, None, "2025-05-19")]
    assert totals("截至2026年7月15日，7款提供手机端侧生成式人工智能服务的大模型完成备案", "on_device") == [
        (7, None, None, "2026-07-15")
    ]


def test_each_once_with_its_words_and_address() -> None:
    text = f"公告\n{LAST_OF_2025}\n\n附件\n{LAST_OF_2025}"
    first, second = find_totals(text, "genai_service", ADDRESS, None)
    assert (first.count, second.count) == (748, 435)
    assert first.address == ADDRESS
    assert first.sentence.startswith("公告 截至2025年12月31日，累计有748款")
    assert first.series == "genai_service"


WIDE = str.maketrans("0123456789,", "０１２３４５６７８９，")


@given(st.sampled_from([LAST_OF_2025, OF_2024, EARLY_2026]), st.sets(st.integers(0, 150)), st.booleans(), st.booleans())
def test_forms_of_characters_and_white_space_do_not_count(text: str, breaks: set[int], wide: bool, half: bool) -> None:
    printed = unicodedata.normalize("NFKC", text) if half else text
    printed = printed.translate(WIDE) if wide else printed
    spaced = "".join(f"\u3000{char}\n" if place in breaks else char for place, char in enumerate(printed))
    assert totals(re.sub(r"\n\u3000", "\n", spaced)) == totals(text)


WORDS = [
    "截至", "2025年", "3月", "31日", "2026年1月至2月", "，", "；", "、", "。", "其中", "（", "）", "新增", "累计", "共",
    "48款", "7", "个", "余", "服务", "算法", "完成", "备案", "登记", "北京", "《", "“", " ", "\n", "底", "目前",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join), st.sampled_from(["genai_service", "deep_synthesis"]))
def test_every_count_stands_in_the_text(text: str, series: str) -> None:
    for total in find_totals(text, series, ADDRESS, PUBLISHED):
        assert re.search(rf"(?<!\d){total.count}(?:款|个)", re.sub(r"\s", "", text))
        assert total.until >= (total.since or "")


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert totals(text) == totals(text)


@pytest.mark.parametrize("count", ["9" * 8, "9" * 20, "9" * 5000, "９" * 8, "9,999,999,999", "1" + ",000" * 2000])
def test_a_number_of_absurd_size_is_no_total(count: str) -> None:
    text = f"截至2025年12月31日，累计有{count}款生成式人工智能服务完成备案，435款生成式人工智能应用或功能完成登记。"
    assert totals(text) == [(435, R, None, "2025-12-31")]


@pytest.mark.parametrize("count", ["9999999", "9,999,999", "９９９９９９９"])
def test_seven_digits_are_a_total(count: str) -> None:
    assert totals(f"截至2025年12月31日，累计有{count}款服务完成备案") == [(9_999_999, F, None, "2025-12-31")]


@pytest.mark.parametrize("piece", ["2026年1月至2月，", "1,105款", "《", "新增", "48款服务备案和登记"])
def test_a_sentence_without_an_end_is_read_as_far_as_one_may_go(piece: str) -> None:
    assert totals(piece * (500_000 // len(piece))) == totals(piece * (500_000 // len(piece)))
    behind = "。截至2025年12月31日，435款应用完成登记。"
    assert totals("甲" * 500_000 + behind) == [(435, R, None, "2025-12-31")]
