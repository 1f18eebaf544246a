"""Mutation of texts: of pages, of JSON answers, of settings, of what stands in cells and addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import Any

import lxml.html
from lxml import etree

from tests.fuzz.blobs import damage
from tests.fuzz.markup import mutate_tree, some_text
from tests.fuzz.tokens import CHARACTERS, NUMBERS, WORDS

_MOST = 200_000  # characters
_CHARSETS = ("utf-8", "utf-8", "utf-8", "gb18030", "utf-16", "utf-8-sig", "big5", "latin-1")
_MARKUP = (
    "<!---->", "<!--", "<div ", "<h1 ", "<a href='x.docx'>", "<p id=BodyLabel>", "&#9", "&lt;", "class=", "id=", "<",
    " ", "9", "a",
)  # fmt: skip
_PIECE = re.compile(r"[A-Za-z_]+|\d+|\s+|.", re.S)
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, 10**400, "", [], {}, [[]], {"a": 1}, [None], "\ud83d", "\0",
    "//www.cac.gov.cn/2026-03/17/c_1.htm",
    "javascript:alert(1)", "http://[::1", "//[", "http://a:b@www.cac.gov.cn:99999999/",
    "https://www.cac.gov.cn\\@evil", "/%zz", "?", "#", "//",
    "//www.cac.gov.cn:80", "http://www.cac.gov.cn:x/", "..//..", "ｗｗｗ.cac.gov.cn", "http://①②③.gov/",
    "2026-99-99 99:99", "<b>备案</b>", "&lt;b&gt;",
)  # fmt: skip


def mutate_text(data: bytes, random: Random, donors: Sequence[bytes] = ()) -> bytes:
    """A text (UTF-8) with pieces of it put in, taken out, replaced, repeated."""
    if random.random() < 0.03:
        return _pumped(random).encode()
    pieces = _PIECE.findall(data.decode("utf-8", "replace"))
    for _ in range(random.choice((1, 1, 2, 4, 10))):
        at = random.randint(0, len(pieces))
        chance = random.random()
        if chance < 0.4:
            pieces.insert(at, _token(random))
        elif chance < 0.6:
            pieces[at : at + random.choice((1, 1, 3))] = [_token(random)]
        elif chance < 0.75:
            del pieces[at : at + random.choice((1, 2, 5, 30))]
        elif chance < 0.87:
            pieces[at:at] = pieces[at : at + random.choice((1, 3, 10))] * random.choice((1, 1, 2, 30, 300))
        elif donors and chance < 0.95:
            others = _PIECE.findall(random.choice(donors).decode("utf-8", "replace"))
            start = random.randint(0, len(others))
            pieces[at:at] = others[start : start + random.choice((3, 20))]
        else:
            random.shuffle(pieces)
    return "".join(pieces)[:_MOST].encode("utf-8", "replace")


def _pumped(random: Random) -> str:
    """The same again and again: what patterns take the square of a length for, or worse."""
    unit = "".join(random.choice((_token(random), random.choice(_MARKUP))) for _ in range(random.choice((1, 1, 2, 3))))
    return _token(random) + unit * (random.choice((100, 3_000, 100_000)) // len(unit)) + _token(random)


def _token(random: Random) -> str:
    return random.choice(random.choice((WORDS, WORDS, CHARACTERS, CHARACTERS, NUMBERS)))


def _tree(text: str) -> Any:
    """The tree of a page, without what cannot stand in another; None where there is none."""
    try:
        root = lxml.html.document_fromstring(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text))
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    for element in root.iter():
        if isinstance(element.tag, str) and not re.fullmatch(r"[a-zA-Z][\w-]*", element.tag):
            element.tag = "x"  # lxml reads such a name and does not write it
    return root


def mutate_page(data: bytes, random: Random, donors: Sequence[bytes] = ()) -> bytes:
    """A page with its tree changed, in some charset; or its text, or its bytes."""
    chance = random.random()
    if chance < 0.1:
        return damage(data, random, donors)
    if chance < 0.3:
        return mutate_text(data, random, donors)
    root = _tree(data.decode("utf-8", "replace"))
    if root is None:
        return damage(data, random, donors)
    other = _tree(random.choice(donors).decode("utf-8", "replace")) if donors and random.random() < 0.3 else None
    fragments = [] if other is None else list(other.iter("table", "a"))
    mutate_tree(root, random, fragments[:20])
    for cell in [cell for cell in root.iter("td", "th") if random.random() < 0.05]:
        cell.set(random.choice(("colspan", "rowspan")), random.choice(NUMBERS))
    return etree.tostring(root, encoding="unicode", method="html").encode(random.choice(_CHARSETS), "replace")


def mutate_json(data: bytes, random: Random, donors: Sequence[bytes] = ()) -> bytes:
    """A JSON answer with other values in it; or its text, or its bytes."""
    chance = random.random()
    if chance < 0.08:
        return damage(data, random, donors)
    if chance < 0.2:
        return mutate_text(data, random, donors)
    if chance < 0.22:
        return b"[" * random.choice((10, 990, 100_000)) + data
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return mutate_text(data, random, donors)
    for _ in range(random.choice((1, 1, 2, 5))):
        _change_value(tree, random)
    return json.dumps(tree, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _change_value(tree: Any, random: Random) -> None:
    """Walk down at random and change something there."""
    here = tree
    while isinstance(here, dict | list) and here:
        key = random.choice(list(here) if isinstance(here, dict) else range(len(here)))
        if not isinstance(here[key], dict | list) or not here[key] or random.random() < 0.1:
            chance = random.random()
            if chance < 0.15:
                del here[key]
            elif chance < 0.25 and isinstance(here, list):
                here[key:key] = [here[key]] * random.choice((1, 2, 200))
            elif chance < 0.65:
                here[key] = deepcopy(random.choice(_VALUES))
            else:
                here[key] = some_text(random)
            return
        here = here[key]
