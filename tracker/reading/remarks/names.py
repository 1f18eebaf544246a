"""Extract names from a remark (备注), without the marks around them.

In: a passage with one name or several. Out: the names as printed, without quotes, stray brackets and counting words.
Quotes and brackets are never split, and no character within a name changes.
"""

from __future__ import annotations

import re

from tracker.reading.remarks import patterns
from tracker.reading.remarks.clauses import Passage, fold_marks, says_something

_MARKS = patterns.SEPARATORS + '“”"'
# 《甲》, ‘甲’, “甲” with one of the marks turned
_WRAPPED = re.compile(r"《[^《》]*》|‘.*’|'.*'|【[^【】]*】|[“”\"].*[“”\"]", re.S)


def is_typed(name: str) -> bool:
    """Return True for a product with its kind: 豆包(APP)."""
    return bool(patterns.PRODUCT_TYPE.search(fold_marks(name).strip(_MARKS)))


def read_name(passage: Passage) -> str | None:
    """Return the one name in a passage, or None; “甲”(APP) gives 甲(APP)."""
    passage = _trim(passage)
    if (quoted := re.match("“[^“”]*”", passage.mask)) and "“" not in passage.mask[quoted.end() :]:
        inside, behind = passage.cut(1, quoted.end() - 1).text, passage.cut(quoted.end()).text.strip()
        return _tidy(inside + (behind if is_typed("甲" + behind) and _is_bracket(behind) else ""))
    return _tidy(passage.text)


def read_items(passage: Passage) -> tuple[str, ...]:
    """Return the names of a list; 甲(APP)乙(网站), the comma forgotten, are two."""
    if tail := patterns.COUNT_TAIL.search(passage.mask.rstrip(patterns.SEPARATORS)):
        passage = passage.cut(0, tail.start())
    cuts = [m.span() for m in patterns.ITEM_BREAK.finditer(passage.mask)]
    for closed in re.finditer(r"[)](?=[^\s(、,;。“”)及和与以/])", passage.mask):
        if is_typed(passage.plain[: closed.end()]):
            cuts.append((closed.end(), closed.end()))
    starts = [0, *(end for _, end in sorted(cuts))]
    ends = [*(start for start, _ in sorted(cuts)), None]
    names = (read_name(passage.cut(start, end)) for start, end in zip(starts, ends, strict=True))
    return tuple(name for name in names if name)


def _is_bracket(text: str) -> bool:
    return bool(re.fullmatch(r"\([^()]*\)", fold_marks(text)))


def _trim(passage: Passage) -> Passage:
    """The passage without separators and quotes that have no partner at its ends."""
    loose = patterns.SEPARATORS + '"'
    start = len(passage.mask) - len(passage.mask.lstrip(loose))
    return passage.cut(start, max(start, len(passage.mask.rstrip(loose))))


def _tidy(name: str) -> str | None:
    """The name without what is left of marks at its ends, and without the line breaks of a narrow cell."""
    name = re.sub(r"\s*[\r\n\v\f\u2028]\s*", "", name)
    before = None
    while before != name:
        before, name = name, name.strip(patterns.SEPARATORS)
        plain = fold_marks(name)
        if plain.endswith(")") and plain.count(")") > plain.count("("):
            name = name[:-1]
        elif plain.startswith("(") and plain.count("(") > plain.count(")"):
            name = name[1:]
        elif len(name) > 1 and _WRAPPED.fullmatch(plain):
            name = name[1:-1]
        elif plain.endswith("》") and "《" not in plain:
            name = name[:-1]
    return name if says_something(name) else None
