"""Write pages and listings as the regulator's sites write them. Pure.

In: pages, entries and notices. Out: HTML and JSON with the quirks of the real ones: unquoted attributes,
protocol-relative links, labels split by inner tags, entities in topics.
"""

from __future__ import annotations

import html
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from tracker.demo.faults import FaultName

CAC_HOST = "www.cac.gov.cn"


@dataclass(slots=True)
class File:
    """An offered attachment; the token in its address changes when its bytes are replaced."""

    label: str
    token: str
    body: bytes


@dataclass(slots=True)
class Article:
    """An announcement page."""

    path: str
    title: str
    published_at: str  # 2026-03-17 19:36
    text: str = ""
    files: list[File] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a column."""

    title: str
    path: str
    when: str
    channel: str


@dataclass(slots=True)
class Notice:
    """A notice of beian.cac.gov.cn: with a file, or with the address of an announcement as its content."""

    id: str
    title: str
    created: str
    content: str
    body: bytes = b""
    type: int = 1


def file_target(file: File) -> str:
    """Return path and query of a file; the escapes of the label are in lower case, as on the real site."""
    label = "".join(f"%{byte:02x}" if byte > 127 else quote(chr(byte)) for byte in file.label.encode())
    return f"/cms/pub/interact/downloadfile.jsp?filepath={file.token}&fText={label}"


def article_html(article: Article, faults: Collection[FaultName] = ()) -> bytes:
    """Return an announcement page."""
    charset = "utf-8"
    if FaultName.GB18030 in faults:
        charset = "gb2312"
    elif FaultName.WRONG_CHARSET in faults:
        charset = "iso-8859-1"
    files = article.files[:-1] if FaultName.FEWER_LINKS in faults else article.files
    links = "\n".join(_file_line(number, file) for number, file in enumerate(files, 1))
    title = "" if FaultName.NO_TITLE in faults else f'<h1 class="title">{html.escape(article.title)}</h1>'
    text = _paragraphs(article.text)
    body = "" if FaultName.NO_BODY in faults else f"<DIV id=BodyLabel>{text}{links}</DIV>"
    when = f'<span id="pubtime">{_chinese_time(article.published_at)}</span>'
    page = f"""<!DOCTYPE html>
<html lang=zh-CN><head><meta charset={charset}><title>{html.escape(article.title)}_中央网信办</title>
<script src=//{CAC_HOST}/js/main.js></script></head>
<body><div class=nav><a href=//{CAC_HOST}/index.htm>首页</a> <a href=/about.pdf>网站说明</a></div>
<div class="main-content">{title}
<div class=info>{when} <span id="source">来源：中国网信网</span></div>
{body}
</div><div class="footer">版权所有 中央网络安全和信息化委员会办公室</div></body></html>
"""
    return page.encode("gb18030" if FaultName.GB18030 in faults else "utf-8")


def column_html(entries: Iterable[Entry]) -> bytes:
    """Return a column page."""
    lines = "\n".join(
        f'<li><h5><a href=//{CAC_HOST}{entry.path} title="{html.escape(entry.title)}">'
        f"{html.escape(entry.title)}</a></h5><div class=\"times\">{entry.when[:10]}</div></li>"
        for entry in entries
    )
    head = "<!DOCTYPE html><html><head><meta charset=utf-8></head>"
    return f"{head}<body><ul id=loadingInfoPage>{lines}</ul></body></html>".encode()


def json_list(entries: list[Entry], *, per_page: int, number: int) -> bytes:
    """Return one page of the listing interface."""
    start = (number - 1) * per_page
    rows = [
        {
            "topic": _topic(entry.title),
            "infourl": f"//{CAC_HOST}{entry.path}",
            "pubtime": _with_seconds(entry.when),
        }
        for entry in entries[start : start + per_page]
    ]
    return json.dumps({"list": rows, "totalRec": len(entries)}, ensure_ascii=False).encode()


def notice_list(notices: Iterable[Notice]) -> bytes:
    """Return the notice list."""
    rows = [
        {
            "noticeId": notice.id,
            "type": notice.type,
            "title": notice.title,
            "content": notice.content,
            "createTime": _with_seconds(notice.created),
        }
        for notice in notices
    ]
    return json.dumps({"errno": 0, "errmsg": "成功", "datas": rows}, ensure_ascii=False).encode()


def _file_line(number: int, file: File) -> str:
    """Return a link whose label is split by inner tags, as the editor of the site leaves it."""
    href = html.escape(file_target(file), quote=False)
    cut = len(file.label) // 2
    first, rest = html.escape(file.label[:cut]), html.escape(file.label[cut:])
    # every other line quotes its attribute
    attribute = f'"{href}"' if number % 2 else href
    return f"<P><A href={attribute} target=_blank>{first}<SPAN lang=EN-US>{rest}</SPAN></A></P>"


def _topic(title: str) -> str:
    return f"<font color='#ff0000'>{html.escape(title[:2])}</font>{html.escape(title[2:])}"


def _paragraphs(text: str) -> str:
    lines = (text or "现将有关信息予以公告。").splitlines()
    return "".join(f"<p>　　{html.escape(line)}</p>" for line in lines)


def _chinese_time(when: str) -> str:
    date, _, hour = when.replace("T", " ").partition(" ")
    year, month, day = date.split("-")
    return f"{year}年{month}月{day}日 {hour or '10:00'}"


def _with_seconds(when: str) -> str:
    date, _, hour = when.replace("T", " ").partition(" ")
    return f"{date} {(hour or '10:00')[:5]}:00"
