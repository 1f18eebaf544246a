"""Bad answers: what a server can send in place of what was asked for, byte by byte where it must be.

In: nothing. Out: `CASES`. Each page and file is one of its own, so that many share a poll; a listing, a notice list and
a robots.txt are what every poll asks for, so each of these cases has a poll to itself.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from tests.hostile.case import NOTHING, RECORDED, ROWS, Case, file_case
from tests.support.polling import SYNTHESIS_TITLE, algorithm, algorithm_docx, genai_docx
from tracker.core.models import IncidentKind
from tracker.demo.faults import CHALLENGE_PAGE, Answer
from tracker.demo.site import StandIn

LIMITS = {"SITE__TIMEOUT": "2", "SITE__MAX_MEGABYTES": "2"}
MIB = 1 << 20
_pages, _entries = count(), count()

Wire = Callable[[], Iterator[bytes]]


def head(status: str = "200 OK", *headers: str) -> bytes:
    """The head of an answer."""
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode()


def whole(body: bytes, *headers: str, status: str = "200 OK") -> Answer:
    """An answer with these headers, byte for byte, and no length but its end."""
    return Answer(raw=lambda: iter((head(status, *headers, "Connection: close"), body)))


def endless(first: bytes, piece: bytes, pieces: int = 4096) -> Wire:
    """The first bytes, then the same piece over and over; it ends at last, so that no fault can fill the memory."""

    def wire() -> Iterator[bytes]:
        yield first
        for _ in range(pieces):
            yield piece

    return wire


def redirect(location: str | None, status: str = "302 Found") -> Answer:
    """A redirect, or one that does not say where to."""
    return whole(b"", *(() if location is None else (f"Location: {location}",)), "Content-Length: 0", status=status)


def answered(id: str, what: str, answer: Answer, outcome: str, **rest: Any) -> Case:
    """An announcement of its own that is answered so; a good one in its place mends it.

    A page that could be read, but offered nothing, is looked at again now and then, not in the next poll.
    """
    number = next(_pages)
    path = f"/2023-0{1 + number // 28}/{1 + number % 28:02d}/c_{1690000000000 + number}.htm"
    first = 3000 + 10 * number
    file = f"附件：境内深度合成服务算法备案清单（{2011 + number // 12}年{number % 12 + 1}月）"

    def arrange(site: StandIn) -> None:
        rows = algorithm_docx(*(algorithm(n) for n in range(first, first + ROWS)))
        site.publish_page(path, SYNTHESIS_TITLE, "2023-06-20 10:00", [(file, rows)])
        site.set_answer(path, answer)

    recorded = outcome == RECORDED
    counts = {"added": ROWS if recorded else 0, "healed": 0 if outcome in (RECORDED, NOTHING) else ROWS}
    return Case(
        f"answer-{id}", "answer", what, arrange, outcome, place=path, **{"environment": LIMITS} | counts | rest
    )


def fetched(id: str, what: str, answer: Callable[[bytes], Answer], outcome: str) -> Case:
    """A file of its own that is answered so, made from the good file's bytes; the good file mends it."""
    made: list[bytes] = []

    def body(rows: list[list[str]]) -> bytes:
        made.append(genai_docx(rows))
        return made[-1]

    case = file_case(f"answer-{id}", what, body, outcome, kept=outcome == RECORDED, environment=LIMITS)

    def arrange(site: StandIn) -> None:
        case.arrange(site)
        site.set_answer(case.place, answer(made[-1]))

    return replace(case, arrange=arrange, mend=StandIn.clear_faults)


def asked_always(id: str, what: str, match: str, answer: Answer, outcome: str, **rest: Any) -> Case:
    """What every poll asks for, answered so."""
    return Case(
        f"answer-{id}", "answer", what, lambda site: site.set_answer(match, answer), outcome, environment=LIMITS, **rest
    )


def listing(id: str, what: str, body: str | bytes, outcome: str, **rest: Any) -> Case:
    """The listing of cac.gov.cn, answered with that body."""
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return asked_always(id, what, "/cms/JsonList", whole(data, "Content-Type: application/json"), outcome, **rest)


def listed(*rows: Mapping[str, str], **more: object) -> str:
    """A listing of these rows, behind one that is known."""
    return json.dumps({"list": [*rows, _KNOWN], "totalRec": 1 + len(rows)} | more, ensure_ascii=False)


