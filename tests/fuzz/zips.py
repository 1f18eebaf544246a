"""Mutation of docx, xlsx and other zip files: inside, part by part, packed again; then of the packing itself."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Sequence
from random import Random

from lxml import etree

from tests.fuzz.blobs import damage
from tests.fuzz.markup import mutate_tree, parse_xml
from tests.reading.docx_samples import TRANSITIONAL

_MOST = 4 * 1024 * 1024  # unpacked, of one part
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_MAIN = (
    "word/document.xml",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "word/numbering.xml",
    "word/styles.xml",
)
# What Word can write and the samples do not hold
_FRAGMENTS = (
    '<w:tc><w:tcPr><w:gridSpan w:val="3"/><w:vMerge w:val="restart"/></w:tcPr><w:p/></w:tc>',
    '<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>', '<w:tcPr><w:hMerge/><w:gridSpan w:val="200"/></w:tcPr>',
    '<w:trPr><w:gridBefore w:val="2"/><w:gridAfter w:val="1"/><w:del w:id="1"/></w:trPr>',
    '<w:pPr><w:pStyle w:val="a"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:rPr><w:del/></w:rPr>'
    '</w:pPr>',
    '<mc:AlternateContent><mc:Choice><w:p><w:r><w:t>甲</w:t></w:r></w:p></mc:Choice><mc:Fallback><w:tbl><w:tr/></w:tbl>'
    '</mc:Fallback></mc:AlternateContent>',
    '<w:sdt><w:sdtContent><w:tbl><w:tr><w:tc><w:p><w:r><w:t>备案编号</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:sdtContent></w:sdt>',
    '<w:txbxContent><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:txbxContent>',
    '<w:r><w:rPr><w:vanish/></w:rPr><w:t>乙</w:t></w:r>',
    '<w:r><w:sym w:char="F0A7"/><w:br/><w:tab/><w:noBreakHyphen/><w:softHyphen/><w:instrText>x</w:instrText></w:r>',
    '<w:moveFrom><w:r><w:t>丙</w:t></w:r></w:moveFrom>',
    '<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc/></w:tr></w:tbl></w:tc></w:tr></w:tbl>',
    '<w:ruby><w:rt><w:r><w:t>x</w:t></w:r></w:rt></w:ruby>', '<w:rPr><w:del/><w:vanish w:val="0"/></w:rPr>',
    '<w:tr/>', '<w:tc/>', '<w:p/>',
)  # fmt: skip
_DOCTYPES = (
    b'<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>', b"<!DOCTYPE a>",
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd">', b'<?xml version="1.0" encoding="utf-16"?>',
    b'<?xml version="1.1"?>', b"<!--", b"]]>", b"&c;",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\0",
)  # fmt: skip
_NAMES = (
    "../../etc/passwd", "/word/document.xml", "word\\document.xml", "word/document.xml", "xl/workbook.xml",
    "WORD/document.xml", "a\0b",
    "清单.docx", "word/", "x" * 5000, "_rels/.rels", "xl/sharedStrings.xml", "xl/worksheets/sheet99.xml",
    "xl/vbaProject.bin", "word/styles.xml",
)  # fmt: skip

_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, ValueError, OSError, RuntimeError, EOFError, KeyError,
    IndexError, NotImplementedError,
)  # fmt: skip

Parts = list[tuple[str, bytes]]


def mutate_zip(data: bytes, random: Random, donors: Sequence[bytes] = ()) -> bytes:
    """A zip file with something wrong inside, or in how it is packed; bytes that are none are damaged as such."""
    parts = unpack(data)
    if not parts or random.random() < 0.05:
        return damage(data, random, donors)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        _mutate_parts(parts, random, donors)
    made = pack(parts, random)
    return damage(made, random) if random.random() < 0.08 else made


def unpack(data: bytes, most: int = _MOST) -> Parts:
    """The members that can be read, the first `most` bytes of each."""
    found: Parts = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist()[:200]:
                with archive.open(member) as opened:
                    found.append((member.filename, opened.read(most)))
    except _DAMAGE:
        return found
    return found


def _mutate_parts(parts: Parts, random: Random, donors: Sequence[bytes]) -> None:
    usual = [place for place, (name, _) in enumerate(parts) if name in _MAIN]
    place = random.choice(usual) if usual and random.random() < 0.8 else random.randrange(len(parts))
    name, data = parts[place]
    chance = random.random()
    if chance < 0.72:
        parts[place] = (name, mutate_xml(data, random) if b"<" in data[:200] else _inner(data, random))
    elif chance < 0.78:
        parts[place] = (name, damage(data, random))
    elif chance < 0.82:
        parts.append((random.choice((*_NAMES, name)), data))
    elif chance < 0.86:
        parts[place] = (random.choice(_NAMES), data)
    elif chance < 0.89 and len(parts) > 1:
        del parts[place]
    elif chance < 0.92:
        parts[place] = (name, b"" if random.random() < 0.5 else random.choice(parts)[1])
    elif donors and (others := unpack(random.choice(donors))):
        same = [other for other in others if other[0] == name]
        taken = random.choice(same or others)
        parts[place] = (name, taken[1])
    else:
        random.shuffle(parts)


def _inner(data: bytes, random: Random) -> bytes:
    return mutate_zip(data, random) if data.startswith(b"PK") else damage(data, random)


def mutate_xml(data: bytes, random: Random) -> bytes:
    """A part with its tree changed, seldom its text."""
    if random.random() < 0.06:
        at = random.choice((0, data.find(b">") + 1, random.randrange(len(data) + 1)))
        return data[:at] + random.choice(_DOCTYPES) + data[at:]
    root = parse_xml(data)
    if root is None:
        return damage(data, random)
    mutate_tree(root, random, _fragments() if TRANSITIONAL in root.nsmap.values() else ())
    made: bytes = etree.tostring(  # type: ignore[assignment]
        root, encoding=random.choice(("utf-8", "utf-8", "utf-8", "utf-16", "gb18030")), xml_declaration=True
    )
    return made


def _fragments() -> list[etree._Element]:
    names = f'xmlns:w="{TRANSITIONAL}" xmlns:mc="{_COMPATIBILITY}"'
    return [etree.fromstring(f"<x {names}>{one}</x>")[0] for one in _FRAGMENTS]


def pack(parts: Parts, random: Random) -> bytes:
    """Parts as a zip file, now and then with a false entry."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in parts:
            how = zipfile.ZIP_STORED if random.random() < 0.1 else zipfile.ZIP_DEFLATED
            # By its own bytes: `ZipInfo` cuts a name at NUL, and `writestr` warns of a second member of a name.
            archive.NameToInfo.clear()
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, how)
    made = bytearray(target.getvalue())
    if random.random() < 0.12:
        _falsify(made, random)
    return bytes(made)


def _falsify(made: bytearray, random: Random) -> None:
    """Make one entry say something else: flags, method, sizes, offset, in either of the two places or at the end."""
    mark, fields = random.choice((
        (b"PK\x03\x04", (4, 6, 8, 10, 14, 18, 22, 26, 28)),
        (b"PK\x01\x02", (6, 8, 10, 16, 20, 24, 28, 30, 32, 34, 42)),
        (b"PK\x05\x06", (4, 6, 8, 10, 12, 16, 20)),
    ))  # fmt: skip
    places = (
        [at for at in range(len(made) - 4) if made[at : at + 4] == mark] if len(made) < 200_000 else [made.rfind(mark)]
    )
    at = random.choice(places or [0]) + random.choice(fields)
    value = random.choice((0, 1, 8, 9, 12, 14, 93, 99, 0x800, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, random.getrandbits(16)))
    width = random.choice((2, 4))
    made[at : at + width] = (value & (2 ** (8 * width) - 1)).to_bytes(width, "little")
