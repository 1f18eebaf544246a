"""What remarks (备注) say: made wordings with the events expected, properties of any text, and the real lists.

The companies and products are made up, but for the examples that the project's notes quote.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.reading.remarks.events import RemarkEvent, RemarkKind, read_remark

K = RemarkKind
REAL = Path(__file__).resolve().parents[3] / "shared" / "real" / "truth"
OLD, NEW = "甲乙科技有限公司", "丙丁科技（北京）有限公司"


def event(
    kind: RemarkKind,
    text: str,
    on: str | None = None,
    *,
    names: tuple[str | None, str | None] = (None, None),
    items: tuple[str, ...] = (),
) -> RemarkEvent:
    return RemarkEvent(kind, text, on, names[0], names[1], items)


def loose(text: str) -> bool:
    """True for text that only separates: punctuation, white space, control characters."""
    return all(unicodedata.category(c)[0] in "PZ" or unicodedata.category(c) in ("Cc", "Cf") for c in text)


def said(events: tuple[RemarkEvent, ...]) -> list[tuple[object, ...]]:
    return [(e.kind, e.on, e.before, e.after, e.items) for e in events]


# --- nothing said ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "\n", "-", "--", "——", "/", "无", " 无。", "暂无", "N/A", "…"])
def test_an_empty_remark_states_nothing(text: str) -> None:
    assert read_remark(text) == ()


# --- one event -------------------------------------------------------------------------------------

RENAMED = {
    # the examples of the notes on the source
    "原主体名称“北京网聘咨询有限公司”变更为“北京网聘信息技术有限公司”": (
        "北京网聘咨询有限公司",
        "北京网聘信息技术有限公司",
    ),
    "2022年9月更新备案主体名称": (None, None),
    # how the names are marked
    f"原主体“{OLD}”变更为“{NEW}”": (OLD, NEW),
    f'主体名称由"{OLD}"变更为"{NEW}"': (OLD, NEW),
    f"主体名称由{OLD}变更为{NEW}": (OLD, NEW),
    f"备案主体「{OLD}」变更为「{NEW}」": (OLD, NEW),
    f"原主体名称《{OLD}》变更为《{NEW}》": (OLD, NEW),
    f"原主体名称：‘{OLD}’变更为‘{NEW}’。": (OLD, NEW),
    f"原主体名称“{OLD}变更为“{NEW}”": (OLD, NEW),
    f"原主体名称{OLD}”变更为“{NEW}": (OLD, NEW),
    f"原主体名称“{OLD}“变更为”{NEW}”；": (OLD, NEW),
    f"原主体名称“{OLD}\"变更为“{NEW}”": (OLD, NEW),
    "主体名称“甲乙（中国（上海））公司”变更为“甲乙（上海）公司”": ("甲乙（中国（上海））公司", "甲乙（上海）公司"),
    # how the change is put
    f"变更内容：主体由{OLD} 变更为 {NEW}": (OLD, NEW),
    f"《算法安全自评估报告》中主体名称由“{OLD}”变更为“{NEW}”": (OLD, NEW),
    f"原主体名称为{OLD}，现变更为{NEW}。": (OLD, NEW),
    f"原主体名称：{OLD}，现主体名称：{NEW}": (OLD, NEW),
    f"原主体名称为{OLD}，主体名称变更为{NEW}": (OLD, NEW),
    f"主体名称变更：由{OLD}变更为{NEW}": (OLD, NEW),
    f"备案主体更新：{OLD}更名为{NEW}，特此说明": (OLD, NEW),
    f"单位名称：{OLD}→{NEW}": (OLD, NEW),
    f"变更主体名称“{OLD}”为“{NEW}”": (OLD, NEW),
    f"变更主体名称为{NEW}": (None, NEW),
    f"主体名称更新为“{NEW}”": (None, NEW),
    f"{OLD}变更为{NEW}": (OLD, NEW),
    f"更名为“{NEW}”": (None, NEW),
    f"原企业名称：{OLD}": (OLD, None),
    f"曾用名：{OLD}": (OLD, None),
    f"服务提供者由{OLD}变更为{NEW}": (OLD, NEW),
    "主体名称由A Co., Ltd.变更为B Co., Ltd.，特此说明": ("A Co., Ltd.", "B Co., Ltd."),
    "主体名称变更": (None, None),
    "新增主体名称更新": (None, None),
    f"主体名称由{OLD}\n变更为丙丁科技（北京）有\n限公司": (OLD, NEW),
}


@pytest.mark.parametrize("text", RENAMED)
def test_an_entity_renamed(text: str) -> None:
    [one] = read_remark(text)
    assert (one.kind, one.before, one.after, one.items) == (K.ENTITY_RENAMED, *RENAMED[text], ())


ONE = {
    "已注销": (K.CANCELLED, None, None, None, ()),
    "（已注销）": (K.CANCELLED, None, None, None, ()),
    "该算法备案已于2025年7月注销": (K.CANCELLED, "2025-07", None, None, ()),
    "注销（2025-07-14）": (K.CANCELLED, "2025-07-14", None, None, ()),
    "原算法名称“甲乙生成算法”变更为“丙丁生成算法”": (K.ALGORITHM_RENAMED, None, "甲乙生成算法", "丙丁生成算法", ()),
    "算法名称原“甲乙算法\"变更为“丙丁算法”": (K.ALGORITHM_RENAMED, None, "甲乙算法", "丙丁算法", ()),
    "2024年8月，原算法名称甲乙算法-企业版变更为丙丁算法-1": (
        K.ALGORITHM_RENAMED, "2024-08", "甲乙算法-企业版", "丙丁算法-1", ()
    ),
    "算法更名为丙丁生成算法": (K.ALGORITHM_RENAMED, None, None, "丙丁生成算法", ()),
    "原算法名称“甲乙算法”": (K.ALGORITHM_RENAMED, None, "甲乙算法", None, ()),
    "2023年12月新增算法使用产品": (K.PRODUCTS_ADDED, "2023-12", None, None, ()),
    "新增产品：甲(APP)、乙（抖音、快手）(小程序)、Hi 丙(网站)": (
        K.PRODUCTS_ADDED, None, None, None, ("甲(APP)", "乙（抖音、快手）(小程序)", "Hi 丙(网站)")
    ),
    "新增产品：甲(APP)；乙(网站)": (K.PRODUCTS_ADDED, None, None, None, ("甲(APP)", "乙(网站)")),
    "新增甲(APP)和乙(网站)等两款产品": (K.PRODUCTS_ADDED, None, None, None, ("甲(APP)", "乙(网站)")),
    "新增关联产品“甲”(APP)、“乙（其他）”": (K.PRODUCTS_ADDED, None, None, None, ("甲(APP)", "乙（其他）")),
    "新增关联产品\n甲(APP)\n乙(网站)": (K.PRODUCTS_ADDED, None, None, None, ("甲(APP)", "乙(网站)")),
    "新增产品甲(APP)乙(网站)": (K.PRODUCTS_ADDED, None, None, None, ("甲(APP)", "乙(网站)")),
    "新增产品优化甲(APP)、更新乙(APP)、产品丙(APP)": (
        K.PRODUCTS_ADDED, None, None, None, ("优化甲(APP)", "更新乙(APP)", "产品丙(APP)")
    ),
    "２０２４年８月新增产品：Ａ（ＡＰＰ）": (K.PRODUCTS_ADDED, "2024-08", None, None, ("Ａ（ＡＰＰ）",)),
    "新增产\n品甲(APP)": (K.PRODUCTS_ADDED, None, None, None, ("甲(APP)",)),
    "新增小程序“甲乙”": (K.PRODUCTS_ADDED, None, None, None, ("甲乙",)),
    "删除关联产品“甲（网站）”、“甲（APP）”": (K.PRODUCTS_REMOVED, None, None, None, ("甲（网站）", "甲（APP）")),
    "关联产品甲(APP)已下线": (K.PRODUCTS_REMOVED, None, None, None, ("甲(APP)",)),
    "关联产品“甲(APP)”已注销": (K.PRODUCTS_REMOVED, None, None, None, ("甲(APP)",)),
    "产品甲(其他)变更为甲(APP)": (K.PRODUCTS_RENAMED, None, "甲(其他)", "甲(APP)", ()),
    "企业甲(APP)变更为乙(APP)": (K.PRODUCTS_RENAMED, None, "企业甲(APP)", "乙(APP)", ()),
    "关联产品由甲(APP)、乙(APP)变更为甲(APP)": (K.PRODUCT_CHANGED, None, "甲(APP)、乙(APP)", "甲(APP)", ()),
    "变更内容：产品变更": (K.PRODUCT_CHANGED, None, None, None, ()),
    "新增产品功能": (K.PRODUCT_CHANGED, None, None, None, ()),
    "变更主要用途文字描述": (K.PURPOSE_CHANGED, None, None, None, ()),
    "变更主要用途 为“用于甲，新增乙；变更丙。”": (K.PURPOSE_CHANGED, None, None, "用于甲，新增乙；变更丙", ()),
    "算法模型变更": (K.MODEL_CHANGED, None, None, None, ()),
    "模型版本升级为Qwen2": (K.MODEL_CHANGED, None, None, "Qwen2", ()),
    "增加接入甲大模型，乙大模型": (K.MODEL_CHANGED, None, None, None, ()),
    "备案材料中新增甲生成算法-1、乙大模型算法": (K.MODEL_CHANGED, None, None, None, ()),
    "原使用算法甲算法、乙算法变更为乙算法": (K.MODEL_CHANGED, None, "甲算法、乙算法", "乙算法", ()),
    "原使用第三方甲算法变更为乙算法": (K.MODEL_CHANGED, None, "第三方甲算法", "乙算法", ()),
    "算法安全责任人发生变更": (K.RESPONSIBLE_CHANGED, None, None, None, ()),
    "原算法输出模态由单模态变更为多模态": (K.OTHER_MATERIAL_CHANGED, None, "单模态", "多模态", ()),
    "《算法安全自评估报告》变更乘客视角、安全模型指标": (K.OTHER_MATERIAL_CHANGED, None, None, None, ()),
    "备案主体地址变更": (K.OTHER_MATERIAL_CHANGED, None, None, None, ()),
    "主体地址由甲市变更为乙市": (K.OTHER_MATERIAL_CHANGED, None, "甲市", "乙市", ()),
    "算法类别变更为生成合成类": (K.OTHER_MATERIAL_CHANGED, None, None, "生成合成类", ()),
    "原备案号甲1号变更为甲2号": (K.OTHER_MATERIAL_CHANGED, None, "甲1号", "甲2号", ()),
    "新增使用场景": (K.OTHER_MATERIAL_CHANGED, None, None, None, ()),
    "“甲”变更为“乙”": (K.OTHER, None, "甲", "乙", ()),
    "补登": (K.OTHER, None, None, None, ()),
    "变更内容：": (K.OTHER, None, None, None, ()),
    "2024年8月": (K.OTHER, "2024-08", None, None, ()),
}  # fmt: skip


@pytest.mark.parametrize("text", ONE)
def test_one_event(text: str) -> None:
    assert said(read_remark(text)) == [ONE[text]]


# --- several events --------------------------------------------------------------------------------

SEVERAL: dict[str, list[RemarkEvent]] = {
    "变更内容：原算法名称“甲算法”变更为“乙算法”，新增产品丙(APP)、丁(网站)，变更算法安全责任人。": [
        event(K.ALGORITHM_RENAMED, "变更内容：原算法名称“甲算法”变更为“乙算法”", names=("甲算法", "乙算法")),
        event(K.PRODUCTS_ADDED, "新增产品丙(APP)、丁(网站)", items=("丙(APP)", "丁(网站)")),
        event(K.RESPONSIBLE_CHANGED, "变更算法安全责任人"),
    ],
    "原主体名称“甲公司”变更为“乙公司”《算法机制》变更运行机制": [
        event(K.ENTITY_RENAMED, "原主体名称“甲公司”变更为“乙公司”", names=("甲公司", "乙公司")),
        event(K.OTHER_MATERIAL_CHANGED, "《算法机制》变更运行机制"),
    ],
    "原主体名称“甲公司”变更为“乙公司”已注销": [
        event(K.ENTITY_RENAMED, "原主体名称“甲公司”变更为“乙公司”", names=("甲公司", "乙公司")),
        event(K.CANCELLED, "已注销"),
    ],
    "新增产品甲(APP)，“乙(APP)”变更为“丙(APP)”、“丁”变更为“戊”": [
        event(K.PRODUCTS_ADDED, "新增产品甲(APP)", items=("甲(APP)",)),
        event(K.PRODUCTS_RENAMED, "“乙(APP)”变更为“丙(APP)”", names=("乙(APP)", "丙(APP)")),
        event(K.PRODUCTS_RENAMED, "“丁”变更为“戊”", names=("丁", "戊")),
    ],
    "产品“甲(APP)”、“乙(APP)”分别变更为“丙(APP)”、“丁(APP)”": [
        event(K.PRODUCTS_RENAMED, text, names=pair)
        for text in ["产品“甲(APP)”、“乙(APP)”分别变更为“丙(APP)”、“丁(APP)”"]
        for pair in [("甲(APP)", "丙(APP)"), ("乙(APP)", "丁(APP)")]
    ],
    "新增产品甲(小程序) 增加接入乙大模型": [
        event(K.PRODUCTS_ADDED, "新增产品甲(小程序)", items=("甲(小程序)",)),
        event(K.MODEL_CHANGED, "增加接入乙大模型"),
    ],
    "算法模型变更\n产品变更、输入模态变更": [
        event(K.MODEL_CHANGED, "算法模型变更"),
        event(K.PRODUCT_CHANGED, "产品变更"),
        event(K.OTHER_MATERIAL_CHANGED, "输入模态变更"),
    ],
    "主体名称变更（原主体名称：甲公司）": [
        event(K.ENTITY_RENAMED, "主体名称变更"),
        event(K.ENTITY_RENAMED, "（原主体名称：甲公司）", names=("甲公司", None)),
    ],
    "变更主要用途、算法安全责任人": [
        event(K.PURPOSE_CHANGED, "变更主要用途"),
        event(K.RESPONSIBLE_CHANGED, "算法安全责任人"),
    ],
    "变更内容：产品、主要用途；详见附件": [
        event(K.PRODUCT_CHANGED, "变更内容：产品"),
        event(K.PURPOSE_CHANGED, "主要用途"),
        event(K.OTHER, "详见附件"),
    ],
    "1、新增产品甲(APP)；2、删除产品乙(网站)；（3）变更主要用途": [
        event(K.PRODUCTS_ADDED, "1、新增产品甲(APP)", items=("甲(APP)",)),
        event(K.PRODUCTS_REMOVED, "2、删除产品乙(网站)", items=("乙(网站)",)),
        event(K.PURPOSE_CHANGED, "（3）变更主要用途"),
    ],
}


@pytest.mark.parametrize("text", SEVERAL)
def test_several_events(text: str) -> None:
    assert list(read_remark(text)) == SEVERAL[text]


# --- dates -----------------------------------------------------------------------------------------

DATES: dict[str, list[str | None]] = {
    # one date stands over what follows it, up to the next
    "2024年8月，新增产品甲(APP)，变更主要用途": ["2024-08", "2024-08"],
    "2023年4月新增算法使用产品，2023年12月更新算法公示信息": ["2023-04", "2023-12"],
    # past a semicolon only if it stands apart
    "2024年8月：新增产品甲(APP)；变更主要用途": ["2024-08", "2024-08"],
    "2024年8月新增产品甲(APP)；变更主要用途": ["2024-08", None],
    # two dates over one thing: it happened twice; over two things: nobody knows which happened when
    "2023年4月、12月更新算法公示信息": ["2023-04", "2023-12"],
    "2024年4月、6月，新增产品甲(网站)，主体由甲公司变更为乙公司": ["2024", "2024"],
    "2024年4月、2025年6月，新增产品甲(网站)，变更主要用途": [None, None],
    # a stretch of time
    "2024年6月至8月，新增产品甲(APP)": ["2024"],
    "2024年6-8月新增产品甲(APP)": ["2024"],
    # other forms and places
    "2023年12月5日更新主体名称": ["2023-12-05"],
    "2024-08-01 变更主要用途": ["2024-08-01"],
    "2024/8/1变更主要用途": ["2024-08-01"],
    "2024.8变更主要用途": ["2024-08"],
    "2024 年 8 月变更主要用途": ["2024-08"],
    "变更主要用途（2024年8月）": ["2024-08"],
    "主体名称于2024年8月由甲公司变更为乙公司": ["2024-08"],
    "2024年变更主要用途": ["2024"],
    # no dates
    "2024年13月更新主体名称": [None],
    "2024年2月30日更新主体名称": [None],
    "新增产品2024年货节(APP)": [None],
    "新增产品甲(APP)、2024年8月(APP)": [None],
}


@pytest.mark.parametrize("text", DATES)
def test_dates(text: str) -> None:
    assert [one.on for one in read_remark(text)] == DATES[text]


# --- any text --------------------------------------------------------------------------------------

WORDS = [
    "2024年8月", "、12月", "变更内容：", "原主体名称", "算法名称", "产品", "主要用途", "算法模型",
    "“", "”", '"', "（", "）", "《", "》", "，", "、", "；", "。", "\n", " ", "√", "→", "①", "1、", "（2）",
    "甲乙公司", "丙算法", "丁(APP)", "变更为", "变更", "新增", "删除", "已注销", "由", "原", "为", "和", "分别",
    "下线", "于", "接入", "责任人", "报告", "2024-13",
]  # fmt: skip


def assert_covered(text: str, events: tuple[RemarkEvent, ...]) -> None:
    """The events' fragments lie in the text one behind the other, with nothing but separators between them."""
    place, former = 0, None
    for one in events:
        assert one.text or loose(text)
        start = text.find(one.text, place)
        if start < 0 or not loose(text[place:start]):
            assert one.text == former, f"{one.text!r} does not stand behind {text[:place]!r}"
            continue  # one fragment, several events
        place, former = start + len(one.text), one.text
    assert loose(text[place:])


