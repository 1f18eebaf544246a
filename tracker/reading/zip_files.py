"""Safe access to the members of a zip file: docx and xlsx are zip files, and lists come zipped too.

In: bytes. Out: member names and members as streams of bounded chunks. Must never: use a member's name as a
path, write to disk, trust a declared size or number of members, or let an error of `zipfile` escape.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tracker.core.errors import HostileFile, Unreadable
from tracker.reading.limits import KIB, MIB, Meter, check_size

MAX_MEMBERS = 2_000
MAX_EXPANDED = 256 * MIB  # of all members read together
MAX_RATIO = 250  # real lists: 20 to 30; deflate ends at 1,032
RATIO_COUNTS_FROM = 8 * MIB  # a small file of equal rows may pack better than any real list
CHUNK = 64 * KIB

_DIRECTORY_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# Everything that zipfile and zlib were seen to raise on damaged bytes.
_DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError, ValueError,
    KeyError, IndexError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


class Archive:
    """An opened zip file that counts every byte it unpacks.

    Raises:
        Unreadable: it is damaged or encrypted.
        HostileFile: it breaks a limit.
    """

    def __init__(self, data: bytes, meter: Meter | None = None) -> None:
        check_size(data)
        # zipfile makes an object per entry before one can ask how many there are.
        if data.count(_DIRECTORY_ENTRY) > MAX_MEMBERS:
            raise HostileFile(f"The zip file has more than {MAX_MEMBERS:,} members")
        self.meter = meter or Meter()
        self._size = len(data)
        self._expanded = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._members = {member.filename: member for member in self._zip.infolist()}
        except _DAMAGE as error:
            raise _damaged() from error
        if len(self._members) < len(self._zip.infolist()):
            # Programs differ in which of them they open, so they would show different lists.
            raise HostileFile("The zip file holds two members of one name")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the members that are files, by the names they are opened with; one without a name is not a file."""
        return tuple(name for name, member in self._members.items() if name and not member.is_dir())

    def display_name(self, name: str) -> str:
        """Return a member's name fit for a message: Chinese names without the UTF-8 flag are GB18030."""
        shown = name
        if name in self._members and not self._members[name].flag_bits & _UTF8_NAME:
            try:
                shown = name.encode("cp437").decode("gb18030")
            except UnicodeError:
                shown = name
        return "".join(char if char.isprintable() else "?" for char in shown)[:80]

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield one member in chunks of at most `CHUNK` bytes, counted as they come."""
        member = self._members.get(name)
        if member is None:
            raise Unreadable("The file lacks a part it must have", part=self.display_name(name))
        if member.flag_bits & _ENCRYPTED:
            raise Unreadable("The file is protected by a password", hint="Ask for it without one")
        if member.compress_type not in _METHODS:
            raise Unreadable("The file is packed in a way that office files never are")
        try:
            with self._zip.open(member) as opened:
                while chunk := opened.read(CHUNK):
                    self._count(len(chunk))
                    yield chunk
        except _DAMAGE as error:
            raise _damaged() from error

    def read(self, name: str, limit: int) -> bytes:
        """Return one member as a whole, when it has no more than `limit` bytes."""
        whole = bytearray()
        for chunk in self.stream(name):
            whole += chunk
            if len(whole) > limit:
                raise HostileFile(f"A part of the file has more than {limit:,} bytes", part=name[:80])
        return bytes(whole)

    def _count(self, size: int) -> None:
        self._expanded += size
        too_dense = self._expanded > RATIO_COUNTS_FROM and self._expanded > MAX_RATIO * self._size
        if self._expanded > MAX_EXPANDED or too_dense:
            raise HostileFile(f"The file unpacks to more than {self._expanded:,} bytes")
        self.meter.check_time()


def _damaged() -> Unreadable:
    return Unreadable("The file is damaged or cut off", hint="Fetch it again")
