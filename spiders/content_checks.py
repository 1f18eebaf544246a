"""Check the bytes of an answer: challenge page, empty, HTML in place of a file, unknown type, truncated. Pure.

In: the bytes of an answer. Out: a fault (kind and one sentence) or None, and the type of a file by its bytes.
`Content-Type` is ignored, because it says nothing on these sites.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tracker.core.models import IncidentKind


class Fault(NamedTuple):
    """What is wrong with an answer."""

    kind: IncidentKind
    detail: str


HEAD = 8192

# <title>知道创宇云防御</title>, "正在进行浏览器安全检查", in both charsets that the firewall could use
_CHALLENGE_WORDS = tuple(
    words.encode(charset)
    for words in ("知道创宇云防御", "浏览器安全检查")
    for charset in ("utf-8", "gb18030")
)
# A page with one of these is content, whatever words it holds: an announcement may *speak* of the firewall.
# <DIV id=BodyLabel>, <h1 class="title">, <div class="times">
_CONTENT_MARKUP = re.compile(
    rb"id\s*=\s*[\"']?BodyLabel|<h1[^<>]*class\s*=\s*[\"']?title|class\s*=\s*[\"']?times\b", re.I
)
# Possessive (*+): without it, a page of thousands of comments would take exponential time.
# "\ufeff  <!-- x --> <!DOCTYPE html>", "<html lang=zh>", "<script>location=…"
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body|script|meta|title|div|p|h1)\b",
    re.I | re.S,
)

# <DIV id=BodyLabel>
_BODY_MARKUP = re.compile(rb"<div[^<>]*\bid\s*=\s*[\"']?BodyLabel", re.I)

# First bytes → type. OOXML is a zip and told apart by the names in it.
_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole2"),  # .doc, .xls, .wps
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)
_OOXML = ((b"word/document", "docx"), (b"xl/workbook", "xlsx"))
_ZIP_END = b"PK\x05\x06"
# A zip's end record is 22 bytes and may be followed by a comment of up to 65,535.
_ZIP_TAIL = 22 + 65535
# A PDF ends with %%EOF; producers may leave a little after it.
_PDF_TAIL = 2048


def is_challenge(body: bytes) -> bool:
    """Return True for the firewall's page in place of content."""
    head = body[:HEAD]
    if not any(words in head for words in _CHALLENGE_WORDS):
        return False
    return looks_like_html(body) and not _CONTENT_MARKUP.search(body)


def looks_like_html(body: bytes) -> bool:
    """Return True if the bytes begin like a page."""
    return bool(_HTML_START.match(body[:HEAD]))


def type_of(body: bytes) -> str | None:
    """Return the type of a file by its bytes: "docx", "xlsx", "zip", "pdf", "ole2", …; None for an unknown type."""
    found = next((name for magic, name in _MAGIC if body.startswith(magic)), None)
    if found == "zip":
        return next((name for part, name in _OOXML if part in body), "zip")
    return found


def is_cut(body: bytes, media_type: str) -> bool:
    """Return True if a file of that type lacks its end, although the answer has the announced length."""
    if media_type in ("docx", "xlsx", "zip"):
        return not _has_zip_end(body)
    if media_type == "pdf":
        return b"%%EOF" not in body[-_PDF_TAIL:]
    if media_type == "rtf":
        return not body.rstrip(b"\x00\r\n \t").endswith(b"}")
    return False


def _has_zip_end(body: bytes) -> bool:
    """Return True if there is an end record, and the directory that it points to is within the file."""
    at = body.rfind(_ZIP_END, max(0, len(body) - _ZIP_TAIL))
    if at < 0 or len(body) < at + 22:
        return False
    size, offset = (int.from_bytes(body[at + n : at + n + 4], "little") for n in (12, 16))
    return offset == 0xFFFFFFFF or offset + size <= at


def fault_of_answer(body: bytes) -> Fault | None:
    """Return the fault of any answer of status 2xx, or None."""
    if not body.strip():
        return Fault(IncidentKind.EMPTY_ANSWER, "the answer is empty, although its status says that it has content")
    if is_challenge(body):
        return Fault(IncidentKind.CHALLENGE, "the firewall answered with a page of its own")
    return None


def fault_of_page(body: bytes) -> Fault | None:
    """Return the fault of an announcement page, or None."""
    if fault := fault_of_answer(body):
        return fault
    if _stops_in_body(body):
        return Fault(IncidentKind.TRUNCATED, "the page stops in the middle of its body")
    return None


def _stops_in_body(body: bytes) -> bool:
    """Return True if the page ends inside its body: no </html>, no </body>, and an open div."""
    start = _BODY_MARKUP.search(body)
    rest = body[start.end() :].lower() if start else b""
    if not start or b"</html" in rest or b"</body" in rest:
        return False
    return rest.count(b"</div") < rest.count(b"<div") + 1


def fault_of_file(body: bytes) -> Fault | None:
    """Return the fault of an attachment, or None."""
    if fault := fault_of_answer(body):
        return fault
    if looks_like_html(body):
        return Fault(IncidentKind.HTML_FOR_FILE, "a page came where a file was asked for")
    media_type = type_of(body)
    if media_type is None:
        return Fault(IncidentKind.BAD_MAGIC, f"no known type of file begins with the bytes {body[:8].hex()}")
    if is_cut(body, media_type):
        return Fault(IncidentKind.TRUNCATED, f"the {media_type} stops before its end ({len(body)} bytes)")
    return None
