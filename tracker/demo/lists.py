"""The lists of the demo, from the published facts in `facts/`: the rows as the regulator listed them."""

from __future__ import annotations

import csv
import re
from importlib import resources

from tracker.demo.files import TableSpec

FILED = ("序号", "属地", "模型名称", "备案单位", "备案号", "备案时间")
REGISTERED = ("序号", "属地", "应用/功能名称", "登记单位", "上线编号", "登记时间")
ALGORITHMS = ("序号", "算法名称", "角色", "主体名称", "应用产品", "主要用途", "备案编号", "备注")
NOTICE = ("序号", "算法名称", "角色/类别", "主体名称", "应用产品", "主要用途", "备案编号", "注销时间")
_GENAI_FIELDS = ("sequence", "province", "name", "entity", "number", "filed_on")


def genai_list(period: str) -> list[TableSpec]:
    """Return the tables of a `genai_service` list: filed, and registered if there are any."""
    rows = _facts(f"genai/{period}.csv")
    kinds = (
        ("filed", FILED, "生成式人工智能服务已备案信息"),
        ("registered", REGISTERED, "生成式人工智能服务已登记信息"),
    )
    specs = []
    for kind, headings, title in kinds:
        cells = tuple(tuple(row[name] for name in _GENAI_FIELDS) for row in rows if row["kind"] == kind)
        if cells:
            specs.append(TableSpec(title, headings, cells))
    return specs


def cancelled_algorithms() -> tuple[TableSpec, TableSpec]:
    """Return lists of the algorithms that the first two notices cancel: synthesis, recommendation.

    The type code in the number distinguishes them: 01 is 生成合成.
    """
    rows = _facts("cancellations.csv")
    synthesis = [row for row in rows if re.match(r"网信算备\d{13}01", row["number"])]
    recommendation = [row for row in rows if row not in synthesis]
    return _algorithms(synthesis, "角色"), _algorithms(recommendation, "算法类别")


def _algorithms(rows: list[dict[str, str]], column: str) -> TableSpec:
    cells = tuple(
        (str(n), row["name"], row["role_or_category"], row["entity"], row["product"], "", row["number"], "")
        for n, row in enumerate(rows, 1)
    )
    return TableSpec("", tuple(column if heading == "角色" else heading for heading in ALGORITHMS), cells)


def cancellation_notice(day: str) -> TableSpec:
    """Return the table of the notice of that day."""
    rows = [row for row in _facts("cancellations.csv") if row["notice_date"] == day]
    names = ("name", "role_or_category", "entity", "product")
    cells = tuple(
        (str(n), *(row[name] for name in names), "", row["number"], row["cancelled"]) for n, row in enumerate(rows, 1)
    )
    return TableSpec("", NOTICE, cells)


def _facts(path: str) -> list[dict[str, str]]:
    text = resources.files("tracker.demo").joinpath("facts", path).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