@example("一\r二")  # a line break keeps its own form
@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=14).map("".join)))
def test_no_word_is_lost(text: str) -> None:
    events = read_remark(text)
    if loose(text):
        assert events == ()
    elif events:
        assert_covered(text, events)
    else:
        assert re.fullmatch(r"\W*(?:暂?无|没有|无备注|n/?a|none|null|nan)\W*", text, re.I)


@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join))
def test_names_stand_in_the_text_without_marks(text: str) -> None:
    bare = re.sub(r"\s", "", text)
    for one in read_remark(text):
        for name in one.items:
            assert re.sub(r"\s", "", name) in bare or "”" in text or '"' in text
            assert name == name.strip(" ，、；。：\n")


@pytest.mark.parametrize("piece", ["1,", "已注销：", "“", "（", "甲\n", "2024年8月、", "=", "新增产品甲（APP）、"])
def test_a_remark_longer_than_any_is_kept_whole_and_not_taken_apart(piece: str) -> None:
    text = "注" + piece * 100_000 + "释"
    assert read_remark(text) == (event(K.OTHER, text),)


# --- the real lists --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> list[dict[str, str]]:
    """The rows of the real lists that have a remark."""
    if not REAL.is_dir():
        pytest.skip(f"the real lists are not here: {REAL}")
    return list(_real_rows())


