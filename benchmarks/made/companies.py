"""Who files: a few well-known companies with many filings, and made ones, most of them with one or two."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from benchmarks.made.places import PLACES, Place
from benchmarks.made.words import FIRST, INDUSTRIES, SECOND
from tracker.changes.algorithm_numbers import check_digit

_SHARES = [place.share for place in PLACES]
_BY_CODE = {place.code: place for place in PLACES}
MEMORY = 2000  # how many companies are remembered that filed lately
MOST_PER_YEAR = 999  # what a number's three digits of serial can tell apart


@dataclass(slots=True)
class Company:
    """One entity: where it sits, its applicant's thirteen digits, its brands; how much it filed by type and year."""

    name: str
    place: Place
    applicant: str
    brands: tuple[str, ...]
    filed: dict[str, int] = field(default_factory=dict)

    def algorithm_number(self, type_code: str, year: int) -> str:
        """The number of its next filing, with the right check digit.

        Raises:
            ValueError: it has filed as many in one year as there are serials.
        """
        what = f"{type_code}{year % 100:02d}"
        self.filed[what] = serial = self.filed.get(what, 0) + 1
        if serial > MOST_PER_YEAR:
            raise ValueError(f"{self.name} has no serials left in {year}")
        first = f"{self.applicant}{what}{serial:03d}"
        return f"网信算备{first}{check_digit(first)}号"


# name, province, region, brands: what people look for
_KNOWN = (
    ("北京百度网讯科技有限公司", "110000", "110108", ("文心一言", "百度", "文心", "小度", "千帆")),
    ("深圳市腾讯计算机系统有限公司", "440000", "440305", ("混元", "腾讯", "微信", "元宝")),
    ("北京抖音信息服务有限公司", "110000", "110108", ("抖音", "豆包", "今日头条", "懂车帝")),
    ("广州网易计算机系统有限公司", "440000", "440106", ("网易", "云音乐", "子曰")),
    ("上海商汤智能科技有限公司", "310000", "310104", ("日日新", "商汤", "秒画")),
    ("科大讯飞股份有限公司", "340000", "340104", ("讯飞星火", "讯飞", "星火")),
    ("北京智谱华章科技有限公司", "110000", "110108", ("智谱清言", "清影")),
    ("滴滴出行科技有限公司", "120000", "120116", ("滴滴", "青桔")),
    ("北京快手科技有限公司", "110000", "110108", ("快手", "可灵", "快意")),
    ("阿里云计算有限公司", "330000", "330106", ("通义", "百炼", "钉钉")),
    ("北京三快科技有限公司", "110000", "110108", ("美团", "大众点评")),
    ("小米科技有限责任公司", "110000", "110108", ("小爱", "米家")),
)  # fmt: skip


WELL_KNOWN = frozenset(known[0] for known in _KNOWN)


class Companies:
    """Hands out who files next; the same seed gives the same companies."""

    def __init__(self, chance: random.Random, filings: int) -> None:
        self._chance = chance
        self._names: set[str] = set()
        self._recent: list[Company] = []
        self._codes = 0
        self._known = [self._well_known(*known) for known in _KNOWN]
        # At the real size the first has about 150 filings; a hundredfold history has companies ten times as busy.
        sizes = [160 / rank**0.6 * (filings / 9_900) ** 0.5 for rank in range(1, len(self._known) + 1)]
        self._weights = [sum(sizes[: place + 1]) for place in range(len(sizes))]
        self._busy = min(sum(sizes) / max(filings, 1), 0.3)

    def next(self) -> Company:
        """A well-known one, one that filed lately, or a new one."""
        draw = self._chance.random()
        if draw < self._busy:
            return self._chance.choices(self._known, cum_weights=self._weights)[0]
        again = self._chance.random() * MEMORY
        if draw < 0.45 and again < len(self._recent):
            busy = self._chance.random() < 0.1  # those at the front file again and again, the others once or twice
            return self._recent[int(again * 0.05 if busy else again)]
        company = self._new()
        if len(self._recent) < MEMORY:
            self._recent.append(company)
        else:
            self._recent[int((0.05 + self._chance.random() * 0.95) * MEMORY)] = company
        return company

    def brand(self) -> str:
        """A brand of two characters."""
        chance = self._chance.random
        return FIRST[int(chance() * len(FIRST))] + SECOND[int(chance() * len(SECOND))]

    def _new(self) -> Company:
        place = self._chance.choices(PLACES, _SHARES)[0]
        city, region = self._chance.choice(place.cities)
        brand = self.brand()
        name = self._named(city, brand)
        while name in self._names:
            brand += self._chance.choice(SECOND)
            name = self._named(city, brand)
        self._names.add(name)
        return Company(name, place, self._applicant(region), (brand,))

    def _named(self, city: str, brand: str) -> str:
        industry = self._chance.choice(INDUSTRIES)
        form = self._chance.random()
        if form < 0.62:
            return f"{city}{brand}{industry}有限公司"
        if form < 0.9:
            return f"{brand}（{city}）{industry}有限公司"
        return f"{city}{brand}{industry}股份有限公司"

    def _well_known(self, name: str, province: str, region: str, brands: tuple[str, ...]) -> Company:
        self._names.add(name)
        return Company(name, _BY_CODE[province], self._applicant(region), brands)

    def _applicant(self, region: str) -> str:
        """Codes are scattered over the lower half of the seven digits, each once; the upper half is for corrections."""
        self._codes += 1
        return f"{region}{self._codes * 1_234_567 % 4_999_999:07d}"
