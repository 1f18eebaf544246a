"""The site of a province's office in the stand-in: pages in the form of government sites, files as plain links.

In: what the office publishes. Out: answers on a host of its own. No real page was available: the markup follows the
guidance for government sites (meta elements) around a body from an editor.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from tracker.demo.faults import Answer
from tracker.demo.server import Hit, Host

_HTML = {"Content-Type": "text/html; charset=utf-8"}
_FILE = {"Content-Type": "application/octet-stream"}


@dataclass(slots=True)
class ProvincePage:
    """An announcement: its files as (label, name of the file beside the page)."""

    title: str
    published_at: str
    text: str
    files: list[tuple[str, str]] = field(default_factory=list)


class ProvinceSite:
    """The site of one office. Every method may be called while requests are answered."""

    def __init__(self, site: str, hang_seconds: float = 30.0) -> None:
        self.robots = "User-agent: *\nDisallow: /admin/\n"
        self.host = Host(site, self._answer, hang_seconds)
        self._pages: dict[str, ProvincePage] = {}
        self._files: dict[str, bytes] = {}
        self._column: list[tuple[str, str]] = [("关于系统维护的通知", "/fwhd/tzgg/202001/t20200101_1.shtml")]

    @property
    def url(self) -> str:
        return self.host.url

    @property
    def requests(self) -> list[Hit]:
        """Return every request, in the order of arrival."""
        return self.host.hits

    def publish(
        self, path: str, title: str, published_at: str, files: Iterable[tuple[str, bytes]], *, text: str = "",
        listed: bool = True,
    ) -> None:  # fmt: skip
        """Publish an announcement at `path`, replacing any page there, with its files beside it.

        The address of a file is made of the numbers of page and file, so it stays when the file is replaced.
        """
        folder, stem = path.rpartition("/")[0], path.rpartition("/")[2].partition(".")[0]
        page = ProvincePage(title, published_at, text)
        for number, (label, body) in enumerate(files, 1):
            name = f"P{stem}{number:02d}{'.xlsx' if b'xl/workbook' in body else '.docx'}"
            page.files.append((label, name))
            self._files[f"{folder}/{name}"] = body
        self._pages[path] = page
        if listed and (title, path) not in self._column:
            self._column.insert(0, (title, path))

    def _answer(self, hit: Hit) -> Answer:
        path = hit.target.partition("?")[0]
        if path == "/robots.txt":
            return Answer(200, self.robots.encode(), {"Content-Type": "text/plain"})
        if page := self._pages.get(path):
            return Answer(200, _page_html(page), _HTML)
        if body := self._files.get(path):
            return Answer(200, body, _FILE)
        if path.endswith("/"):
            return Answer(200, self._column_html(), _HTML)
        return Answer(404, b"<html><body>404</body></html>", _HTML)

    def _column_html(self) -> bytes:
        lines = "".join(
            f'<li><a href="{path}" title="{html.escape(title)}">{html.escape(title[:12])}…</a></li>'
            for title, path in self._column
        )
        head = '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><a href="/">首页</a>'
        foot = '<a href="//www.gov.cn/a1.html">中国政府网</a></body></html>'
        return f'{head}<ul class="list">{lines}</ul>{foot}'.encode()


def _page_html(page: ProvincePage) -> bytes:
    text = "".join(f"<p>{html.escape(line)}</p>" for line in (page.text or "现将我省已备案信息予以公告。").splitlines())
    links = "".join(f'<p>附件：<a href="{quote(name)}">{html.escape(label)}</a></p>' for label, name in page.files)
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{html.escape(page.title)}</title>
<meta name="ArticleTitle" content="{html.escape(page.title)}"><meta name="PubDate" content="{page.published_at}">
<meta name="ContentSource" content="省委网信办"></head>
<body><div class="head"><a href="/about.pdf">网站说明</a></div>
<h1>{html.escape(page.title)}</h1><div class="article-content">{text}{links}</div>
<div class="foot"><a href="/map.html">网站地图</a></div></body></html>
""".encode()
