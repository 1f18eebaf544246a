"""What becomes of a filing in a silent re-issue of its list: the row as it is printed then. Pure but for chance.

Each takes the filing as it stands and gives the row of the new file; what that means is for the differ to say.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from benchmarks.made.companies import WELL_KNOWN
from benchmarks.made.words import DOMAINS, FIRST, INDUSTRIES, SECOND
from tracker.changes.algorithm_numbers import check_digit, parse_algorithm_number
from tracker.core.models import Filing

Edit = Callable[[Filing, random.Random], Filing]


def rename_entity(old: Filing, chance: random.Random) -> Filing:
    """The company has another name, and says so where the list has remarks; well-known ones keep theirs."""
    before = old.entity or ""
    industry = max((word for word in INDUSTRIES if word in before), key=len, default="")
    if not industry or before in WELL_KNOWN:
        return rename_service(old, chance)
    other = chance.choice([word for word in INDUSTRIES if word != industry])
    after = before.replace(industry, other, 1)
    return _edited(old, f"原主体名称“{before}”变更为“{after}”", entity=after)


def rename_service(old: Filing, chance: random.Random) -> Filing:
    """The service or algorithm has another name."""
    before = old.name or ""
    after = f"{_brand(chance)}{before[2:]}"
    return _edited(old, f"原算法名称“{before}”变更为“{after}”", name=after)


def add_product(old: Filing, chance: random.Random) -> Filing:
    """One more product; a service has none, and goes on the market under a longer name."""
    brand = f"{_brand(chance)}{chance.choice(DOMAINS)}"
    if old.kind is not None:
        return rename_service(old, chance)
    before = "" if old.product in (None, "--") else f"{old.product}、"
    return _edited(old, f"2026年{chance.randint(5, 9)}月新增产品：{brand}(APP)", product=f"{before}{brand}(APP)")


def remark_model(old: Filing, chance: random.Random) -> Filing:
    """A remark, and no more; a service's list has no remarks, and its entity's name is put right."""
    if old.kind is not None:
        return rename_entity(old, chance)
    return _edited(old, chance.choice(("算法模型变更", "算法安全责任人变更", "主要用途变更")))


def cancel(old: Filing, chance: random.Random) -> Filing:
    """已注销; lists of services have no remarks, and a service gets another name."""
    if old.kind is not None:
        return rename_service(old, chance)
    return replace(old, remark=(remark := "已注销"), raw=old.raw | {"remark": remark})


def renumber(old: Filing, chance: random.Random) -> Filing:
    """A number that was put right: no other filing has one like it."""
    parts = parse_algorithm_number(old.number)
    if parts is None:
        name, _, serial = old.number.rpartition("-")
        number = f"{name}AI-{serial}"
    else:  # the upper half of the applicants' codes is nobody's
        first = f"{parts.region}{int(parts.applicant) + 5_000_000}{parts.type_code}{parts.year}{parts.serial}"
        number = f"网信算备{first}{check_digit(first)}号"
    return replace(old, number=number, raw=old.raw | {"number": number})


# What happens in turn to rows of re-issued lists. "withdrawn": the row is gone; "relisted": the list states a row of
# another list as well.
TURNS: tuple[Edit | Literal["withdrawn", "relisted"], ...] = (
    rename_entity, cancel, renumber, "withdrawn", rename_service, "relisted", add_product, rename_entity, remark_model,
    rename_entity, add_product, rename_service, rename_entity, cancel, rename_entity, add_product, remark_model,
    rename_service, rename_entity, add_product, renumber, rename_entity, "withdrawn", cancel, rename_service,
)  # fmt: skip


def _edited(old: Filing, remark: str, **fields: str) -> Filing:
    """Other fields, and a remark that says so where the list has remarks."""
    stated: dict[str, Any] = fields | ({"remark": remark} if old.kind is None else {})
    return replace(old, **stated, raw=old.raw | stated)


def _brand(chance: random.Random) -> str:
    return chance.choice(FIRST) + chance.choice(SECOND)
