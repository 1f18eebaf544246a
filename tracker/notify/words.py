"""The words of alerts in Chinese and English, and text of the site on one line.

Pure: keys, values and a language in, text out, without line breaks and invisible characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone

from tracker.core.messages import Lang
from tracker.core.series import SERIES

WORDS: dict[str, tuple[str, str]] = {
    # kinds of change, as alerts count and head them (`tracker.core.messages` has them as states: 已注销)
    "added": ("新增", "added"), "amended": ("修改", "amended"), "renumbered": ("改号", "renumbered"),
    "cancelled": ("注销", "cancelled"), "relisted": ("再次列出", "relisted"), "withdrawn": ("撤下", "withdrawn"),
    "restored": ("恢复", "restored"),
    # kinds of filing
    "filed": ("备案", "filed"), "registered": ("登记", "registered"), "on_device": ("端侧备案", "on-device"),
    # phases of an incident
    "began": ("异常", "Incident"), "reminder": ("仍未恢复", "Still open"), "over": ("恢复", "Recovered"),
    # headings
    "changes": ("变更明细", "Changes"),
    "provinces": ("新增属地", "Additions by place"),
    "unclassified_many": ("未分类公告", "Unclassified announcements"),
    "growth": ("各批新增数量：{name}", "Additions per batch: {name}"),
    "unknown_place": ("属地未知", "unknown place"),
    # sentences
    "recorded": ("收录", "recorded"),
    "baseline": (
        "已建立基线：{series} 个系列、{lists} 份清单，{count} 条",
        "Baseline recorded: {series}, {lists}, {count}",
    ),
    "baseline_note": (
        "首次收录的已有清单只报数量；今后的变更逐条通知。",
        "Lists that were there already are told by their counts only; changes from now on are told one by one.",
    ),
    "totals": ("累计：{all}", "Running totals: {all}"),
    "of_which_cancelled": ("（其中已注销 {n} 条）", " ({n} of them cancelled)"),
    "checks": ("核对：{counts}", "Checks: {counts}"),
    "check_ok": ("{n} 项相符", "{n} ok"), "check_off": ("{n} 项不符", "{n} off"),
    "check_not_checkable": ("{n} 项无法核对", "{n} not checkable"),
    "off": ("不符：{check}（{subject}）", "Off: {check} ({subject})"),
    "expected_found": ("应为 {expected}，实为 {found}（{off_by}）", "expected {expected}, found {found} ({off_by})"),
    "since": ("自 {first} 起（北京时间）", "Since {first} Beijing time"),
    "from_to": ("{first} 至 {last}（北京时间）", "From {first} to {last} Beijing time"),
    "left_out": ("另有 {n} 条未列出", "{n} more not listed"),
    "see_all": ("查看全部：", "see all:"),
    "more_lists": (" 等 {n} 批", " and {more}"),
    "items": (" 项", ""),
    "unclassified": ("未分类公告：{title}", "Unclassified announcement: {title}"),
    "unclassified_count": ("未分类公告 {n} 条", "{n}"),
    "unclassified_note": (
        "标题涉及备案，但不属于任何系列；请打开核对。",
        "Their titles speak of filings and fit no series; please have a look.",
    ),
    "unsubscribe": (
        "此消息由订阅“{name}”发出。退订：删除配置中的条目（{entry}）。",
        "Sent for the subscription “{name}”. To unsubscribe, remove its entry of the configuration ({entry}).",
    ),
    "test": (
        "这是一条测试消息：收到它，说明此订阅的渠道可用。",
        "This is a test message: that it arrived shows that this channel works.",
    ),
    "test_subject": ("测试消息 / Test message", "测试消息 / Test message"),
    "nothing": ("没有变更", "no changes"),
    "sent_at": ("{when}（北京时间）", "{when} Beijing time"),
    # punctuation
    "colon": ("：", ": "), "comma": ("，", ", "), "semicolon": ("；", "; "), "list": ("、", ", "),
}  # fmt: skip

# The names of GB/T 2260 as the lists have them; a place that is not among them is shown as it is published.
PLACES = {
    "北京市": "Beijing", "天津市": "Tianjin", "河北省": "Hebei", "山西省": "Shanxi", "内蒙古自治区": "Inner Mongolia",
    "辽宁省": "Liaoning", "吉林省": "Jilin", "黑龙江省": "Heilongjiang", "上海市": "Shanghai", "江苏省": "Jiangsu",
    "浙江省": "Zhejiang", "安徽省": "Anhui", "福建省": "Fujian", "江西省": "Jiangxi", "山东省": "Shandong",
    "河南省": "Henan", "湖北省": "Hubei", "湖南省": "Hunan", "广东省": "Guangdong", "广西壮族自治区": "Guangxi",
    "海南省": "Hainan", "重庆市": "Chongqing", "四川省": "Sichuan", "贵州省": "Guizhou", "云南省": "Yunnan",
    "西藏自治区": "Tibet", "陕西省": "Shaanxi", "甘肃省": "Gansu", "青海省": "Qinghai", "宁夏回族自治区": "Ningxia",
    "新疆维吾尔自治区": "Xinjiang", "台湾省": "Taiwan", "香港特别行政区": "Hong Kong", "澳门特别行政区": "Macao",
}  # fmt: skip

_SERIES = {series.id: series for series in SERIES}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_BEIJING = timezone(timedelta(hours=8))  # no summer time since 1991
_PERIOD = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])(?:-([0-3]\d))?")

_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# Soft hyphen, zero-width space, marks that turn the direction of text, invisible operators and tags.
_UNSEEN = re.compile(
    r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BROKEN = re.compile(r"[\ud800-\udfff\ufffe\uffff]")  # no characters: UTF-8 and XML refuse them
MOST = 300  # characters of one value; the table and the original have all of it


def say(key: str, lang: Lang, **values: object) -> str:
    """A word or sentence of alerts; an unknown key is returned unchanged."""
    pair = WORDS.get(key)
    text = key if pair is None else pair[0 if lang == "zh" else 1]
    return text.format(**values) if values else text


def many(n: int, noun: str, lang: Lang) -> str:
    """Return a number with its English noun ("1 list", "60 lists"); in Chinese the number alone."""
    if lang == "zh":
        return f"{n:,}"
    return f"{n:,} {noun}{'' if n == 1 or noun.endswith('s') else 's'}"


def one_line(value: object, most: int = MOST) -> str:
    """Return a value of the site on one line, cut to a maximum length, without invisible characters."""
    text = _BROKEN.sub("\N{REPLACEMENT CHARACTER}", "" if value is None else str(value))
    text = _BLANK.sub(" ", _UNSEEN.sub("", text)).strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"


def source_name(source: str, lang: Lang) -> str:
    """Return the short name of a series; other sources are returned unchanged."""
    series = _SERIES.get(source)
    if series is None:
        return one_line(source)
    return series.zh_short if lang == "zh" else series.en_short


def counted(series: str, kinds: Mapping[str, int], lang: Lang) -> str:
    """Counts by kind of filing: "71 款备案、26 款登记", "71 filed and 26 registered services"."""
    declared = _SERIES.get(series)
    unit = declared.unit if declared else "条"
    some = [(kind, n) for kind, n in kinds.items() if n]
    if lang == "zh":
        return "、".join(f"{n:,} {unit}{say(kind, lang) if kind else ''}" for kind, n in some)
    noun = "service" if unit == "款" else "filing"
    plural = "" if [n for _, n in some] == [1] else "s"
    return f"{_listed([f'{n:,} {say(kind, lang)}'.strip() for kind, n in some])} {noun}{plural}"


def _listed(texts: Sequence[str]) -> str:
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)


def period_text(period: str | None, lang: Lang) -> str:
    """Return a month or a day in words: 2024年8月, 14 July 2025; other text unchanged."""
    found = _PERIOD.fullmatch(period or "")
    if not found:
        return one_line(period)
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 0)
    if lang == "zh":
        return f"{year}年{month}月" + (f"{day}日" if day else "")
    return (f"{day} " if day else "") + f"{_MONTHS[month - 1]} {year}"


def place_text(place: str | None, lang: Lang) -> str:
    """Return the name of a province in the language; "" is an unknown place."""
    if not place:
        return say("unknown_place", lang)
    return PLACES.get(place, one_line(place)) if lang == "en" else one_line(place)


def beijing_time(instant: str) -> str:
    """Return an instant in UTC as Beijing time to the minute; other text unchanged."""
    try:
        return f"{datetime.fromisoformat(instant).astimezone(_BEIJING):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return one_line(instant)
