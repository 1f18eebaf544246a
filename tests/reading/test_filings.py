"""Tables → filings: every row kept or refused, columns by their headings, oddities said."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.errors import ContentError, NoTable
from tracker.core.models import Document, Extraction, Kind, Row, Table
from tracker.core.series import series_by_id
from tracker.reading.docx.document import read_docx
from tracker.reading.filings import read_filings
from tracker.reading.normalise import comparable, parse_number

GENAI, SYNTHESIS = series_by_id("genai_service"), series_by_id("deep_synthesis")
CANCELLATION = series_by_id("algorithm_cancellation")
FILED = ("序号", "属地", "模型名称", "备案单位", "备案号", "备案时间")
REGISTERED = ("序号", "属地", "应用/功能名称", "登记单位", "上线编号", "登记时间")
ONE = ("1", "北京市", "文心一言", "北京百度网讯科技有限公司", "Beijing-WenXinYiYan-20230821", "2023/8/31")
TWO = ("2", "江苏", "小艺", "华为软件技术有限公司", "Jiangsu-XiaoYi-20230911", "2026/2/24（补登）")


def table(*rows: tuple[str | None, ...], title: str = "", index: int = 1, page: int | None = None) -> Table:
    return Table(index, title, tuple(Row(tuple(cells), place, page) for place, cells in enumerate(rows, 1)))


def read(*tables: Table, series: object = GENAI, title: str = "") -> Extraction:
    return read_filings(Document("docx", title, tables), series)  # type: ignore[arg-type]


def test_fields_as_listed_and_as_printed() -> None:
    got = read(table(FILED, ONE, TWO), title="生成式人工智能服务已备案信息（2024年4月）")
    first, second = got.filings
    assert (got.series, got.period, first.kind, first.number) == ("genai_service", "2024-04", Kind.FILED, ONE[4])
    assert (first.sequence, first.name, first.entity, first.filed_on) == ("1", ONE[2], ONE[3], "2023-08-31")
    assert (second.province, second.province_code) == ("江苏省", "320000")
    assert (second.filed_on, second.raw["filed_on"]) == ("2026-02-24", "2026/2/24（补登）")
    assert (got.warnings, got.refused) == ((), ())


def test_columns_in_any_order_and_unknown_ones_are_named() -> None:
    order = (4, 2, 0, 3, 5, 1)
    rows = [(*(row[i] for i in order), extra) for row, extra in ((FILED, "评级"), (ONE, "甲"))]
    got = read(table(*rows))
    assert got.filings[0].entity == ONE[3]
    assert got.filings[0].raw["评级"] == "甲"
    assert got.warnings == ("table 1: unknown column 评级, kept as printed",)


def test_kinds_by_headings_also_inside_one_table() -> None:
    registered = ("1", "北京市", "边应", "某公司", "Beijing-BianYing-20240428S0001", "2024/4/28")
    device = (*FILED, "适用场景"), ("1", "上海市", "A", "B公司", "Shanghai-A-202506160057", "2026/7/8", "手机")
    got = read(table(FILED, ONE, REGISTERED, registered), table(*device, index=2))
    assert [f.kind for f in got.filings] == [Kind.FILED, Kind.REGISTERED, Kind.ON_DEVICE]
    assert got.filings[2].scenario == "手机"


def test_a_repeated_heading_is_never_a_row() -> None:
    got = read(table(FILED, ONE, FILED, TWO))
    assert [f.number for f in got.filings] == [ONE[4], TWO[4]]
    assert got.tables[0].rows == 2


def test_sequence_never_decides() -> None:
    got = read(table(FILED, ("", *ONE[1:]), ("?", *TWO[1:])))
    assert [f.sequence for f in got.filings] == [None, "?"]


def test_every_other_row_is_refused_with_its_reason() -> None:
    note = ("注：以上信息", None, None, None, None, None)
    got = read(table(FILED, ONE, ("",) * 6, note, ("9", "x", "y", "z", "-", "")))
    assert [(r.row, r.reason) for r in got.refused] == [
        (3, "empty row"), (4, "a note across the table"), (5, "no number"),
    ]  # fmt: skip
    assert (got.tables[0].rows, got.tables[0].kept, got.tables[0].refused) == (4, 1, 3)


def test_titles_above_the_heading_are_no_rows_but_data_there_is_refused() -> None:
    got = read(table(("已备案信息", None, None, None, None, None), ONE, FILED, TWO))
    assert [(r.row, r.reason) for r in got.refused] == [(2, "no known heading above")]
    assert [f.number for f in got.filings] == [TWO[4]]


def test_a_table_that_goes_on_without_headings() -> None:
    got = read(table(FILED, ONE), table(TWO, index=2))
    assert [f.number for f in got.filings] == [ONE[4], TWO[4]]
    assert "no headings" in got.warnings[0]


def test_another_table_without_headings_is_refused() -> None:
    got = read(table(FILED, ONE), table(("联系人", "电话"), ("甲", "1"), index=2))
    assert [(r.table, r.row) for r in got.refused] == [(2, 1), (2, 2)]


def test_a_heading_without_number_is_an_error() -> None:
    with pytest.raises(ContentError, match="without a number column"):
        read(table(FILED[:4] + FILED[5:], ONE[:4] + ONE[5:]))


def test_two_columns_headed_alike_are_an_error() -> None:
    with pytest.raises(ContentError, match="Two columns"):
        read(table((*FILED, "备案编号"), (*ONE, "x")))


def test_no_known_heading_anywhere() -> None:
    with pytest.raises(NoTable, match="甲 乙"):
        read(table(("甲", "乙"), ("1", "2")))


def test_duplicate_numbers_are_both_shown_and_warned_of() -> None:
    got = read(table(FILED, ONE, ONE))
    assert len(got.filings) == 2
    assert "stands 2 times: table 1 row 2, table 1 row 3" in got.warnings[0]


def test_oddities_are_kept_as_published_and_said() -> None:
    swapped = ("3", "北京市", "某某科技有限公司", "某模型", "Beijing-X-20240101", "2024/13/40")
    unclear = ("5", "北京市", "甲", "乙公司", "Beijing-Y-20240101", "近日")
    got = read(table(FILED, swapped, ("4", "国资委", "", "B公司", "oops", "2024/1/1"), unclear))
    assert (got.filings[0].name, got.filings[0].entity) == ("某某科技有限公司", "某模型")
    assert got.filings[0].filed_on == "2024/13/40"
    assert (got.filings[1].province, got.filings[1].province_code) == ("国资委", None)
    text = "\n".join(got.warnings)
    dates = ("date does not exist: 2024/13/40", "date cannot be read: 近日")
    for said in ("look swapped", *dates, "malformed", "no name"):
        assert said in text


def test_merged_columns() -> None:
    heading = ("序号", "模型名称", None, "备案单位", "备案号")
    two = ("1", "甲", "乙", "某公司", "Beijing-A-20240101"), ("2", "丙", None, "某公司", "Beijing-B-20240101")
    got = read(table(heading, *two))
    assert [f.raw["name"] for f in got.filings] == ["甲\n乙", "丙"]
    got = read(table(FILED, ("1", "北京市", "名称与单位", None, "Beijing-C-20240101", "2024/1/1")))
    assert got.filings[0].entity is None
    assert any("merged cells leave no value for entity" in w for w in got.warnings)


def test_series_and_province_of_algorithms_and_notices() -> None:
    headings = ("序号", "算法名称", "角色/类别", "主体名称", "应用产品", "主要用途", "备案编号", "注销时间")
    number, products = "网信算备 320114586731201240019 号", "甲（APP）\n乙（网站）"
    row = ("1", "某算法", "服务提供者", "某公司", products, "", number, "2025年7月")
    got = read(table(headings, row), series=None, title="关于注销“某算法”等1个算法备案编号的公告")
    filing = got.filings[0]
    assert (got.series, filing.number) == ("algorithm_cancellation", "网信算备320114586731201240019号")
    assert (filing.province, filing.province_code, filing.cancelled_on) == ("江苏省", "320000", "2025-07")
    assert filing.product == "甲（APP）\n乙（网站）"


cells = st.text(alphabet="甲乙AB-（） \n12", max_size=5)


@given(st.lists(st.tuples(cells, cells, cells, cells, cells, cells), max_size=15), st.permutations(range(6)))
def test_rows_in_are_kept_or_refused_in_any_order_of_columns(rows: list[tuple[str, ...]], order: list[int]) -> None:
    got = read(table(FILED, *rows))
    assert len(rows) == len(got.filings) + len(got.refused) == got.tables[0].rows
    shuffled = [tuple(row[i] for i in order) for row in (FILED, *rows)]
    other = read(table(*shuffled))
    assert [(f.number, f.name, f.entity, f.place) for f in other.filings] == [
        (f.number, f.name, f.entity, f.place) for f in got.filings
    ]


def test_text_under_an_empty_heading_is_told() -> None:
    got = read(table((*FILED, ""), (*ONE, "评语")))
    assert got.warnings == (f"table 1 row 2 ({ONE[4]}): text beyond the headed columns: 评语",)


def test_an_unknown_heading_never_passes_for_a_field() -> None:
    got = read(table((*FILED, "number", "评级", "评级"), (*ONE, "x", "甲", "乙")))
    filing = got.filings[0]
    assert (filing.number, filing.raw["number"]) == (ONE[4], ONE[4])
    assert (filing.raw["number (column 7)"], filing.raw["评级"], filing.raw["评级 (column 9)"]) == ("x", "甲", "乙")


def test_an_unknown_heading_owns_the_columns_it_is_merged_over() -> None:
    got = read(table((*FILED, "评级", None), (*ONE, "甲", "乙")))
    assert got.filings[0].raw["评级"] == "甲\n乙"
    assert got.warnings == ("table 1: unknown column 评级, kept as printed",)


def test_a_row_shorter_than_its_headings_is_told() -> None:
    got = read(table(FILED, ONE[:5]))
    assert got.filings[0].filed_on is None
    assert "too short: no cell for filed_on" in got.warnings[0]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (("序号", "属地", "应用/功能名称", "登记单位", "登记时间", "备注"), "without a number column"),
        (("序号", "属地", "模型名称", "登记单位", "上线编号", "登记时间"), "mixes the columns"),
    ],
)
def test_a_later_heading_that_cannot_be_used_is_an_error_and_no_filing(row: tuple[str, ...], what: str) -> None:
    with pytest.raises(ContentError, match=rf"{what}.*table 1, row 3"):
        read(table(FILED, ONE, row, TWO))


def test_a_table_that_goes_on_with_a_heading_without_number_is_an_error() -> None:
    with pytest.raises(ContentError, match=r"without a number column.*table 2"):
        read(table(FILED, ONE), table((*REGISTERED[:4], "登记时间", "备注"), TWO, index=2))


def test_two_known_headings_without_number_are_enough_for_the_guard() -> None:
    with pytest.raises(ContentError, match="模型名称 备案单位"):
        read(table(("模型名称", "备案单位"), ("甲", "乙公司")))


@pytest.mark.parametrize(
    "between",
    [
        table(("联系人", "电话"), ("甲", "1"), index=2),
        table(("又一张表", None, None, None, None, None), TWO, index=2),
        table(TWO, index=2, title="又一张表"),
    ],
    ids=["a table of no list", "a title row", "a title"],
)
def test_only_the_table_before_is_gone_on_with(between: Table) -> None:
    got = read(table(FILED, ONE), between, table(TWO, index=3))
    assert [f.number for f in got.filings] == [ONE[4]]
    assert {r.reason for r in got.refused} == {"no known heading above"}
    assert len(got.refused) == len(between.rows) + 1
    assert [(t.kept, t.refused) for t in got.tables[1:]] == [(0, len(between.rows)), (0, 1)]


def test_a_table_of_one_column_does_not_vanish() -> None:
    got = read(table(FILED, ONE), table(("甲",), ("",), ("乙",), index=2))
    assert [(r.row, r.reason) for r in got.refused] == [(1, "no known heading above"), (3, "no known heading above")]


@pytest.mark.parametrize("number", ["", "-", "——", "/", "无", "N/A"])
def test_placeholders_are_no_number(number: str) -> None:
    got = read(table(FILED, ONE, (*TWO[:4], number, TWO[5])))
    assert [(r.row, r.reason) for r in got.refused] == [(3, "no number")]


ALGORITHM = ("序号", "算法名称", "角色", "主体名称", "备案编号")
ALGORITHM_ROW = ("1", "某算法", "服务提供者", "某公司", "网信算备110108224236606220017号")


@pytest.mark.parametrize(
    ("heading", "row", "series"),
    [
        (FILED, ONE, "genai_service"),
        ((*FILED, "适用场景"), (*ONE, "手机"), "on_device"),
        (ALGORITHM, ALGORITHM_ROW, "deep_synthesis"),
        (("序号", "算法名称", "算法类别", *ALGORITHM[3:]), ALGORITHM_ROW, "algorithm_recommendation"),
        ((*ALGORITHM, "注销时间"), (*ALGORITHM_ROW, "2025年7月"), "algorithm_cancellation"),
    ],
)
def test_the_series_by_headings_where_no_title_names_it(
    heading: tuple[str, ...], row: tuple[str, ...], series: str
) -> None:
    got = read(table(heading, row), series=None)
    assert (got.series, len(got.filings)) == (series, 1)
    assert got.warnings == (f"no title names the series; read as {series} by its headings",)


def test_titles_name_series_and_period_and_arguments_go_before() -> None:
    title = "手机端侧生成式人工智能服务已备案信息（2026年7月）"
    rows = ((*FILED, "适用场景"), (*ONE, "手机"))
    assert (read(table(*rows, title=title), series=None).series, read(table(*rows, title=title)).period) == (
        "on_device", "2026-07",
    )  # fmt: skip
    document = Document("docx", title, (table(*rows),), ("said by the reader",))
    got = read_filings(document, GENAI, "2020-01")
    assert (got.series, got.period, got.title, got.warnings) == (
        "genai_service", "2020-01", title, ("said by the reader",),
    )  # fmt: skip


def test_the_error_of_an_unnamed_list_says_most() -> None:
    with pytest.raises(ContentError, match="without a number column"):
        read(table(FILED[:4], ONE[:4]), series=None)
    with pytest.raises(NoTable, match=r"any series.*甲 乙"):
        read(table(("甲", "乙"), ("1", "2")), series=None)
    with pytest.raises(NoTable, match=r"\(none\)"):
        read(series=None)


anything = st.none() | st.text(max_size=4) | st.sampled_from([*FILED, *REGISTERED, *ALGORITHM, "注销时间", *ONE])
any_rows = st.lists(st.lists(anything, max_size=8).map(tuple), max_size=6)
any_series = st.sampled_from([None, GENAI, SYNTHESIS, CANCELLATION])


@given(st.lists(any_rows, max_size=4), any_series)
def test_any_tables_are_read_or_refused_by_an_error_of_ours(
    rows: list[list[tuple[str | None, ...]]], series: object
) -> None:
    tables = [table(*each, index=index) for index, each in enumerate(rows, 1)]
    try:
        got = read(*tables, series=series)
    except ContentError:
        return
    assert len(got.tables) == len(tables)
    assert sum(t.kept for t in got.tables) == len(got.filings)
    assert sum(t.refused for t in got.tables) == len(got.refused)
    assert all(t.rows == t.kept + t.refused for t in got.tables)
    met = [(f.place.table, f.place.row) for f in got.filings] + [(r.table, r.row) for r in got.refused]
    assert len(met) == len(set(met))


REAL = Path(__file__).parents[2] / ".." / "shared" / "real"


# One file of each kind; all of them would take longer than tests may.
@pytest.mark.skipif(not REAL.is_dir(), reason="the regulator's own files are kept beside the project, not in it")
@pytest.mark.parametrize("name", ["deep_synthesis_2025-09", "algorithm_recommendation_2026-03"])
def test_real_lists_as_printed(name: str) -> None:
    with (REAL / "truth" / f"{name}.csv").open(encoding="utf-8") as lines:
        truth = list(csv.DictReader(lines))
    series, _, period = name.rpartition("_")
    got = read_filings(read_docx((REAL / "attachments" / f"{name}.docx").read_bytes()), series_by_id(series))
    assert (got.series, len(got.filings), len(got.refused)) == (series, len(truth), 0)
    assert got.period in (period, None)
    for filing, row in zip(got.filings, truth, strict=True):
        assert filing.number == parse_number(row["number"])
        for field in row.keys() - {"sequence", "number", "kind", "filed_on"}:
            assert comparable(field, getattr(filing, field)) == comparable(field, row[field])


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"])
def test_what_a_failed_formula_shows_is_no_number(error: str) -> None:
    got = read(table(FILED, ONE, (*TWO[:4], error, TWO[5])))
    assert [one.number for one in got.filings] == [ONE[4]]
    assert [one.reason for one in got.refused] == ["no number"]


def test_a_file_without_a_list_says_what_of_it_was_not_read() -> None:
    with pytest.raises(NoTable, match="The sheet “清单” is hidden"):
        read_filings(Document("xlsx", "", (table(("见附件",)),), ("The sheet “清单” is hidden",)), GENAI)
