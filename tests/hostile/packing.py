"""Zip files as an attacker would write them, and OLE files as Office does. Pure."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Mapping, Sequence

_DAY = (2024, 1, 1, 0, 0, 0)
_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def members(data: bytes) -> dict[str, bytes]:
    """The members of a zip file by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(parts: Mapping[str, bytes] | Sequence[tuple[str, bytes]]) -> bytes:
    """Parts as a zip file; a sequence may name one twice."""
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        warnings.simplefilter("ignore")  # of names that come twice, which is what is wanted
        for name, data in parts.items() if isinstance(parts, Mapping) else parts:
            info = zipfile.ZipInfo("name", _DAY)
            info.filename = name  # as it stands: the constructor cuts it at a NUL
            file.writestr(info, data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def with_parts(data: bytes, **parts: bytes) -> bytes:
    """An office file with other parts: `word__document` is word/document.xml."""
    return packed(members(data) | {f"{name.replace('__', '/')}.xml": part for name, part in parts.items()})


def with_xml(data: bytes, name: str, *changes: tuple[str, str]) -> bytes:
    """An office file whose part has these texts replaced, each once."""
    parts = members(data)
    text = parts[name].decode()
    for old, new in changes:
        assert old in text, f"{name} does not hold {old}"
        text = text.replace(old, new, 1)
    return packed(parts | {name: text.encode()})


def patched(data: bytes, name: str, at_local: int, at_central: int, value: bytes) -> bytes:
    """A zip file in which a field of one member's two headers is another one."""
    made = bytearray(data)
    key = name.encode()
    for mark, size, offset in ((b"PK\x03\x04", 30, at_local), (b"PK\x01\x02", 46, at_central)):
        place = next(
            at for at in _all(data, mark) if data[at + size : at + size + len(key)] == key
        )  # fmt: skip
        made[place + offset : place + offset + len(value)] = value
    return bytes(made)


def _all(data: bytes, mark: bytes) -> list[int]:
    found, at = [], data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found


def overlapping(parts: Mapping[str, bytes], names: Sequence[str], kernel: bytes) -> bytes:
    """A zip file in which members of these names overlap, and all of them end in the same packed kernel.

    Each member's packed bytes quote the header of the next one as a stored block of deflate and go on with that
    member's own packed bytes (David Fifield, "A better zip bomb", 2019). Each unpacks to little more than the kernel.
    """
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    body, crc_of, size = pack.compress(kernel) + pack.flush(), kernel, len(kernel)
    central: list[tuple[str, int, int, int, int]] = []  # name, crc, packed, unpacked, distance from the end
    tail = b""
    for name in reversed(names):
        crc = zlib.crc32(crc_of)
        header = _local(name, crc, len(body), size)
        tail = header + body
        central.append((name, crc, len(body), size, len(tail)))
        quote = struct.pack("<BHH", 0, len(header), len(header) ^ 0xFFFF)
        body, crc_of, size = quote + tail, header + crc_of, size + len(header)
    start = packed(parts)
    directory_at = start.rindex(b"PK\x05\x06")
    offset = int.from_bytes(start[directory_at + 16 : directory_at + 20], "little")
    files, directory = start[:offset], start[offset:directory_at]
    directory += b"".join(
        _central(name, crc, packed_size, unpacked, offset + len(tail) - from_end)
        for name, crc, packed_size, unpacked, from_end in reversed(central)
    )
    number = len(parts) + len(names)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, number, number, len(directory), offset + len(tail), 0)
    return files + tail + directory + end


def _local(name: str, crc: int, packed_size: int, size: int) -> bytes:
    return struct.pack(
        "<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, packed_size, size, len(name), 0
    ) + name.encode()  # fmt: skip


def _central(name: str, crc: int, packed_size: int, size: int, offset: int) -> bytes:
    return struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, packed_size, size, len(name), 0, 0, 0, 0, 0,
        offset,
    ) + name.encode()  # fmt: skip


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file ([MS-CFB]) with these streams in its root: what .doc, .xls and encrypted .docx are."""
    bodies = [data.ljust(-(-max(len(data), 4096) // _SECTOR) * _SECTOR, b"\0") for data in streams.values()]
    entries = [_entry("Root Entry", 5, child=1 if streams else _FREE, start=_END, size=0)]
    sector = 2  # after the table of sectors and the directory
    directory_sectors = -(-(len(streams) + 1) // 4)
    sector = 1 + directory_sectors
    chain = [_FAT, *_chain(1, directory_sectors)]
    for number, (name, data) in enumerate(zip(streams, bodies, strict=True), 1):
        right = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, 2, right=right, start=sector, size=len(data)))
        chain += _chain(sector, len(data) // _SECTOR)
        sector += len(data) // _SECTOR
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0")
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    assert len(table) == _SECTOR, "one sector holds the table of a file of up to 64 KB"
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", bytes.fromhex("d0cf11e0a1b11ae1"), b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, 1, 1, 0, 4096, _END, 0, _END, 0, 0,
    )  # fmt: skip
    return (header + struct.pack("<108I", *[_FREE] * 108)).ljust(_SECTOR, b"\0") + table + directory + b"".join(bodies)


def _chain(first: int, length: int) -> list[int]:
    return [*range(first + 1, first + length), _END]


def _entry(name: str, kind: int, *, child: int = _FREE, right: int = _FREE, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ", written, len(written), kind, 1, _FREE, right, child, b"", 0, 0, 0, start, size
    )  # fmt: skip
