"""Inputs that something escaped from once, the smallest that show it."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """An input of a target, and what was wrong."""

    target: str
    why: str
    make: Callable[[], bytes]


def endless_header() -> bytes:
    """The begin of a tar file whose first header says that it goes on for a million gigabytes."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 1 << 50
    return info.tobuf() + b"x" * 512


def nameless_member() -> bytes:
    """A zip file of one member whose name has no character; zipfile refuses to write one as it should be."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("x", b"y")
        archive.infolist()[0].filename = ""
    return target.getvalue()


CASES: tuple[Case, ...] = (
    Case("any", "a member of a zip file without a name", nameless_member),
    Case("address", "an address that is a host only to urllib", lambda: b"\x01//[x"),
    Case("address", "a redirect to a port that there is not", lambda: b"http://www.cac.gov.cn:99999/"),
    Case("address", "a character of five thousand digits", lambda: b"&#" + b"9" * 5000 + b";"),
    Case("address", "a title of one word again and again", lambda: "生成式人工智能服务记".encode() * 20_000),
    Case("titles", "an accent behind a blank", lambda: "附件：e \u0301（2024年6月）".encode()),
    Case("answer", "a page of nothing but comments", lambda: b"<!---->" * 1000),
    Case("answer", "a page of tags without an end", lambda: b"<html><div id" + b"<div " * 100_000),
    Case("remarks", "a remark of a hundred thousand commas", lambda: b"1," * 100_000),
    Case("settings", "a number of five thousand digits", lambda: b"a = " + b"5" * 5000),
    Case("settings", "settings nested too deep", lambda: b"a = " + b"[" * 100_000),
    Case("backup", "a header of a million gigabytes", endless_header),
    Case("journal", "an event nested too deep", lambda: b"[" * 100_000),
    Case("journal", "an event whose number is infinite", lambda: b'{"id": 1e999}'),
)
