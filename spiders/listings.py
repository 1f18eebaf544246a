"""Parse listings into entries. Pure: no network, no Scrapy, no clock.

In: the text of a listing, its address, the configured bases. Out: `Found`. An empty or garbled listing is never
"nothing new": it raises `LayoutChanged`. An entry about filings that cannot be followed is reported, not dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from spiders.addresses import resolve
from spiders.pages import clean_title, first_text, parse_time, text_of, tree_of, whole
from tracker.core.errors import LayoutChanged, SiteError
from tracker.core.models import Link, Listed
from tracker.core.series import FILING_WORDS

# the file of a notice of beian.cac.gov.cn: …?noticeId=notice_5f1c…
_NOTICE_FILE = "/api/file/fileDownLoad?noticeId="
# http://www.cac.gov.cn/2024-08/05/c_1724541639039621.htm as a notice's whole content; else it is a text
_ADDRESS = re.compile(r"(?:(?:https?:)?//|/)\S+")
_MOST_ROWS = 1000  # the site gives a hundred at most; each costs a look at the history
# 1234 entries in all; a longer number is none
_TOTAL = re.compile(r"\d{1,7}")
# 关于注销“仲帆PreWrite算法”等28个算法备案编号的公告
_CANCELLATION = re.compile("注销")
# <li><h5><a href=//www.cac.gov.cn/… title="…">…</a></h5><div class="times">2026-03-17</div></li>
_COLUMN_ITEMS = "//li[.//h5//a[@href]]"
_COLUMN_TIME = ".//*[contains(concat(' ', normalize-space(@class), ' '), ' times ')]"
# /fwhd/tzgg/202608/t20260807_1350194.shtml, /v/2024/04/4859.html: an article, not a column or a file
_ARTICLE = re.compile(r"\d[^/?#]{0,200}\.s?html?$", re.I)


@dataclass(frozen=True, slots=True)
class Found:
    """The entries of a listing.

    `total` is the number of entries that it states (0: it states none). `outside` holds "title (address)" of entries
    about filings whose address is missing or belongs to another host.
    """

    entries: tuple[Listed, ...]
    total: int
    outside: tuple[str, ...]


@dataclass(slots=True)
class _Sorter:
    """Sort the rows of one listing into entries and rows that cannot be followed."""

    bases: Mapping[str, str]
    channel: str
    url: str
    entries: list[Listed] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def add(self, title: str, href: str, when: str) -> None:
        address = resolve(href, self.url, self.bases)
        if title and address:
            self.entries.append(Listed(address, title, parse_time(when), self.channel))
        elif FILING_WORDS.search(title):
            self.outside.append(f"{title} ({href or 'no address'})")

    def found(self, total: int | None = None) -> Found:
        """Return the result; raise `LayoutChanged` if no row has a title and an address."""
        if not self.entries:
            raise LayoutChanged("no entry of the listing has a title and an address", address=self.url)
        return Found(tuple(self.entries), len(self.entries) if total is None else total, tuple(self.outside))


def parse_json_list(text: str, bases: Mapping[str, str], channel: str, url: str) -> Found:
    """Parse one answer of the listing interface of cac.gov.cn.

    Raises:
        LayoutChanged: the answer has another form, or no entries.
    """
    answer = _object(text, url)
    sorter = _Sorter(bases, channel, url)
    for row in _rows(answer, "list", url):
        sorter.add(clean_title(_text(row, "topic")), _text(row, "infourl"), _text(row, "pubtime"))
    total = _TOTAL.fullmatch(_text(answer, "totalRec"))
    return sorter.found(int(total[0]) if total else 0)


def parse_column(page: str, bases: Mapping[str, str], channel: str, url: str) -> Found:
    """Parse one HTML column page; raise `LayoutChanged` if it has no entries."""
    sorter = _Sorter(bases, channel, url)
    for item in tree_of(page, url).xpath(_COLUMN_ITEMS):
        anchor = item.xpath(".//h5//a[@href]")[0]
        title = clean_title(anchor.get("title") or text_of(anchor))
        sorter.add(title, anchor.get("href", ""), first_text(item, _COLUMN_TIME))
    return sorter.found()


def parse_links(page: str, bases: Mapping[str, str], channel: str, url: str) -> Found:
    """Parse a page of links to articles, whatever its markup: each link with a text and the address of an article.

    The time is the text beside the link, in the same item of a list or table. Links to other hosts are left out,
    because such pages have many of them around the list. Raises `LayoutChanged` if there are no entries.
    """
    sorter = _Sorter(bases, channel, url)
    named: set[str] = set()
    for anchor in tree_of(page, url).xpath("//a[@href]"):
        href, title = anchor.get("href", ""), clean_title(anchor.get("title") or text_of(anchor))
        address = resolve(href, url, bases)
        if title and address and address not in named and _ARTICLE.search(address):
            named.add(address)
            beside = anchor.xpath("ancestor::*[self::li or self::tr or self::dd or self::p or self::div][1]")
            sorter.add(title, href, text_of(beside[0]) if beside else "")
    return sorter.found()


def parse_notices(text: str, bases: Mapping[str, str], channel: str, url: str) -> Found:
    """Parse the notices of beian.cac.gov.cn.

    A notice whose content is an address announces that page. Any other notice has no page of its own and is known by
    its id; a cancellation notice has a file.

    Raises:
        SiteError: the site answers with an error number.
        LayoutChanged: the answer has another form, or no entries.
    """
    answer = _object(text, url)
    if answer.get("errno") != 0:
        said = whole(f"{answer.get('errno')} {answer.get('errmsg') or ''}").strip()
        raise SiteError(f"the notice list answers with error {said}", address=url)
    sorter = _Sorter(bases, channel, url)
    for row in _rows(answer, "datas", url):
        _add_notice(sorter, row)
    return sorter.found()


def _add_notice(sorter: _Sorter, row: dict[str, Any]) -> None:
    title, notice = clean_title(_text(row, "title")), _text(row, "noticeId")
    content, when = _text(row, "content").strip(), _text(row, "createTime")
    cancels = bool(_CANCELLATION.search(title))
    if not cancels and _ADDRESS.fullmatch(content):
        sorter.add(title, content, when)
    elif title and notice:
        files = (Link(_NOTICE_FILE + quote(notice, safe=""), title),) if cancels else ()
        address = f"{sorter.url.partition('?')[0]}#{notice}"
        sorter.entries.append(Listed(address, title, parse_time(when), sorter.channel, files))
    else:
        sorter.add(title, "", when)


def _text(row: Mapping[str, Any], key: str) -> str:
    """A value as text, nothing where there is none."""
    return whole(str(row.get(key) or ""))


def _object(text: str, url: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LayoutChanged("the answer is no JSON", address=url) from error
    if not isinstance(answer, dict):
        raise LayoutChanged("the answer is no JSON object", address=url)
    return answer


def _rows(answer: dict[str, Any], key: str, url: str) -> list[dict[str, Any]]:
    rows = answer.get(key)
    if not isinstance(rows, list) or not rows:
        raise LayoutChanged(f'the listing names nothing (no "{key}")', address=url)
    if len(rows) > _MOST_ROWS:
        raise LayoutChanged(f"the listing names {len(rows)} entries in one answer", address=url)
    return [row if isinstance(row, dict) else {} for row in rows]
