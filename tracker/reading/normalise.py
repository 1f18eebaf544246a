"""Text, dates, provinces and numbers of a cell: as they are shown, and as they are compared. Pure.

In: one cell as printed. Out: text, or a date with its note, or a place with its code. Must never: change what a
cell says (wording and punctuation stay as published), or guess at a date that is not one.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

# Compatibility radicals, as some fonts of PDF files give them: ⽂ (U+2F42) for 文
_RADICALS = re.compile("[\u2e80-\u2fdf]")
# Radicals with the look of a whole character for which NFKC knows no other form: ⻓ (U+2ED3) for 长
_LONE = "⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰"
_LONE_RADICALS = dict(zip(_LONE, "民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙", strict=True))
# Zero-width, control and broken characters, but neither tab nor line breaks
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)

_BRACKETS = dict(zip("[]{}【】〔〕〖〗", "()()()()()", strict=True))
_QUOTES = dict.fromkeys("“”„‟〝〞〟「」『』", '"') | dict.fromkeys("‘’‚‛ʼ", "'")
_DASHES = dict.fromkeys("‐‑‒–—―−─⸺", "-")
_NUMBER_MARKS = str.maketrans(_QUOTES | _DASHES)
_MARKS = str.maketrans(_BRACKETS | _QUOTES | _DASHES)
_PRODUCT_BREAKS = "、,;\n"


def tidy(text: str) -> str:
    """Return text for display: white space put in order, the wording and its punctuation as published.

    A line break inside a cell is the printer's, so it vanishes between Chinese characters and is a space
    between Latin ones; directly after a closing bracket it stays, where it separates products.
    """
    text = _INVISIBLE.sub("", _RADICALS.sub(_whole, text))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    pieces: list[str] = []
    for line in filter(None, lines):
        if pieces:
            pieces.append(_joint(pieces[-1][-1], line[0]))
        pieces.append(line)
    return "".join(pieces)


def _whole(radical: re.Match[str]) -> str:
    return _LONE_RADICALS.get(radical[0]) or unicodedata.normalize("NFKC", radical[0])


def _joint(before: str, after: str) -> str:
    if before in ")）]］】〕〗":
        return "\n"
    return " " if _is_latin(before) and _is_latin(after) else ""


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _solid(text: str) -> str:
    """NFKC without white space; a second time, because characters that were apart may now combine."""
    solid = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFKC", solid)


@lru_cache(maxsize=65536)
def _compared(text: str) -> str:
    return _solid(tidy(text)).translate(_MARKS)


@lru_cache(maxsize=65536)
def _compared_products(text: str) -> str:
    # Lines are folded one by one: the break after a closing parenthesis separates products.
    folded = "\n".join(_compared(line) for line in tidy(text).split("\n"))
    return "、".join(sorted(product for product in _split_products(folded) if product))


def _split_products(text: str) -> list[str]:
    """Parts between separators that stand outside parentheses: 甲（APP、网站）、乙 are two."""
    parts, start, depth = [], 0, 0
    for place, char in enumerate(text):
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char in _PRODUCT_BREAKS and not depth:
            parts.append(text[start:place])
            start = place + 1
    # A break inside parentheses is the printer's.
    return [part.replace("\n", "") for part in (*parts, text[start:])]


def comparable(field: str, text: str | None) -> str:
    """A cell as two lists are compared: forms of characters, white space and the order of products do not count."""
    if not text:
        return ""
    return _compared_products(text) if field == "product" else _compared(text)


def parse_number(text: str) -> str:
    """A number as filings are known by it: NFKC, no white space, one sort of dash and apostrophe; case stays."""
    return _solid(_INVISIBLE.sub("", text)).translate(_NUMBER_MARKS)


# 2025年7月 · 2025年7月3日 · 2025 年 07 月 03 日（补登）
_CHINESE_DATE = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})\s*年\s*(?P<month>[0-9]{1,2})\s*月"
    r"(?:\s*(?P<day>[0-9]{1,2})\s*(?:日|$|(?=\()))?(?![/.-]?[0-9])\s*(?P<note>.*)",
    re.S,
)
# 2023/8/31 · 2026/2/24（补登） · 2025-07-03 · 2025.7.3 · 2025-07 · 2025/7/14 00:00:00
_PLAIN_DATE = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})\s*(?P<mark>[/.-])\s*(?P<month>[0-9]{1,2})(?:\s*(?P=mark)\s*(?P<day>[0-9]{1,2}))?"
    r"(?![/.-]?[0-9])(?:[ T]\s*0?0:00(?::00)?)?\s*(?P<note>.*)",
    re.S,
)
# Character for character, so that a place in the folded text is the same place in the printed one
_PRINTED_ALIKE = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20} | {ord(dash): 0x2D for dash in _DASHES}
)


def _match_date(text: str) -> re.Match[str] | None:
    folded = text.translate(_PRINTED_ALIKE)
    return _CHINESE_DATE.fullmatch(folded) or _PLAIN_DATE.fullmatch(folded)


def looks_like_date(text: str) -> bool:
    """Return True for the form of a date, whether or not there is such a day: 2025/2/30."""
    return _match_date(text.strip()) is not None


def parse_date(text: str) -> tuple[str | None, str]:
    """Return an ISO date, as far as it is stated, and the note after it; (None, text) where there is none."""
    text = text.strip()
    found = _match_date(text)
    if not found:
        return None, text
    try:
        known = date(int(found["year"]), int(found["month"]), int(found["day"] or 1))
    except ValueError:
        return None, text
    return known.isoformat() if found["day"] else f"{known:%Y-%m}", text[found.start("note") :].strip()


# GB/T 2260
PROVINCES = {
    "110000": "北京市", "120000": "天津市", "130000": "河北省", "140000": "山西省", "150000": "内蒙古自治区",
    "210000": "辽宁省", "220000": "吉林省", "230000": "黑龙江省", "310000": "上海市", "320000": "江苏省",
    "330000": "浙江省", "340000": "安徽省", "350000": "福建省", "360000": "江西省", "370000": "山东省",
    "410000": "河南省", "420000": "湖北省", "430000": "湖南省", "440000": "广东省", "450000": "广西壮族自治区",
    "460000": "海南省", "500000": "重庆市", "510000": "四川省", "520000": "贵州省", "530000": "云南省",
    "540000": "西藏自治区", "610000": "陕西省", "620000": "甘肃省", "630000": "青海省", "640000": "宁夏回族自治区",
    "650000": "新疆维吾尔自治区", "710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区",
}  # fmt: skip
PROVINCE_SUFFIX = re.compile("(?:壮族自治区|回族自治区|维吾尔自治区|特别行政区|自治区|省|市)$")


def _names_of_provinces() -> dict[str, tuple[str, str]]:
    """In full and in short (广西, 广西自治区). Not any suffix behind any name: 吉林市 is not 吉林省."""
    names: dict[str, tuple[str, str]] = {}
    for code, name in PROVINCES.items():
        short = PROVINCE_SUFFIX.sub("", name)
        spellings = {name, short} | ({f"{short}自治区"} if name.endswith("自治区") else set())
        names |= dict.fromkeys(spellings, (name, code))
    return names


_BY_NAME = _names_of_provinces()


def province(text: str) -> tuple[str, str | None]:
    """Return the full name and GB/T 2260 code of a place; other names (国资委) unchanged."""
    return _BY_NAME.get(_solid(tidy(text)), (tidy(text), None))


def province_of_number(number: str) -> tuple[str, str] | None:
    """The province whose region code begins an algorithm number: 网信算备110108… is 北京市."""
    found = re.match(r"网信算备([0-9]{2})", number)
    code = f"{found[1]}0000" if found else ""
    return (PROVINCES[code], code) if code in PROVINCES else None
