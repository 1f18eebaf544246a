"""Where those who file sit: provinces by their share of the real lists, their cities and region codes."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.reading.normalise import PROVINCE_SUFFIX, PROVINCES


@dataclass(frozen=True, slots=True)
class Place:
    """A province: `code` (GB/T 2260), its `share` of a thousand filings, (city, region code) pairs."""

    code: str
    share: int
    cities: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Its name as lists print it."""
        return PROVINCES[self.code]

    @property
    def short(self) -> str:
        """北京, 广西."""
        return PROVINCE_SUFFIX.sub("", self.name)


PLACES = (
    Place("110000", 300, (("北京", "110108"), ("北京", "110105"), ("北京", "110115"))),
    Place("440000", 180, (("深圳", "440305"), ("广州", "440106"), ("东莞", "441900"), ("珠海", "440402"))),
    Place("310000", 130, (("上海", "310115"), ("上海", "310106"), ("上海", "310112"))),
    Place("330000", 100, (("杭州", "330110"), ("杭州", "330108"), ("宁波", "330203"))),
    Place("320000", 70, (("南京", "320114"), ("苏州", "320505"), ("无锡", "320214"))),
    Place("510000", 32, (("成都", "510107"),)),
    Place("370000", 26, (("济南", "370102"), ("青岛", "370202"))),
    Place("350000", 26, (("厦门", "350203"), ("福州", "350102"))),
    Place("420000", 22, (("武汉", "420111"),)),
    Place("340000", 20, (("合肥", "340104"),)),
    Place("500000", 18, (("重庆", "500112"),)),
    Place("430000", 16, (("长沙", "430104"),)),
    Place("120000", 14, (("天津", "120116"),)),
    Place("610000", 10, (("西安", "610113"),)),
    Place("410000", 8, (("郑州", "410104"),)),
    Place("130000", 5, (("石家庄", "130102"),)),
    Place("460000", 5, (("海口", "460105"),)),
    Place("360000", 4, (("南昌", "360113"),)),
    Place("520000", 3, (("贵阳", "520102"),)),
    Place("210000", 3, (("沈阳", "210102"),)),
    Place("450000", 2, (("南宁", "450103"),)),
    Place("530000", 1, (("昆明", "530102"),)),
    Place("220000", 1, (("长春", "220102"),)),
    Place("230000", 1, (("哈尔滨", "230103"),)),
    Place("140000", 1, (("太原", "140105"),)),
    Place("650000", 1, (("乌鲁木齐", "650104"),)),
    Place("150000", 1, (("呼和浩特", "150105"),)),
)
