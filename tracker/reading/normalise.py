"""Text, dates, provinces and numbers of a cell: as they are shown, and as they are compared. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Compatibility radicals, as some fonts of PDF files give them: ⽂ (U+2F42) for 文
_RADICALS = re.compile("[\u2e80-\u2fdf]")
# Zero-width and control characters, but neither tab nor line breaks
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffe]"
)
_BREAK = re.compile(r"[ \t\u00a0\u3000]*(?:\r\n|[\r\n\u2028\u2029])\s*")
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u3000]+")

_BRACKETS = str.maketrans("[]{}【】〔〕〖〗", "()()()()()")
_QUOTES = dict.fromkeys("“”„‟＂「」『』", '"') | dict.fromkeys("‘’‚‛", "'")
_MARKS = str.maketrans(_QUOTES | dict.fromkeys("‐‑‒–—―−", "-"))
# 、 and commas between products, but not those inside parentheses
_PRODUCT_BREAK = re.compile(r"[、,;](?![^()]*\))")


def tidy(text: str) -> str:
    """Text for display: white space put in order, the wording and its punctuation as published.

    A line break inside a cell is the printer's, so it vanishes between Chinese characters and is a space
    between Latin ones; directly after a closing parenthesis it stays, for there it separates products.
    """
    text = _INVISIBLE.sub("", _RADICALS.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)).strip()
    text = _BREAK.sub(lambda m: _joint(text[m.start() - 1], text[m.end() : m.end() + 1]), text)
    return _BLANKS.sub(" ", text).strip()


def _joint(before: str, after: str) -> str:
    if before in ")）":
        return "\n"
    return " " if _is_latin(before) and _is_latin(after) else ""


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


@lru_cache(maxsize=65536)
def _compared(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text.translate(_BRACKETS)).translate(_MARKS)
    return re.sub(r"\s+", "", _INVISIBLE.sub("", folded))


@lru_cache(maxsize=65536)
def _compared_products(text: str) -> str:
    lines = (_compared(line) for line in text.split("\n"))
    return "、".join(sorted(p for line in lines for p in _PRODUCT_BREAK.split(line) if p))


def comparable(field: str, text: str | None) -> str:
    """A cell as two lists are compared: forms of characters, white space and the order of products do not count."""
    if not text:
        return ""
    return _compared_products(text) if field == "product" else _compared(text)


def parse_number(text: str) -> str:
    """A number as filings are known by it: NFKC, no white space, one sort of dash and apostrophe; case stays."""
    return _INVISIBLE.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))).translate(_MARKS)


# 2023/8/31 · 2026/2/24（补登） · 2025年7月 · 2025年7月3日 · 2025-07-03 · 2025.7.3 · 2025/7/14 00:00:00
_DATE = re.compile(
    r"(\d{4})\s*[/年.-]\s*(\d{1,2})(?:\s*[/月.-]\s*(\d{1,2})(?:\s*日)?|\s*月)?(?:\s+0?0:00(?::00)?)?\s*(.*)", re.S
)


def parse_date(text: str) -> tuple[str | None, str]:
    """An ISO date, as far as it is stated, and the note behind it; (None, text) where there is none."""
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return None, text
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
    days = (31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day <= days[month - 1]:
        return None, text
    return f"{year}-{month:02d}" + (f"-{day:02d}" if found[3] else ""), found[4].strip()


# GB/T 2260, the two first digits and the full name
PROVINCES = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区", "21": "辽宁省",
    "22": "吉林省", "23": "黑龙江省", "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省", "35": "福建省",
    "36": "江西省", "37": "山东省", "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省",
    "45": "广西壮族自治区", "46": "海南省", "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省",
    "54": "西藏自治区", "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区", "71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区",
}  # fmt: skip
_SUFFIX = re.compile("(?:壮族自治区|回族自治区|维吾尔自治区|特别行政区|自治区|省|市)$")
_BY_NAME = {_SUFFIX.sub("", name): (name, f"{code}0000") for code, name in PROVINCES.items()}


def province(text: str) -> tuple[str, str | None]:
    """The full name and GB/T 2260 code of a place; a name that is none of a province (国资委) as it stands."""
    name = re.sub(r"\s+", "", tidy(text))
    return _BY_NAME.get(_SUFFIX.sub("", name), (name, None))


def province_of_number(number: str) -> tuple[str, str] | None:
    """The province whose region code begins an algorithm number: 网信算备110108… is 北京市."""
    found = re.match(r"网信算备(\d\d)", number)
    name = PROVINCES.get(found[1]) if found else None
    return (name, f"{found[1]}0000") if found and name else None
