"""The rows of made lists: services and algorithms with natural names, well-formed numbers, and remarks now and then."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from pypinyin import lazy_pinyin

from benchmarks.made.companies import Companies, Company
from benchmarks.made.lists import MadeList
from benchmarks.made.words import CATEGORIES, DOMAINS, PRODUCT_FORMS, SCENARIOS, SYNTHESES
from tracker.core.models import Filing, Kind, Place

ROWS_PER_PAGE = 11
# A thousand rows of the real lists hold about six remarks 已注销 and forty of other changes.
CANCELLED, REMARKED = 0.006, 0.04
FILED, REGISTERED = ("大模型", "", "智能创作"), ("助手", "智能体", "顾问")  # how names of services end
_CATEGORY_SHARES = [share for _, _, share, _ in CATEGORIES]


class FilingMaker:
    """Makes the rows of list after list; the same seed gives the same rows."""

    def __init__(self, chance: random.Random, filings: int) -> None:
        self._chance = chance
        self._companies = Companies(chance, filings)
        self._sequence: Counter[Kind | None] = Counter()  # 序号 of genai_service runs on from list to list
        self._serial: Counter[tuple[str, str]] = Counter()

    def rows(self, made: MadeList, marks_cancelled: bool) -> Iterator[Filing]:
        """The rows of one list in its order; with `marks_cancelled` some say that they are cancelled."""
        for table, (kind, count) in enumerate(made.counts.items(), 1):
            days = _filing_days(made.period, count) if kind else None
            for n in range(count):
                if days is None:
                    yield self._algorithm(made, n + 1, marks_cancelled)
                else:
                    self._sequence[kind] += 1
                    yield self._service(made, kind, n + 1, table, self._chance.choice(days[n * len(days) // count]))

    def _service(self, made: MadeList, kind: Kind | None, n: int, table: int, filed: date) -> Filing:
        company = self._companies.next()
        brand, domain = self._brand(company), self._chance.choice(DOMAINS)
        registered = kind is Kind.REGISTERED
        name = f"{brand}{domain}{self._chance.choice(REGISTERED if registered else FILED)}"
        number = self._service_number(company, name, filed, "S" if registered else "")
        sequence = str(self._sequence[kind] if made.series == "genai_service" else n)
        raw = {
            "sequence": sequence, "province": company.place.name, "name": name, "entity": company.name,
            "number": number, "filed_on": f"{filed.year}/{filed.month}/{filed.day}",
        }  # fmt: skip
        scenario = self._chance.choice(SCENARIOS) if kind is Kind.ON_DEVICE else None
        if scenario:
            raw["scenario"] = scenario
        return Filing(
            series=made.series, kind=kind, number=number, sequence=sequence, name=name, entity=company.name,
            province=company.place.name, province_code=company.place.code, scenario=scenario,
            filed_on=filed.isoformat(), place=Place(table, n + 1, (n - 1) // ROWS_PER_PAGE + 1), raw=raw,
        )  # fmt: skip

    def _service_number(self, company: Company, name: str, filed: date, mark: str) -> str:
        """Guangdong-ZhongKeKaiZe-202604200149, Beijing-BianYing-20240428S0001: of the day it was asked for."""
        asked = filed - timedelta(days=20 + int(self._chance.random() * 60))
        prefix = f"{_pinyin(company.place.short, each=False)}-{_pinyin(name)}-{asked:%Y%m%d}{mark}"
        region = company.place.short
        self._serial[region, mark] += 1
        serial = self._serial[region, mark] % 10_000
        # Serials begin anew after 9,999; a number of the same day and name moves on to the next of its own.
        self._serial[prefix, str(serial)] += 1
        return f"{prefix}{(serial + 7 * (self._serial[prefix, str(serial)] - 1)) % 10_000:04d}"

    def _algorithm(self, made: MadeList, n: int, marks_cancelled: bool) -> Filing:
        company = self._companies.next()
        brand, domain = self._brand(company), self._chance.choice(DOMAINS)
        year = int(made.period[:4]) - (self._chance.random() < 0.2)
        product = self._product(brand, domain)
        if made.series == "deep_synthesis":
            task, given, result = self._chance.choice(SYNTHESES)
            number, middle = company.algorithm_number("01", year), task
            role = "服务提供者" if product != "--" else "服务技术支持者"
            extra = {"role": role}
            purpose = f"应用于{domain}{task}场景，根据用户输入的与{domain}相关的{given}，生成{result}。"
        else:
            category, code, _, use = self._chance.choices(CATEGORIES, _CATEGORY_SHARES)[0]
            number, middle = company.algorithm_number(code, year), category.removesuffix("类")
            extra = {"category": category}
            purpose = f"应用于{domain}场景，{use.format(domain=domain)}。"
        name = f"{brand}{domain}{middle}算法{'-2' if self._chance.random() < 0.06 else ''}"
        remark = self._remark(name, company, product, made.period, marks_cancelled)
        raw = {
            "sequence": str(n), "name": name, **extra, "entity": company.name, "product": product,
            "purpose": purpose, "number": number,
        } | ({"remark": remark} if remark else {})  # fmt: skip
        return Filing(
            series=made.series, kind=None, number=number, sequence=str(n), name=name, entity=company.name,
            province=company.place.name, province_code=company.place.code, category=extra.get("category"),
            role=extra.get("role"), product=product, purpose=purpose, remark=remark, place=Place(1, n + 1), raw=raw,
        )  # fmt: skip

    def _brand(self, company: Company) -> str:
        """One of the company's own, or another."""
        return self._chance.choice(company.brands) if self._chance.random() < 0.75 else self._companies.brand()

    def _product(self, brand: str, domain: str) -> str:
        """What the algorithm is used in; -- where it is handed to other companies."""
        draw = self._chance.random()
        if draw < 0.2:
            return "--"
        forms = self._chance.sample(PRODUCT_FORMS[:4], 1 + int(draw * 3))
        return "、".join(f"{brand}{domain}({form})" for form in forms)

    def _remark(self, name: str, company: Company, product: str, period: str, marks_cancelled: bool) -> str | None:
        draw = self._chance.random()
        if marks_cancelled and draw < CANCELLED:
            return "已注销"
        if draw > REMARKED:
            return None
        brand = self._companies.brand()
        choices = (
            f"原主体名称“{_former_name(company.name, brand)}”变更为“{company.name}”",
            f"原算法名称“{brand}{name[2:]}”变更为“{name}”",
            f"{int(period[:4]) + 1}年{1 + len(name) % 12}月新增算法使用产品：{brand}(APP)",
            f"产品名称由“{brand}”变更为“{product.split('(')[0]}”" if product != "--" else "产品变更",
            "算法模型变更",
            "算法安全责任人变更",
        )
        return choices[int(self._chance.random() * len(choices))]


def _former_name(name: str, brand: str) -> str:
    """A name that a company may have had before: 北京云智科技有限公司, 云智（北京）科技有限公司."""
    return f"{brand}{name[2:]}" if name[2] == "（" else f"{name[:2]}{brand}{name[4:]}"


def _filing_days(period: str, count: int) -> list[list[date]]:
    """The days on which the rows of a list were filed, in order: the months before its period.

    Of the first list (2024-04) 64 rows in 117 are of 2023, and many of one day in March 2024.
    """
    start = date(int(period[:4]), int(period[5:7]), 1)
    if period == "2024-04":
        early = [[date(2023, 8, 31) + timedelta(days=n) for n in range(110)]] * (64 * count // 117)
        late = [[date(2024, 3, 28)] * 10 + [date(2024, 1, 10) + timedelta(days=n) for n in range(75)]]
        return early + late * (count - len(early))
    return [[start - timedelta(days=n) for n in range(1, 41)]]


@lru_cache(maxsize=65536)
def _pinyin(text: str, *, each: bool = True) -> str:
    """WenXinYiYan; Beijing where not `each` syllable has its capital."""
    syllables = lazy_pinyin(text)
    return "".join(map(str.capitalize, syllables)) if each else "".join(syllables).capitalize()
