"""The filters of filings and of the change log, declared once for the command line, the API, the pages and Python.

Each is declared by its name, kind, choices, bounds and meaning. Its name is the field of `FilingFilter` or
`ChangeFilter` that it sets; `Words` are folded first, by `query.search`. Every surface chooses from the two tables and
may have a name of its own for a filter (pages say `q` for `search`) or offer fewer choices.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tracker.core.models import FIELDS, ChangeKind, Kind, Status
from tracker.core.series import SERIES
from tracker.query.parameters import Choice, Day, Flag, Number, Parameter, SeriesChoice, Within, Words

Filters = dict[str, Parameter]


def _by_name(*declared: Parameter) -> Filters:
    return {one.name: one for one in declared}


def plain(declared: Filters) -> tuple[str, ...]:
    """Return the names of the filters that a storage filter takes as they are: all but words, which are folded."""
    return tuple(name for name, one in declared.items() if not isinstance(one, Words))


def take(declared: Filters, given: Iterable[tuple[str, object]]) -> dict[str, Any]:
    """Return the values of a Python program as a storage filter expects them; None is "not given".

    Raises:
        OptionError: a value cannot be used.
    """
    return {name: None if value is None else declared[name].take(value) for name, value in given}


series = SeriesChoice(
    name="series", choices=tuple(one.id for one in SERIES), meaning=("系列（哪一类清单）", "Kind of list"),
    example="genai_service", help="Only this series.", metavar="S",
)  # fmt: skip
# The series whose lists state filings; the others cancel them.
listed_series = series.without(*(one.id for one in SERIES if one.cancels))
number = Parameter(
    name="number", longest=150, example="Beijing-WenXinYiYan-20230821",
    meaning=("编号，现用或曾用", "Number assigned by the regulator, current or former"),
)  # fmt: skip
batch = Parameter(
    name="batch", meaning=("批次：清单所属的期，如 2024-04", "Batch: the period of a list, such as 2024-04"),
    example="2024-04", longest=40, help="Only filings whose newest list has this period.", metavar="P",
)  # fmt: skip
_province = Parameter(
    name="province", meaning=("属地，或其名称的一部分", "Place, or a part of its name: 北京"), longest=40,
    example="北京", help="Place, or a part of its name: 北京.", metavar="P",
)  # fmt: skip
entity_id = Number(
    name="entity_id", least=1,
    meaning=("主体的 id（一家公司的所有名称合为一个主体）", "Id of the entity; one id covers all its names"),
)  # fmt: skip
_search = Words(
    name="search", metavar="T",
    meaning=(
        "搜索词：编号、名称、主体、产品、用途、备注，包括旧名；也可用拼音首字母，如 wxyy",
        "Words in current or former numbers, names, entities, products, purposes, remarks; or initials: wxyy",
    ),
    help="Words in current or former numbers, names, entities, products, purposes, remarks; or initials: wxyy.",
)  # fmt: skip
DAYS = _by_name(
    Day(
        name="as_of", is_of_pages=True, help="The state as published by this day.",
        meaning=(
            "截至这一天已公布的状态；空值同省略",
            "State published by the end of this day; empty: same as omitted",
        ),
    ),
    Day(
        name="known_on", is_of_pages=True, help="The state as recorded here by this day.",
        meaning=(
            "仅限截至这一天本站已记录的内容；空值同省略",
            "State recorded here by the end of this day (UTC); empty: same as omitted",
        ),
    ),
)  # fmt: skip

filing_kind = Choice(
    name="kind", choices=tuple(one.value for one in Kind), help="Only this kind of filing.",
    meaning=(
        "备案类别：filed 备案、registered 登记、on_device 端侧",
        "Kind of filing: filed (备案), registered (登记) or on_device (端侧)",
    ),
)  # fmt: skip
status = Choice(
    name="status", choices=tuple(one.value for one in Status), help="Only this status.",
    meaning=(
        "状态：active 有效、cancelled 已注销、withdrawn 已从重新发布的清单中消失",
        "Status: active, cancelled (已注销) or withdrawn (missing from a re-issued list)",
    ),
)  # fmt: skip
FILINGS = _by_name(
    series,
    filing_kind,
    _province,
    status,
    batch,
    Words(
        name="entity", longest=100, example="科技", metavar="T",
        help="Part of any current or former name of the entity.",
        meaning=("主体曾用的任何名称（或其一部分）", "Part of any current or former name of the entity"),
    ),
    entity_id,
    _search,
    Within(
        name="filed_on", example="2023-08", help="Filed on this day, or in this month or year.",
        meaning=(
            "备案时间或登记时间在这一天、月或年之内（仅生成式人工智能的清单载有）",
            "Filed or registered on this day, or in this month or year; only generative-AI lists have this date",
        ),
    ),
    *DAYS.values(),
)  # fmt: skip

changed_field = Choice(
    name="field", choices=("number", "kind", *FIELDS), help="Only changes of this field.",
    meaning=("仅此字段的值有变化的", "Only changes of this field"),
)  # fmt: skip
change_kind = Choice(
    name="kind", choices=tuple(one.value for one in ChangeKind), meaning=("变更类型", "Kind of change"),
    example="added", help="Only this kind of change.",
)  # fmt: skip
CHANGES = _by_name(
    Day(
        name="since", end=False, help="Recorded on this day or later.",
        meaning=("记录于这一天或之后（UTC）", "Recorded on this day or later (UTC)"),
    ),
    Day(
        name="until", help="Recorded on this day or earlier.",
        meaning=("记录于这一天或之前（UTC）", "Recorded on this day or earlier (UTC)"),
    ),
    Day(
        name="published_since", end=False, help="Published on this day or later.",
        meaning=("公布于这一天或之后", "Published on this day or later, by the regulator's dates"),
    ),
    Day(
        name="published_until", help="Published on this day or earlier.",
        meaning=("公布于这一天或之前", "Published on this day or earlier"),
    ),
    series,
    change_kind,
    replace(batch, help="Only the lists of this period, for example 2024-08."),
    replace(_province, help="Only filings of this place; a part of its name is enough: 广东."),
    Choice(
        name="filing_kind", choices=tuple(one.value for one in Kind),
        meaning=("备案类别：filed、registered、on_device", "Kind of filing: filed, registered or on_device"),
    ),
    changed_field,
    entity_id,
    replace(_search, help="Only filings with these words, as in `tracker filings`."),
    Flag(
        name="baseline", help="Only (or without) what the first poll recorded.",
        meaning=(
            "true：仅首次轮询时已有的；false：不含这些",
            "true: only what the first poll recorded; false: everything else",
        ),
    ),
)  # fmt: skip
