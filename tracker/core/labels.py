"""Titles of announcements and labels of attachments: the series, the month and the list that each one names. Pure."""

from __future__ import annotations

import re
import unicodedata

from tracker.core.series import SERIES, Series

# The narrower pattern first: the titles of on_device, and those of provinces, speak of 生成式人工智能服务 as well.
_BY_TITLE = sorted(SERIES, key=lambda s: ("cancellation" not in s.id, not s.ahead_of, s.id != "on_device"))

# （2024年8月）, 2024 年 08 月
_MONTH = re.compile(r"(20\d\d)年(\d{1,2})月")
# （截至2024年3月）, （2024年3月31日）, 截至2024年3月底 in the label of a list that grows
_STATE = re.compile(r"[(]?(?:截[至止]到?)?20\d\d年\d{1,2}月(?:\d{1,2}日|底|末)?[)]?")
# （2024年）, 2024年度, 累计: a round-up repeats rows of earlier batches and only serves to check them
_ROUND_UP = re.compile(r"年度|累计|汇总|[(]20\d\d年[)]")
# Characters of a title or label that are looked at; the patterns take the square of its length.
_LONGEST = 2_000


def fold(text: str) -> str:
    """Return text in the form in which headings and labels are compared: NFKC, without white space. Idempotent."""
    solid = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFKC", solid)  # an accent behind white space has come to stand on a letter


def _of_site(site: str | None) -> list[Series]:
    """Return the series that a page of a site can publish; the site of a province publishes only its own."""
    if site is None:
        return _BY_TITLE
    own = [series for series in _BY_TITLE if series.ahead_of and series.site == site]
    return own or [series for series in _BY_TITLE if not series.ahead_of]


def series_of_title(title: str, site: str | None = None) -> Series | None:
    """Return the series of an announcement with this title on that site, or None."""
    folded = fold(title)[:_LONGEST]
    return next((s for s in _of_site(site) if s.title.search(folded)), None)


def series_of_label(label: str, site: str | None = None) -> Series | None:
    """Return the series of an attachment with this label on that site, or None."""
    folded = fold(label)[:_LONGEST]
    return next((s for s in _of_site(site) if s.label.search(folded)), None)


def period_of(text: str) -> str | None:
    """Return the month that a label or title names, as "2024-08", or None."""
    found = _MONTH.search(fold(text))
    return f"{found[1]}-{int(found[2]):02d}" if found and 1 <= int(found[2]) <= 12 else None


def is_round_up(label: str) -> bool:
    """Return True for a yearly or cumulative list, which repeats earlier batches."""
    return bool(_ROUND_UP.search(fold(label))) and period_of(label) is None


def state_key(label: str) -> str:
    """Return the key of a cumulative list: `label_key` without the month up to which the file goes.

    "附件：广东省生成式人工智能服务已备案信息（截至2024年3月）.xlsx" → "广东省生成式人工智能服务已备案信息"
    """
    return _STATE.sub("", label_key(label)) or label_key(label)


def reach(label: str, title: str, announced: str | None) -> str | None:
    """Return the month up to which a file goes: by its label, else the title or the date of its page."""
    return period_of(label) or period_of(title) or (announced or "")[:7] or None


def label_key(label: str) -> str:
    """Return the key of an attachment: its label folded, without 附件, number and file ending.

    "附件 18：境内互联网信息服务算法备案清单（2026年5月）.docx" → "境内互联网信息服务算法备案清单(2026年5月)"
    """
    return re.sub(r"^附件\d*[::、.]?|\.(?:docx?|pdf|xlsx?|zip)$", "", fold(label), flags=re.I)