def page(text: str, files: str = "", title: str = SYNTHESIS_TITLE) -> bytes:
    """An announcement as the site builds it."""
    return (
        f"<html><head><meta charset=utf-8></head><body><h1 class=title>{title}</h1>"
        "<span id=pubtime>2023年06月20日 10:00</span>"
        f"<div class=main-content><DIV id=BodyLabel>{text}{files}</DIV></div></body></html>"
    ).encode()


def link(href: str, name: str = "附件：清单（2023年6月）") -> str:
    """A link to a file."""
    return f'<p><a href="{href}">{name}</a></p>'


def zip_bomb(size: int) -> bytes:
    """That many zeros, compressed a thousand times smaller."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(size // MIB)) + packer.flush()


def gzip_bomb() -> Iterator[bytes]:
    """A compressed answer that is 256 MiB of zeros; made when it is asked for, which takes a second."""
    yield head("200 OK", _GZIP, "Connection: close")
    yield zip_bomb(256 * MIB)


def chunked(body: bytes) -> bytes:
    """A body in one chunk, with its end."""
    return f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


_KNOWN = {"topic": "中央网信办部署开展“清朗”专项行动", "infourl": "//www.cac.gov.cn/2020-01/01/c_1577836800000000.htm",
          "pubtime": "2020-01-01 10:00:00"}  # fmt: skip
def _new_entries() -> Iterator[bytes]:
    """A page of the listing that names twenty addresses that nobody has seen, and claims a hundred thousand more."""
    rows = [
        {"topic": "会议", "infourl": f"/2021-01/01/c_{next(_entries)}.htm", "pubtime": "2021-01-01"} for _ in range(20)
    ]
    yield head("200 OK", "Content-Type: application/json")
    yield json.dumps({"list": rows, "totalRec": 100_000}).encode()


_HTML, _GZIP = "Content-Type: text/html", "Content-Encoding: gzip"
_CHUNKED = "Transfer-Encoding: chunked"
_GOOD = page("现将清单予以公告。")

PAGES = (
    answered("empty-page", "Status 200 and not a byte.", whole(b"", _HTML), IncidentKind.EMPTY_ANSWER),
    answered("blank-page", "Status 200 and a megabyte of blanks.", whole(b" " * MIB, _HTML), IncidentKind.EMPTY_ANSWER),
    answered("challenge-200", "The firewall's page, status 200.", whole(CHALLENGE_PAGE, _HTML), IncidentKind.CHALLENGE),
    answered(
        "challenge-405", "The firewall's page, status 405.",
        whole(CHALLENGE_PAGE, _HTML, status="405 Not Allowed"), IncidentKind.CHALLENGE,
    ),
    answered(
        "challenge-521", "The firewall's page, status 521, which no standard names.",
        whole(CHALLENGE_PAGE, _HTML, status="521 "), IncidentKind.CHALLENGE,
    ),
    answered(
        "challenge-gbk", "The firewall's page in GBK.",
        whole(CHALLENGE_PAGE.decode().encode("gbk"), _HTML), IncidentKind.CHALLENGE,
    ),
    answered(
        "no-answer", "The connection is taken and nothing is said.",
        Answer(raw=endless(b"", b"", 50), pause=0.2), IncidentKind.UNREACHABLE,
    ),
    answered("hung-up", "The connection is closed without a byte.", Answer(silent=True), IncidentKind.UNREACHABLE),
    answered(
        "dripping-head", "A head, a byte every fifth of a second, for ever.",
        Answer(raw=endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"a"), pause=0.2), IncidentKind.UNREACHABLE,
    ),
    answered(
        "dripping-body", "A body, a byte every fifth of a second, for ever.",
        Answer(raw=endless(head("200 OK", _HTML), b"<"), pause=0.2), IncidentKind.UNREACHABLE,
    ),
    answered(
        "endless-body", "A body without end, and no length.",
        Answer(raw=endless(head("200 OK", _HTML), b"<p>" * 20_000)), IncidentKind.TOO_LARGE,
    ),
    answered(
        "length-too-large", "Content-Length says a terabyte; a page follows.",
        whole(_GOOD, "Content-Length: 1099511627776"), IncidentKind.TOO_LARGE,
    ),
    answered(
        "length-too-long", "Content-Length says more than comes.",
        whole(_GOOD, f"Content-Length: {len(_GOOD) + 100}"), IncidentKind.TRUNCATED,
    ),
    answered(
        "length-too-short", "Content-Length says less than comes: the page stops in its body.",
        whole(_GOOD, f"Content-Length: {len(_GOOD) - 40}"), IncidentKind.TRUNCATED,
    ),
    answered(
        "length-no-number", "Content-Length is no number.", whole(_GOOD, "Content-Length: x"), IncidentKind.UNREACHABLE,
    ),
    answered(
        "chunk-no-number", "A chunk whose size is no number.",
        whole(b"zz\r\n" + _GOOD, _CHUNKED), IncidentKind.TRUNCATED,
    ),
    answered(
        "chunks-without-end", "Chunks that stop without the last one.",
        whole(chunked(_GOOD)[:-5], _CHUNKED), IncidentKind.TRUNCATED,
    ),
    answered(
        "gzip-bomb", "256 MiB of zeros as a quarter of one, compressed for the way.",
        Answer(raw=gzip_bomb), IncidentKind.TOO_LARGE,
    ),
    answered("gzip-that-is-none", "A page that says it is compressed.", whole(_GOOD, _GZIP), IncidentKind.TRUNCATED),
    answered(
        "gzip-cut", "A compressed page without its end.",
        whole(gzip.compress(_GOOD)[:-40], _GZIP), IncidentKind.TRUNCATED,
    ),
    answered(
        "unknown-encoding", "A page in an encoding that nobody asked for and nobody knows.",
        whole(bytes(range(256)), "Content-Encoding: x-own"), IncidentKind.LAYOUT_CHANGED,
    ),
    answered(
        "endless-head", "Headers without end.",
        Answer(raw=endless(b"HTTP/1.1 200 OK\r\n", b"X-A: aaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 2000, 2000)),
        IncidentKind.UNREACHABLE,
    ),
    answered(
        "ten-thousand-headers", "Ten thousand headers before a page, which is read; its file comes with a good one.",
        whole(_GOOD, *(f"X-{n}: {n}" for n in range(10_000))), NOTHING,
    ),
    answered(
        "long-header", "One header of a megabyte.", whole(_GOOD, "X-A: " + "a" * MIB), IncidentKind.UNREACHABLE,
    ),
    answered(
        "early-answers", "Answers with status 100 without end.",
        Answer(raw=endless(b"", head("100 Continue") * 1000, 2000)), IncidentKind.UNREACHABLE,
    ),
    answered("no-http", "Not HTTP at all.", Answer(raw=lambda: iter((b"\x16\x03\x01" * 4000,))),
             IncidentKind.UNREACHABLE),
    answered("http-0.9", "A page without a head.", Answer(raw=lambda: iter((_GOOD,))), IncidentKind.UNREACHABLE),
    answered("status-204", "Status 204, no content.", whole(b"", status="204 No Content"), IncidentKind.HTTP_ERROR),
    answered(
        "status-206", "A part of the page, which was not asked for in parts.",
        whole(_GOOD, "Content-Range: bytes 0-9/1000", status="206 Partial Content"), IncidentKind.HTTP_ERROR,
    ),
    answered("status-304", "Not modified.", whole(b"", status="304 Not Modified"), IncidentKind.HTTP_ERROR),
    answered("status-416", "No such part.", whole(b"", status="416 Range Not Satisfiable"), IncidentKind.HTTP_ERROR),
    answered("status-999", "A status that is none.", whole(_GOOD, status="999 Own"), IncidentKind.HTTP_ERROR),
    *(
        answered(f"redirect-{name}", what, redirect(location), IncidentKind.OFFSITE_REDIRECT)
        for name, what, location in (
            ("offsite", "A redirect to another host.", "https://evil.example/a.htm"),
            ("loopback", "A redirect to another port of this machine.", "http://127.0.0.1:9/admin"),
            ("file", "A redirect to a file of this machine.", "file:///etc/passwd"),
            ("ftp", "A redirect to another scheme.", "ftp://127.0.0.1/a"),
            ("data", "A redirect to an address that is its own content.", "data:text/html,<h1 class=title>a</h1>"),
            ("script", "A redirect to a script.", "javascript:alert(1)"),
            ("user", "A redirect to another host that looks like this one.", "http://127.0.0.1:80@evil.example/"),
            ("metadata", "A redirect to a cloud's service of secrets.", "http://169.254.169.254/latest/meta-data/"),
        )
    ),
    answered("redirect-nowhere", "A redirect that does not say where to.", redirect(None), IncidentKind.HTTP_ERROR),
    answered("redirect-loop", "A redirect to itself.", redirect(""), IncidentKind.HTTP_ERROR),
    answered(
        "cookies", "A thousand cookies; the file behind the page comes without them.",
        whole(_GOOD, *(f"Set-Cookie: a{n}={'x' * 900}" for n in range(1000))), NOTHING,
    ),
    answered(
        "no-title", "A page without a title.", whole(_GOOD.replace(b"class=title", b""), _HTML),
        IncidentKind.LAYOUT_CHANGED,
    ),
    answered("json-for-page", "A login answer, 440.", whole(
        '{"errno":440,"errmsg":"检测到未登录状态，请先登录"}'.encode()), IncidentKind.LAYOUT_CHANGED),
    answered(
        "links-elsewhere", "Files on another host, on this machine, in scripts, in addresses with a user.",
        whole(page("现将清单予以公告。", "".join(map(link, (
            "http://evil.example/a.docx", "http://127.0.0.1:9/a.docx", "file:///etc/a.docx", "javascript:a('.docx')",
            "//www.cac.gov.cn@evil.example/a.docx", "data:application/zip,a.docx",
        ))))), IncidentKind.OFFSITE_REDIRECT, environment=LIMITS | {"POLL__RECHECK_PAGES_DAYS": "0"},
    ),
    answered(
        "hundred-thousand-links", "A page with a hundred thousand links to files, none of which is there.",
        whole(page("现将清单予以公告。", "".join(f"<a href=x{n}.htm>{n}</a>" for n in range(60_000)))),
        NOTHING,
    ),
    answered(
        "deep-nesting", "A page of a hundred thousand elements, each in the other: its text is out of reach.",
        whole(page("<b>" * 100_000 + "现将清单予以公告。")), IncidentKind.LAYOUT_CHANGED,
    ),
    answered(
        "scripts", "A page whose body is scripts, frames and an attribute of a megabyte.",
        whole(page("<script>document.write('<h1>x')</script><iframe src=//evil.example></iframe>现将清单予以公告。"
                   f"<p onclick='{'a' * MIB}'>完</p>")), NOTHING,
    ),
)  # fmt: skip

FILES = (
    fetched("empty-file", "Status 200 and not a byte.", lambda good: whole(b""), IncidentKind.EMPTY_ANSWER),
    fetched("page-for-file", "A page in place of a file.", lambda good: whole(_GOOD), IncidentKind.HTML_FOR_FILE),
    fetched("challenge-for-file", "The firewall's page in place of a file.", lambda good: whole(CHALLENGE_PAGE),
            IncidentKind.CHALLENGE),
    fetched("file-cut-to-length", "Half a file, and a length that agrees.",
            lambda good: whole(good[: len(good) // 2], f"Content-Length: {len(good) // 2}"), IncidentKind.TRUNCATED),
    fetched("file-in-part", "A part of a file, status 206.",
            lambda good: whole(good, status="206 Partial Content"), IncidentKind.HTTP_ERROR),
    fetched("file-in-gzip", "A file that was compressed for the way, although it was not asked for so.",
            lambda good: whole(gzip.compress(good), _GZIP), RECORDED),
    fetched("file-in-chunks", "A file in chunks.", lambda good: whole(chunked(good), _CHUNKED), RECORDED),
    fetched("file-as-text", "A file that says it is text.", lambda good: whole(good, "Content-Type: text/plain"),
            RECORDED),
    fetched("file-bomb", "A gigabyte of zeros, compressed twice.",
            lambda good: whole(gzip.compress(zip_bomb(1024 * MIB)), "Content-Encoding: gzip, gzip"),
            IncidentKind.TOO_LARGE),
    fetched("file-elsewhere", "A redirect to another host, for a file.",
            lambda good: redirect("http://evil.example/a.docx"), IncidentKind.OFFSITE_REDIRECT),
    fetched("file-endless", "A file without end.",
            lambda good: Answer(raw=endless(head(), b"PK\x03\x04" + bytes(60_000))), IncidentKind.TOO_LARGE),
)  # fmt: skip

LISTINGS = (
    listing("listing-challenge", "The firewall's page in place of the listing; the column stands in for it.",
            CHALLENGE_PAGE, NOTHING),
    listing("listing-deep", "A listing of a hundred thousand arrays, each in the other.", '{"list":' + "[" * 100_000,
            NOTHING),
    listing("listing-nan", "Numbers that are none, doubled keys, a total of a thousand digits.",
            listed(totalRec="9" * 1000).replace('"list"', '"list": NaN, "x": Infinity, "x": 1, "list"', 1), NOTHING),
    listing("listing-digits", "A number of two million digits.", '{"list": [], "totalRec": ' + "9" * 1_900_000 + "}",
            NOTHING),
    listing(
        "listing-elsewhere", "Announcements of filings on other hosts, with users, in scripts.",
        listed(*(
            {"topic": f"{SYNTHESIS_TITLE}{n}", "infourl": url, "pubtime": "2023-06-20"} for n, url in enumerate((
                "//evil.example/2023-06/20/c_1.htm", "http://a:b@evil.example/c_2.htm", "javascript:alert(1)",
                "file:///etc/passwd", "http://127.0.0.1:9/c_3.htm", "http://[::1/c_4.htm", "http://127.0.0.1:99999999/",
                "data:text/html,x", "http://www.cac.gov.cn@evil.example/c_6.htm", "",
            ))
        )), IncidentKind.OFFSITE_REDIRECT,
    ),
    listing(
        "listing-odd-titles", "Titles with markup, halves of characters, control characters, of a megabyte.",
        listed(*(
            {"topic": title, "infourl": f"//www.cac.gov.cn/2020-01/02/c_15778368000001{n:02d}.htm", "pubtime": when}
            for n, (title, when) in enumerate((
                ("<script>alert(1)</script>会议", "2020-01-02"), ("\ud83d会\x00议\x1b[31m", "x"),
                ("\u202e会议", "9999-99-99"),
                ("会" * 300_000, "2020-01-02 99:99"), ("'; DROP TABLE filing; --", "-1"), ("../../../etc/passwd", ""),
            ))
        )), NOTHING,
    ),
    listing("listing-of-many", "A listing of twenty thousand entries in one page; the column stands in.", listed(*(
        {"topic": "会议", "infourl": f"/2020-02/01/c_{n}.htm", "pubtime": "2020-02-01"} for n in range(20_000)
    )), NOTHING),
    asked_always("listing-endless", "A listing that names other pages each time, and never a known one.",
                 "/cms/JsonList", Answer(raw=_new_entries), IncidentKind.DISCOVERY_GAP),
    asked_always("notices-login", "The notice list asks for a login: error 440.", "/api/notice/list", whole(
        '{"errno":440,"errmsg":"检测到未登录状态，请先登录"}'.encode()), IncidentKind.HTTP_ERROR),
    asked_always("notices-endless", "A notice list without end.", "/api/notice/list",
                 Answer(raw=endless(head(), b"[" * 60_000)), IncidentKind.TOO_LARGE),
    asked_always("robots-forbids", "robots.txt forbids everything.", "cac:/robots.txt",
                 whole(b"User-agent: *\nDisallow: /\n"), IncidentKind.ROBOTS),
    asked_always("robots-large", "A robots.txt of three megabytes: more than is read.", "cac:/robots.txt",
                 whole(b"Disallow: /x\n" * 250_000), NOTHING),
    asked_always("robots-page", "A page in place of robots.txt.", "cac:/robots.txt", whole(_GOOD, _HTML), NOTHING),
    asked_always("robots-fails", "robots.txt cannot be had: status 503.", "cac:/robots.txt",
                 whole(b"", status="503 Service Unavailable"), NOTHING),
    asked_always("robots-binary", "A robots.txt of bytes that are no text.", "cac:/robots.txt",
                 whole(bytes(range(256)) * 100), NOTHING),
    asked_always("robots-drips", "A robots.txt that drips.", "cac:/robots.txt",
                 Answer(raw=endless(head(), b"#"), pause=0.2), NOTHING),
)  # fmt: skip
CASES = (*PAGES, *FILES, *LISTINGS)
