"""A stand-in for the regulator's two sites and those of provinces, on 127.0.0.1, controlled from the same process.

In: pages to publish, and faults to show. Out: answers over HTTP at the addresses of the real sites, and a log of every
request. Like the real sites it sends no content without a Referer.

    with StandIn() as site:
        site.publish_page("/2022-08/12/c_1661927474338504.htm", "…公告", "2022-08-12 10:00", [("附件", data)])
        site.set_fault("c_1661927474338504", "challenge_200", times=1)
        …  # point the program at site.cac_url and site.beian_url
        assert all(hit.referer for hit in site.requests)
"""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import parse_qs, unquote

from tracker.core.series import SITES
from tracker.demo import markup
from tracker.demo.faults import PAGE_FAULTS, Answer, FaultName, spoil
from tracker.demo.markup import Article, Entry, File, Notice
from tracker.demo.province import ProvinceSite
from tracker.demo.server import Hit, Host

_CHANNELS = {listing.channel: listing for site in SITES for listing in site.listings if listing.fallback}
_COLUMNS = {listing.fallback: channel for channel, listing in _CHANNELS.items()}
_HTML = {"Content-Type": "text/html; charset=utf-8"}
_JSON = {"Content-Type": "application/json;charset=UTF-8"}
# The site's type says nothing about the file; this is what it sends for all of them.
_FILE = {"Content-Type": "application/octet-stream"}


@dataclass(slots=True)
class _SetFault:
    match: str
    name: FaultName | Answer
    left: int | None

    def matches(self, hit: Hit) -> bool:
        host, _, text = self.match.rpartition(":")
        return host in ("", hit.host) and (text in hit.target or text in unquote(hit.target))


