"""Mutation of PDF files: objects and unpacked streams changed, and written again with a table of them that holds."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.fuzz.blobs import damage
from tests.fuzz.tokens import NUMBERS

_OBJECT = re.compile(rb"(\d{1,7})\s+(\d{1,5})\s+obj\b(.*?)\bendobj", re.S)
_STREAM = re.compile(rb"(.*?)\bstream\r?\n(.*?)\r?\nendstream", re.S)
_NUMBER = re.compile(rb"(?<![\w.#/])[-+]?\d*\.?\d+(?![\w.])")
_REFERENCE = re.compile(rb"\b(\d{1,7}) (\d{1,5}) R\b")
_NAME = re.compile(rb"/[A-Za-z][A-Za-z0-9]*")
_OPERATORS = (
    b"q", b"Q", b"BT", b"ET", b"f", b"S", b"h", b"W n", b"re", b"l", b"m", b"n", b"1 0 0 1 50 50 cm",
    b"0 1 -1 0 0 0 cm", b"0 0 0 0 0 0 cm",
    b"1e9 0 0 1e9 0 0 cm", b"(\xff\xfe) Tj", b"(a) Tj", b"<> Tj", b"[(a) -1e9 (b)] TJ", b"/F1 0 Tf", b"/F1 -9 Tf",
    b"/F9 12 Tf", b"3 Tr", b"T*",
    b"0 0 1 1 re f", b"0 0 99999 99999 re S", b"/Fm0 Do", b"/Im0 Do", b"BI /W 1 /H 1 ID x EI",
    b"60 700 m 400 700 l S", b"60 500 m 60 700 l S", b"0 0 m 0 0 l S",
)  # fmt: skip
_ENTRIES = (
    b"/Rotate 90", b"/Rotate 45", b"/Rotate -270", b"/MediaBox [0 0 0 0]", b"/MediaBox [1e9 1e9 -1e9 -1e9]",
    b"/CropBox [100 100 50 50]", b"/UserUnit 1e9",
    b"/Count 99999999", b"/Count -1", b"/Length 99999999", b"/Filter /ASCIIHexDecode",
    b"/Filter [/FlateDecode /FlateDecode]", b"/Filter /LZWDecode",
    b"/DecodeParms << /Predictor 15 /Columns 999999 >>", b"/Encrypt 1 0 R",
    b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>", b"/Type /Page", b"/Subtype /Form",
    b"/Subtype /Type3", b"/ToUnicode 1 0 R", b"/Encoding /Identity-H", b"/W [0 [1e9 -1e9]]",
    b"/Matrix [0 0 0 0 0 0]", b"/BBox [0 0 0 0]", b"/Kids [1 0 R 1 0 R]",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One object: its number, what stands before its stream, and the stream unpacked where it has one."""

    number: int
    head: bytes
    stream: bytes | None = None


def mutate_pdf(data: bytes, random: Random, donors: Sequence[bytes] = ()) -> bytes:
    """A PDF with something wrong in its objects; bytes in which none are found are damaged as such."""
    parts = read_parts(data)
    if len(parts) < 3 or random.random() < 0.08:
        return damage(data, random, donors)
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        _mutate_parts(parts, random, donors)
    made = write_parts(parts, root_of(data), random)
    return damage(made, random) if random.random() < 0.08 else made


def read_parts(data: bytes) -> list[Part]:
    """The objects that stand in the file by themselves (those inside object streams stay packed)."""
    found = []
    for match in _OBJECT.finditer(data):
        inner = _STREAM.fullmatch(match[3].strip())
        if inner is None:
            found.append(Part(int(match[1]), match[3].strip()))
        else:
            found.append(_unpacked(int(match[1]), inner[1].strip(), inner[2]))
    return found


def root_of(data: bytes) -> bytes:
    """The reference to the catalogue."""
    found = re.findall(rb"/Root\s+(\d+ \d+ R)", data)
    return found[-1] if found else b"1 0 R"


def _unpacked(number: int, head: bytes, stream: bytes) -> Part:
    """A stream without its filters, where they are the usual ones; else as it is."""
    filters = re.search(rb"/Filter\s*(\[[^\]]*\]|/\w+)", head)
    names = re.findall(rb"/(\w+)", filters[1]) if filters else []
    if filters and b"/DecodeParms" not in head and set(names) <= {b"FlateDecode", b"ASCII85Decode"}:
        try:
            for name in names:
                stream = (
                    zlib.decompress(stream)
                    if name == b"FlateDecode"
                    else base64.a85decode(b"<~" + stream.strip(), adobe=True)
                )
        except (ValueError, zlib.error):
            return Part(number, head, stream)
        head = head.replace(filters[0], b"")
    return Part(number, head, stream)


