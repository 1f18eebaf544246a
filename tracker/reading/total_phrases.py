"""The words and days with which announcements state totals. Pure.

First the patterns, each with an example; they expect folded text (`series.fold`). Then the days that a total is about:
up to a day, or within a period. In: a date or period as the patterns find it. Out: ISO days, or None where the text
leaves them open or the calendar has no such day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.reading.normalise import PROVINCES

# 。 ends a sentence, and so does a blank line; a single line break may be the printer's
SENTENCE_END = re.compile(r"[。｡!！?？]|\n[^\S\n]*\n")
# 《生成式人工智能服务管理暂行办法》, “仲帆PreWrite算法”: dates and words inside say nothing about counts
NAMED = re.compile(r"《[^《》]*》|[“\"][^“”\"]*[”\"]")
# (其中2025年新增446款生成式人工智能服务完成备案)
BRACKETED = re.compile(r"\([^()]*\)")
# 累计有748款…完成备案,435款…完成登记;2026年1月至2月,新增48款
CLAUSE_BREAK = re.compile(r"[,;:、]")

# 目前, 公告发布之日
NOW = re.compile(r"目前|今日|今天|(?:本?(?:公告|消息))?发布之?日")
# 2025年12月31日 · 2025-12-31 · 2026年2月底 · 2025年底 · 今年2月28日 · 4月30日
AS_OF = re.compile(
    r"(?:(?P<year>20\d\d)[年/.-]|(?P<this_year>今年|本年))(?:年?[底末]|(?P<month>\d{1,2})(?:月份?[底末]?|[月/.-](?P<day>\d{1,2})日?))"
    r"|(?P<bare_month>\d{1,2})月(?:份?[底末]?|(?P<bare_day>\d{1,2})日)"
)
_TO = r"[至到‐‑‒–—―−~～-]+"
# 2026年1月至2月 · 2026年3月-4月 · 2026年1-2月 · 2025年11月至2026年1月 · 2026年1月1日至2月28日
# 2025年全年 · 2024年 · 2025年上半年 · 2025年第一季度 · 2026年1月
PERIOD = re.compile(
    r"[自从]?(?P<year>20\d\d)年(?:(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度"
    rf"|(?P<month>\d{{1,2}})(?:月份?(?:(?P<day>\d{{1,2}})日)?)?{_TO}"
    r"(?:(?P<year2>20\d\d)年)?(?P<month2>\d{1,2})月份?(?:(?P<day2>\d{1,2})日)?"
    r"|(?P<whole_month>\d{1,2})月份?|全年|年?度)?"
)
# 2025年1月7日, 3月, 去年: other words for days, after which the days read before no longer hold
_OTHER_DATE = (
    r"20\d\d年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月(?:\d{1,2}日)?|[今去本当前]年|[本上当]月|同期|以来|此前|此后"
)
# 新增48款, 共105款, 国家网信办新增, 新增登记68款: what may stand between a period and the count it is about
_LEAD = (
    r"(?:期间|[内间]|[,:、]|国家网信办|国家互联网信息办公室|各?地方?网信办|网信部门|全国|我国|境内"
    r"|新增加?|新|已|又|另|共计?|累计|合计|总计|有|备案|登记)*"
)
# 748款, 1,105款, 395个; 近490款 is rough
_COUNT = r"(?P<rough>超过?|近|约|逾|突破|不足|至少|第)?(?<![\d.])(?P<count>\d{1,3}(?:,\d{3})+|\d+)(?P<unit>[款个项])"


def _bare(pattern: str) -> str:
    """Return a pattern without the names of its groups."""
    return re.sub(r"\?P<\w+>", "?:", pattern)


# What a sentence is made of: dates, 其中, the ends of its parts, counts
MARK = re.compile(
    rf"(?P<date>(?P<as_of>截[至止][到至]?)(?:(?P<day>{NOW.pattern}|{_bare(AS_OF.pattern)})(?![\d年月日]))?"
    rf"|(?<!截至)(?<!截止)(?<!止[到至])(?P<period>{_bare(PERIOD.pattern)})(?={_LEAD}{_bare(_COUNT)})"
    rf"|{_OTHER_DATE})|(?P<part>其中)|(?P<end>;)|{_COUNT}"
)

# 完成备案和登记, 备案登记: a sum of both, of which neither is known
_NOT_BOTH = r"(?!(?:[和及或、/与]|以及)?(?:完成)?(?:备案|登记))"
_WORD = r"(?:(?!备案|登记)[^,;、])"
VERBS_AFTER = (
    # 款生成式人工智能应用或功能在地方网信办完成登记, 款服务完成国家网信办备案
    re.compile(rf"(?P<noun>[^;]*?)(?:完成|通过)了?{_WORD}{{0,10}}(?P<verb>备案|登记){_NOT_BOTH}"),
    # 238款备案
    re.compile(rf"(?P<noun>{_WORD}*)(?P<verb>备案|登记){_NOT_BOTH}(?=[,;、和及与]|以及|$)"),
)
# 新增登记68款, 备案服务达到了238款
VERB_BEFORE = re.compile(
    r"(?P<verb>备案|登记)的?(?P<noun>(?:生成式人工智能|大?模型|服务|应用或?|功能|算法|产品)*)"
    r"(?:数量|总[数量]|共|累计|新增|已|达到?了?|为|有)*$"
)
# 生成式人工智能服务, 应用或功能, 算法; 31个省(区、市) and 60家单位 are not filings
COUNTED = re.compile("算法|服务|模型|应用|功能|产品|生成式人工智能")
# 尚未完成备案, 注销28个算法备案
NOT_DONE = re.compile("注销|撤销|下架|取消|[未拟]|正在|申请|计划|预计|提交|驳回|不予")
# 北京市共有51款
ELSEWHERE = re.compile("|".join(name[:2] for name in PROVINCES.values()) + "|[我本全][省市区]")
# 新增48款, 本次公布117款: not a total since ever
NEW = re.compile("新|[本此][次批]|首批|又")
# 累计有748款: not a number of a period
CUMULATIVE = re.compile("累计|总计|合计|总数")


# 2026-03-17, 2026-03-17T19:36
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
# A statement about a day without a year is about one of the last months.
LONG_AGO = timedelta(days=183)
_QUARTERS = dict(zip("一二三四1234", (1, 2, 3, 4) * 2, strict=True))


@dataclass(frozen=True, slots=True)
class Span:
    """Days up to and including `until`, from `since` on or from ever; both ISO."""

    until: str
    since: str | None = None


def read_as_of(text: str, published_on: str | None) -> Span | None:
    """Return the day of 截至…, for a month its last: 2025年12月31日, 2026年2月底, 今年2月28日, 4月30日, 目前.

    今年 and a missing year are read from the day of publication: 12月31日 in January is last year's.
    """
    today = _published(published_on)
    if NOW.fullmatch(text):
        return Span(today.isoformat()) if today else None
    found = AS_OF.fullmatch(text)
    if not found:
        return None
    month, day = int(found["month"] or found["bare_month"] or 12), int(found["day"] or found["bare_day"] or 0)
    until = _day(int(found["year"]), month, day) if found["year"] else _latest(today, month, day)
    return Span(until.isoformat()) if until else None


def _latest(today: date | None, month: int, day: int) -> date | None:
    """The latest such day that is not after today; None where that is long ago, for then another one is meant."""
    if today is None:
        return None
    days = (_day(year, month, day) for year in (today.year, today.year - 1))
    return next((found for found in days if found and timedelta(0) <= today - found <= LONG_AGO), None)


def read_period(text: str) -> Span | None:
    """Return the days of a period: 2026年1月至2月, 2025年11月至2026年1月, 2025年全年, 2025年上半年, 2025年第一季度."""
    found = PERIOD.fullmatch(text)
    if not found:
        return None
    first, last = _months(found)
    since = _day(int(found["year"]), first, int(found["day"] or 1))
    until = _day(int(found["year2"] or found["year"]), last, int(found["day2"] or 0))
    if since is None or until is None or since > until:
        return None
    return Span(until.isoformat(), since.isoformat())


def _months(found: re.Match[str]) -> tuple[int, int]:
    """Return the first and the last month of a period."""
    if month := found["month"] or found["whole_month"]:
        return int(month), int(found["month2"] or month)
    if found["half"]:
        return (1, 6) if found["half"] == "上" else (7, 12)
    if found["quarter"]:
        quarter = _QUARTERS[found["quarter"]]
        return quarter * 3 - 2, quarter * 3
    return 1, 12


def _day(year: int, month: int, day: int) -> date | None:
    """A day, the month's last for day 0; None where the calendar has no such day."""
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError:  # which an illegal month is, too
        return None


def _published(published_on: str | None) -> date | None:
    found = _ISO_DAY.match(published_on or "")
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
