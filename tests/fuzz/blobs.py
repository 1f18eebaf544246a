"""Damage to bytes of any kind: flipped, cut, repeated, spliced."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

_EDGES = (b"\0", b"\xff", b"\x7f", b"\x80", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\xff\xff\0\0")


def damage(data: bytes, random: Random, donors: Sequence[bytes] = ()) -> bytes:
    """The bytes with one to eight things wrong."""
    made = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4, 8))):
        random.choice(_WAYS)(made, random)
    if donors and random.random() < 0.1:
        made = _splice(made, random.choice(donors), random)
    return bytes(made)


def _flip(made: bytearray, random: Random) -> None:
    if made:
        made[random.randrange(len(made))] ^= 1 << random.randrange(8)


def _overwrite(made: bytearray, random: Random) -> None:
    at, edge = random.randrange(len(made) + 1), random.choice(_EDGES)
    made[at : at + len(edge)] = edge


def _insert(made: bytearray, random: Random) -> None:
    at = random.randrange(len(made) + 1)
    made[at:at] = random.randbytes(random.randint(1, 8))


def _delete(made: bytearray, random: Random) -> None:
    at = random.randrange(len(made) + 1)
    del made[at : at + _length(made, random)]


def _repeat(made: bytearray, random: Random) -> None:
    at = random.randrange(len(made) + 1)
    piece = made[at : at + _length(made, random)]
    made[at:at] = piece * random.choice((1, 1, 2, 10, 50_000 // (len(piece) + 1)))


def _move(made: bytearray, random: Random) -> None:
    at = random.randrange(len(made) + 1)
    piece = made[at : at + _length(made, random)]
    del made[at : at + len(piece)]
    to = random.randrange(len(made) + 1)
    made[to:to] = piece


def _cut(made: bytearray, random: Random) -> None:
    if random.random() < 0.3:
        del made[random.randrange(len(made) + 1) :]


def _length(made: bytearray, random: Random) -> int:
    return random.choice((1, 2, 4, 16, 64, 512, max(1, len(made) // 8)))


def _splice(made: bytearray, donor: bytes, random: Random) -> bytearray:
    """The beginning of one file and the end of another."""
    return made[: random.randrange(len(made) + 1)] + donor[random.randrange(len(donor) + 1) :]


_WAYS = (_flip, _flip, _overwrite, _insert, _delete, _repeat, _move, _cut)