class StandIn:
    """Both sites. Every method may be called while requests are answered.

    With `furnished`, each listing has an unrelated entry from the start, because real listings are never empty.
    """

    def __init__(self, hang_seconds: float = 30.0, *, furnished: bool = True) -> None:
        self._lock = threading.RLock()
        self._articles: dict[str, Article] = {}
        self._entries: list[Entry] = []
        self._notices: list[Notice] = []
        self._faults: list[_SetFault] = []
        self._tokens = 0
        self.robots = "User-agent: *\nDisallow: /admin/\n"
        self.cac = Host("cac", self._answer_cac, hang_seconds)
        self.beian = Host("beian", self._answer_beian, hang_seconds)
        self._hang_seconds = hang_seconds
        self.provinces: dict[str, ProvinceSite] = {}
        if furnished:
            self._furnish()

    def _furnish(self) -> None:
        for number, channel in enumerate(_CHANNELS):
            path = f"/2020-01/0{number + 1}/c_157783680000000{number}.htm"
            self.list_entry("中央网信办部署开展“清朗”专项行动", path, "2020-01-01 10:00", channel)
        manual = Notice("notice_manual", "关于系统维护升级的通知", "2022-03-01 09:00", "系统将于周六维护。")
        self._notices.append(manual)

    def __enter__(self) -> StandIn:
        self.cac.start()
        self.beian.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        for host in (self.cac, self.beian, *(province.host for province in self.provinces.values())):
            host.stop()

    @property
    def cac_url(self) -> str:
        return self.cac.url

    @property
    def beian_url(self) -> str:
        return self.beian.url

    @property
    def requests(self) -> list[Hit]:
        """Return every request to any host, in the order of arrival."""
        hits = [hit for province in self.provinces.values() for hit in province.requests]
        return sorted([*self.cac.hits, *self.beian.hits, *hits], key=lambda hit: hit.at)

    def province(self, site: str) -> ProvinceSite:
        """Return the site of a province's office by its id; start it on the first call."""
        if site not in self.provinces:
            self.provinces[site] = ProvinceSite(site, self._hang_seconds)
            self.provinces[site].host.start()
        return self.provinces[site]

    # --- publishing ------------------------------------------------------------------------------

    def publish_page(
        self,
        path: str,
        title: str,
        published_at: str,
        attachments: Iterable[tuple[str, bytes]] = (),
        *,
        text: str = "",
        listed: bool = True,
        channel: str = "A093702",
    ) -> None:
        """Publish an announcement at `path`, replacing any page there; if `listed`, also at the top of its column."""
        with self._lock:
            self._articles[path] = Article(path, title, published_at, text)
            for label, body in attachments:
                self.add_attachment(path, label, body)
            if listed:
                self.list_entry(title, path, published_at, channel)

    def add_attachment(self, path: str, label: str, body: bytes) -> None:
        with self._lock:
            self._articles[path].files.append(File(label, self._new_token(body), body))

    def replace_attachment(self, path: str, label: str, body: bytes, *, keep_token: bool = False) -> None:
        """Re-issue a file silently: other bytes under the same label."""
        with self._lock:
            file = self._file(path, label)
            file.body = body
            if not keep_token:
                file.token = self._new_token(body)

    def remove_attachment(self, path: str, label: str) -> None:
        with self._lock:
            self._articles[path].files.remove(self._file(path, label))

    def list_entry(self, title: str, path: str, when: str, channel: str = "A093702") -> None:
        """Add a line at the top of a column, for a page that need not exist."""
        with self._lock:
            self._entries.insert(0, Entry(title, path, when, channel))

    def publish_notice(self, title: str, created: str, body: bytes, notice_id: str | None = None) -> str:
        """Publish a notice with a file (a cancellation); return its id."""
        with self._lock:
            notice_id = notice_id or _notice_id(title)
            self._notices.insert(0, Notice(notice_id, title, created, f"/notice/{notice_id}.pdf", body))
            return notice_id

    def replace_notice(self, notice_id: str, body: bytes) -> None:
        with self._lock:
            next(notice for notice in self._notices if notice.id == notice_id).body = body

    def publish_notice_link(self, title: str, created: str, path: str) -> None:
        """Publish a notice of type 3, whose content is the address of an announcement."""
        with self._lock:
            content = f"http://{markup.CAC_HOST}{path}"
            self._notices.insert(0, Notice(_notice_id(path), title, created, content, type=3))

    def hrefs(self, path: str) -> list[str]:
        """Return the addresses of the files that a page offers now."""
        with self._lock:
            return [markup.file_target(file) for file in self._articles[path].files]

    # --- faults ----------------------------------------------------------------------------------

    def set_fault(self, match: str, fault: str, times: int | None = None) -> None:
        """Answer requests whose target contains `match`, raw or unquoted, with that fault, `times` times or always.

        `match` may begin with "cac:" or "beian:" to mean one host only.
        """
        name = FaultName(fault)
        if times is None and name is FaultName.HTTP_500_THEN_OK:
            times = 1
        with self._lock:
            self._faults.append(_SetFault(match, name, times))

    def set_answer(self, match: str, answer: Answer, times: int | None = None) -> None:
        """Do the same with any answer in place of the regular one."""
        with self._lock:
            self._faults.append(_SetFault(match, answer, times))

    def clear_faults(self) -> None:
        with self._lock:
            self._faults.clear()

    # --- answering -------------------------------------------------------------------------------

    def _answer_cac(self, hit: Hit) -> Answer:
        with self._lock:
            fault = self._take_fault(hit)
            if isinstance(fault, Answer):
                return fault
            answer = self._cac_content(hit, fault)
        return answer if fault is None else self._spoilt(answer, fault, hit, self.beian_url)

    def _answer_beian(self, hit: Hit) -> Answer:
        with self._lock:
            fault = self._take_fault(hit)
            if isinstance(fault, Answer):
                return fault
            answer = self._beian_content(hit)
        return answer if fault is None else self._spoilt(answer, fault, hit, self.cac_url)

    def _spoilt(self, answer: Answer, fault: FaultName, hit: Hit, other: str) -> Answer:
        return spoil(answer, fault, target=hit.target, elsewhere=other + "/elsewhere.htm")

    def _cac_content(self, hit: Hit, fault: FaultName | None) -> Answer:
        path, _, query = _without_move(hit.target).partition("?")
        if path == "/robots.txt":
            return Answer(200, self.robots.encode(), {"Content-Type": "text/plain"})
        if not hit.from_same_site:
            return Answer(200, b"", _HTML)
        if path == "/cms/JsonList":
            return self._listing(parse_qs(hit.body.decode() if hit.method == "POST" else query))
        if path == "/cms/pub/interact/downloadfile.jsp":
            return self._download(query)
        if path in _COLUMNS:
            entries = [entry for entry in self._entries if entry.channel == _COLUMNS[path]]
            return Answer(200, markup.column_html(entries[:20]), _HTML)
        if article := self._articles.get(path):
            faults = {fault} & PAGE_FAULTS if fault else set()
            declared = "; charset=iso-8859-1" if FaultName.WRONG_CHARSET in faults else ""
            return Answer(200, markup.article_html(article, faults), {"Content-Type": f"text/html{declared}"})
        return Answer(404, b"<html><body>404</body></html>", _HTML)

    def _beian_content(self, hit: Hit) -> Answer:
        path, _, query = _without_move(hit.target).partition("?")
        if path == "/robots.txt":
            return Answer(404, b"<html><body>404</body></html>", _HTML)
        if not hit.from_same_site:
            return Answer(200, b"", _JSON)
        if path == "/api/notice/list":
            return Answer(200, markup.notice_list(self._notices), _JSON)
        if path == "/api/file/fileDownLoad":
            wanted = parse_qs(query).get("noticeId", [""])[0]
            notice = next((n for n in self._notices if n.id == wanted and n.body), None)
            return Answer(200, notice.body, _FILE) if notice else Answer(404, b"", _JSON)
        if path == "/api/algorithmpublicity/list":
            said = '{"errno":440,"errmsg":"检测到未登录状态，请先登录"}'
            return Answer(200, said.encode(), _JSON)
        return Answer(404, b"<html><body>404</body></html>", _HTML)

    def _listing(self, form: dict[str, list[str]]) -> Answer:
        channel, number = form.get("channelCode", [""])[0], int(form.get("pageno", ["1"])[0])
        entries = [entry for entry in self._entries if entry.channel == channel]
        per_page = min(100, int(form.get("perPage", ["20"])[0]))
        return Answer(200, markup.json_list(entries, per_page=per_page, number=number), _JSON)

    def _download(self, query: str) -> Answer:
        # Compared as it came: a token that was re-encoded on its way is another token.
        token = query.removeprefix("filepath=").partition("&")[0]
        files = (file for article in self._articles.values() for file in article.files)
        found = next((file for file in files if file.token == token), None)
        return Answer(200, found.body, _FILE) if found else Answer(404, b"<html>404</html>", _HTML)

    def _take_fault(self, hit: Hit) -> FaultName | Answer | None:
        if "moved=1" in hit.target:
            return None
        for fault in self._faults:
            if fault.left != 0 and fault.matches(hit):
                fault.left = None if fault.left is None else fault.left - 1
                return fault.name
        return None

    def _file(self, path: str, label: str) -> File:
        return next(file for file in self._articles[path].files if file.label == label)

    def _new_token(self, body: bytes) -> str:
        self._tokens += 1
        digest = hashlib.sha256(body + str(self._tokens).encode()).hexdigest()
        return f"~kp{digest[:6]}/Zx+{digest[6:14]}/{self._tokens:04d}~Qw=="


def _notice_id(text: str) -> str:
    return f"notice_{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _without_move(target: str) -> str:
    """Return the target without the part that a redirect within the site added."""
    return target.removesuffix("moved=1").rstrip("?&") if target.endswith("moved=1") else target


def main() -> None:
    """Serve an empty stand-in until the input ends, and print its addresses."""
    with StandIn() as site:
        print(f"TRACKER_SITE__CAC_URL={site.cac_url}")
        print(f"TRACKER_SITE__BEIAN_URL={site.beian_url}", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
