"""The faults of the stand-in, by name.

In: the name of a fault and the regular answer. Out: the answer that is sent instead. Without a fault the answer stays
unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

CHALLENGE_PAGE = (
    "<!DOCTYPE html><html><head><meta charset=utf-8><title>知道创宇云防御</title></head>"
    "<body><h2>正在进行浏览器安全检查</h2><script>setTimeout('location.reload()',3000)</script></body></html>"
).encode()
_ERROR_PAGE = "<html><head><title>出错了</title></head><body>您访问的页面不存在</body></html>".encode()
# An endless answer is cut off here all the same, so that a reader without a limit cannot fill the memory.
ENDLESS_CHUNK, ENDLESS_CHUNKS = 64 * 1024, 1024


class FaultName(StrEnum):
    """A fault for `StandIn.set_fault`."""

    CHALLENGE_200 = "challenge_200"
    CHALLENGE_403 = "challenge_403"
    CHALLENGE_503 = "challenge_503"
    EMPTY = "empty"
    HTML_FOR_FILE = "html_for_file"
    BAD_MAGIC = "bad_magic"
    TRUNCATED = "truncated"  # Content-Length says more than comes
    CUT_FILE = "cut_file"  # shorter, and Content-Length agrees
    OFFSITE_REDIRECT = "offsite_redirect"
    ONSITE_REDIRECT = "onsite_redirect"
    NO_TITLE = "no_title"
    NO_BODY = "no_body"
    FEWER_LINKS = "fewer_links"
    GB18030 = "gb18030"  # the page in that charset, and declared so
    WRONG_CHARSET = "wrong_charset"  # UTF-8 declared as iso-8859-1
    TOO_LARGE = "too_large"  # chunks without end
    HTTP_500 = "http_500"
    HTTP_500_THEN_OK = "http_500_then_ok"
    HTTP_404 = "http_404"
    HANG = "hang"  # no answer for a long time
    DROP = "drop"  # the connection closes without an answer


# These change how a page is written; the others change the answer.
PAGE_FAULTS = frozenset(
    {FaultName.NO_TITLE, FaultName.NO_BODY, FaultName.FEWER_LINKS, FaultName.GB18030, FaultName.WRONG_CHARSET}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to send.

    `length` is the value of Content-Length: -1 the true one, None for endless chunks. `wait` delays the answer for a
    long time; with `silent` the connection closes without an answer. `raw` is the answer in pieces, status line
    included, with `pause` seconds between them; the connection closes after the last one.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = -1
    wait: bool = False
    silent: bool = False
    raw: Callable[[], Iterator[bytes]] | None = None
    pause: float = 0.0

    def chunks(self) -> Iterator[bytes]:
        """Yield the endless body."""
        for _ in range(ENDLESS_CHUNKS):
            yield b"0" * ENDLESS_CHUNK


def spoil(answer: Answer, fault: FaultName, *, target: str, elsewhere: str) -> Answer:
    """Return the answer with that fault; `elsewhere` is an address on another host."""
    html = {"Content-Type": "text/html; charset=utf-8"}
    match fault:
        case FaultName.CHALLENGE_200:
            return Answer(200, CHALLENGE_PAGE, html)
        case FaultName.CHALLENGE_403:
            return Answer(403, CHALLENGE_PAGE, html)
        case FaultName.CHALLENGE_503:
            return Answer(503, CHALLENGE_PAGE, html)
        case FaultName.EMPTY:
            return Answer(200, b"", html)
        case FaultName.HTML_FOR_FILE:
            return Answer(200, _ERROR_PAGE, answer.headers)
        case FaultName.BAD_MAGIC:
            return replace(answer, body=b"\x00\x01garbage" + answer.body[8:])
        case FaultName.TRUNCATED:
            return replace(answer, body=answer.body[: len(answer.body) // 2], length=len(answer.body))
        case FaultName.CUT_FILE:
            return replace(answer, body=answer.body[: len(answer.body) * 2 // 3])
        case FaultName.OFFSITE_REDIRECT:
            return Answer(302, b"", {"Location": elsewhere})
        case FaultName.ONSITE_REDIRECT:
            return Answer(302, b"", {"Location": target + ("&" if "?" in target else "?") + "moved=1"})
        case FaultName.TOO_LARGE:
            return Answer(200, b"", answer.headers, length=None)
        case FaultName.HTTP_500 | FaultName.HTTP_500_THEN_OK:
            return Answer(500, _ERROR_PAGE, html)
        case FaultName.HTTP_404:
            return Answer(404, _ERROR_PAGE, html)
        case FaultName.HANG:
            return replace(answer, wait=True)
        case FaultName.DROP:
            return replace(answer, silent=True)
        case _:
            return answer