def _mutate_parts(parts: list[Part], random: Random, donors: Sequence[bytes]) -> None:
    streams = [n for n, part in enumerate(parts) if part.stream]
    at = random.choice(streams) if streams and random.random() < 0.5 else random.randrange(len(parts))
    part, chance = parts[at], random.random()
    if part.stream and chance < 0.7:
        change = _content if b" Tf" in part.stream or b" re" in part.stream or b" l" in part.stream else damage
        parts[at] = replace(part, stream=change(part.stream, random))
    elif chance < 0.85:
        parts[at] = replace(part, head=_dictionary(part.head, random, parts))
    elif chance < 0.89:
        del parts[at]
    elif chance < 0.93:
        other = random.randrange(len(parts))
        parts[at], parts[other] = replace(parts[other], number=part.number), replace(part, number=parts[other].number)
    elif donors and (others := read_parts(random.choice(donors))):
        parts[at] = replace(random.choice(others), number=part.number)


def _dictionary(head: bytes, random: Random, parts: Sequence[Part]) -> bytes:
    """Another number, reference or name in a dictionary, an entry more, or one less."""
    chance = random.random()
    if chance < 0.35:
        return _replace_one(_NUMBER, head, random.choice(NUMBERS).encode(), random)
    if chance < 0.6:
        return _replace_one(_REFERENCE, head, b"%d 0 R" % random.choice(parts).number, random)
    if chance < 0.75:
        names = _NAME.findall(random.choice(parts).head) or [b"/X"]
        return _replace_one(_NAME, head, random.choice(names), random)
    if chance < 0.92:
        at = head.find(b"<<") + 2 if b"<<" in head else 0
        return head[:at] + b" " + random.choice(_ENTRIES) + b" " + head[at:]
    return damage(head, random)


def _content(stream: bytes, random: Random) -> bytes:
    """Another content stream: numbers made extreme, operators put in, taken out, repeated."""
    chance = random.random()
    if chance < 0.4:
        return _replace_one(_NUMBER, stream, random.choice(NUMBERS).encode(), random)
    lines = stream.split(b"\n")
    at = random.randrange(len(lines))
    if chance < 0.6:
        lines.insert(at, random.choice(_OPERATORS))
    elif chance < 0.7:
        del lines[at : at + random.choice((1, 1, 5, 40))]
    elif chance < 0.8:
        piece = lines[at : at + random.choice((1, 3, 20))]
        lines[at:at] = piece * random.choice((1, 1, 3, 50))
    elif chance < 0.9:
        other = random.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    else:
        return damage(stream, random)
    return b"\n".join(lines)


def _replace_one(pattern: re.Pattern[bytes], text: bytes, by: bytes, random: Random) -> bytes:
    found = list(pattern.finditer(text))
    if not found:
        return damage(text, random)
    one = random.choice(found)
    return text[: one.start()] + by + text[one.end() :]


def write_parts(parts: Sequence[Part], root: bytes, random: Random) -> bytes:
    """Objects as a file; seldom with a table that is wrong, or with streams of a false length."""
    made, places = bytearray(b"%PDF-1.5\n"), dict[int, int]()
    for part in parts:
        places[part.number] = len(made)
        head = part.head
        if part.stream is not None:
            length = len(part.stream) if random.random() < 0.99 else random.choice((0, 1, 10**6))
            head = re.sub(rb"/Length \d+( \d+ R)?", b"", head)
            at = head.rfind(b">>")
            head = head[:at] + b"/Length %d" % length + head[at:] + b"\nstream\n" + part.stream + b"\nendstream"
        made += b"%d 0 obj\n%s\nendobj\n" % (part.number, head)
    start = len(made) if random.random() < 0.95 else random.randrange(len(made))
    size = max(places, default=0) + 1
    if size < 100_000:
        made += b"xref\n0 %d\n0000000000 65535 f \n" % size
        for number in range(1, size):
            made += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    return bytes(made) + b"trailer\n<< /Size %d /Root %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, start)