def _real_rows() -> Iterator[dict[str, str]]:
    for path in sorted(REAL.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield from (row for row in csv.DictReader(lines) if row["remark"].strip())


def bare(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def test_real_remarks_are_understood(real: list[dict[str, str]]) -> None:
    events = [read_remark(row["remark"]) for row in real]
    assert len(real) > 250
    assert all(events)
    flat = [one for some in events for one in some]
    assert sum(one.kind is K.OTHER for one in flat) <= 0.05 * len(flat)
    assert sum(any(one.kind is K.OTHER for one in some) for some in events) <= 0.05 * len(events)
    for row, some in zip(real, events, strict=True):
        assert_covered(row["remark"], some)
        assert ("已注销" in row["remark"]) == any(one.kind is K.CANCELLED for one in some)


def test_real_entities_have_both_names(real: list[dict[str, str]]) -> None:
    for row in real:
        stated = len(re.findall(r"主体(?:名称)?由?[“\"]?[^“”\"，、；]+[”\"]?变更为", row["remark"]))
        renamed = [one for one in read_remark(row["remark"]) if one.kind is K.ENTITY_RENAMED]
        assert sum(one.before is not None for one in renamed) == stated, row["remark"]
        for one in renamed:
            assert (one.before is None) == (one.after is None)
            for name in filter(None, (one.before, one.after)):
                assert not re.search(r"[“”\"《》，；。：]|^原|主体|变更", name)
        # what a row is called now is the last name that its remark gives
        if renamed and renamed[-1].after:
            assert bare(renamed[-1].after) == bare(row["entity"])


def test_real_algorithms_bear_their_new_name(real: list[dict[str, str]]) -> None:
    for row in real:
        for one in read_remark(row["remark"]):
            if one.kind is K.ALGORITHM_RENAMED and one.after:
                assert bare(one.after) == bare(row["name"])


def test_real_products_are_whole(real: list[dict[str, str]]) -> None:
    added = [
        (name, row["product"])
        for row in real
        for one in read_remark(row["remark"])
        if one.kind in (K.PRODUCTS_ADDED, K.PRODUCTS_RENAMED)
        for name in (*one.items, *filter(None, [one.after]))
    ]
    for name, _ in added:
        assert re.search(r"\((APP|网站|小程序|公众账号|其他)\)$", bare(name)), name
        assert bare(name).count("(") == bare(name).count(")")
        assert not re.search(r"[“”\"，；：]|、(?![^（]*）)", name), name
    # the regulator's own product column lacks a few of them, or spells them otherwise
    missing = [name for name, products in added if bare(name) not in bare(products)]
    assert len(missing) <= 0.02 * len(added)
