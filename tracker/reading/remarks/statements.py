"""Read the statements of one clause of a remark (备注).

In: a clause. Out: statements, each with its fragment of the clause; together the fragments are the whole clause.
Nothing is guessed: a change of something unknown is `other_material_changed`, wording without any sign of a change is
`other`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tracker.reading.remarks import patterns
from tracker.reading.remarks.clauses import Clause, Passage, says_something
from tracker.reading.remarks.names import is_typed, read_items, read_name


class RemarkKind(StrEnum):
    """What a remark can state."""

    CANCELLED = "cancelled"
    ENTITY_RENAMED = "entity_renamed"
    ALGORITHM_RENAMED = "algorithm_renamed"
    PRODUCTS_ADDED = "products_added"
    PRODUCTS_REMOVED = "products_removed"
    PRODUCTS_RENAMED = "products_renamed"
    PRODUCT_CHANGED = "product_changed"  # 产品变更, without saying how
    PURPOSE_CHANGED = "purpose_changed"
    MODEL_CHANGED = "model_changed"
    RESPONSIBLE_CHANGED = "responsible_changed"
    OTHER_MATERIAL_CHANGED = "other_material_changed"  # a change of something else that the remark names
    OTHER = "other"  # wording that we do not understand


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement, without its date; the fields are those of `RemarkEvent`."""

    text: str
    kind: RemarkKind
    before: str | None = None
    after: str | None = None
    items: tuple[str, ...] = ()


_K = RemarkKind
# The narrower subject first: 算法名称 is no 算法模型, 使用产品 is not 使用….
_SUBJECTS = {
    _K.ENTITY_RENAMED: patterns.ENTITY,
    _K.ALGORITHM_RENAMED: patterns.ALGORITHM,
    _K.PRODUCTS_RENAMED: patterns.PRODUCT,
    _K.PURPOSE_CHANGED: patterns.PURPOSE,
    _K.RESPONSIBLE_CHANGED: patterns.RESPONSIBLE,
    _K.MODEL_CHANGED: patterns.MODEL,
}
_RENAMES = (_K.ENTITY_RENAMED, _K.ALGORITHM_RENAMED, _K.PRODUCTS_RENAMED)
_SINGLE = (_K.ENTITY_RENAMED, _K.ALGORITHM_RENAMED)


def read_clause(clause: Clause, former: RemarkKind | None) -> list[Stated]:
    """Return what a clause states; `former` is what the clause before it stated, for 、“A”变更为“B” without subject."""
    text = clause.text.text.strip(patterns.SEPARATORS)
    body = _undated(clause.body)
    if joined := patterns.CONNECTIVE.search(body.mask):
        left, right = body.cut(0, joined.start()), body.cut(joined.end())
        return _read_rename(text, left, right, former, each=bool(joined["each"]))
    if patterns.CANCELLED.search(body.mask) and not patterns.PRODUCT_CANCELLED.search(body.mask):
        typed = patterns.PRODUCT_TYPE.search(re.sub("(?:已|均|全部)*注销.*", "", body.plain))
        return [Stated(text, _K.PRODUCTS_REMOVED if typed else _K.CANCELLED, items=read_items(body) if typed else ())]
    for read in (_read_altered, _read_products, _read_former):
        if one := read(text, body):
            return [one]
    changed = patterns.CHANGE.search(body.mask)
    known = _read_subjects(clause) if changed or clause.announced else []
    return known or [Stated(text, _K.OTHER_MATERIAL_CHANGED if changed else _K.OTHER)]


def _undated(body: Passage) -> Passage:
    """Return the clause without the dates in it, so that they get into no name."""
    for pattern in (patterns.TRAILING_DATES, patterns.INNER_DATES):
        if found := pattern.search(body.mask):
            head, tail = body.cut(0, found.start()), body.cut(found.end())
            body = Passage(head.printed + tail.printed, head.plain + tail.plain, head.mask + tail.mask)
    return body


def _read_rename(
    text: str, left: Passage, right: Passage, former: RemarkKind | None, *, each: bool
) -> list[Stated]:
    """A变更为B of anything that can have a name or a value."""
    kind, left = _split_subject(left)
    if kind is None:
        kind = _kind_of_names(left, right) or (former if former in _RENAMES else None)
    if kind is None:
        # “甲”变更为“乙” may be anything; 输出模态变更为文本 names its subject
        named = left.mask.startswith("“") or not says_something(left.text)
        kind, left = (_K.OTHER, left) if named else (_K.OTHER_MATERIAL_CHANGED, left.cut(0, 0))
    if kind in _SINGLE:
        # 原主体名称为A，主体名称变更为B; …变更为B，特此说明
        left = left.cut(0, _place(rf"[,;、]\s*现?(?:{_SUBJECTS[kind]})?\s*$", left.mask))
        right = right.cut(0, _place(r"(?<=[^\s:])(?:[;。、]|,(?!\s*(?:Ltd|Inc|LLC|Corp)))", right.mask))
    if kind is _K.PRODUCTS_RENAMED:
        return _renamed_products(text, read_items(left), read_items(right), each=each)
    return [Stated(text, kind, read_name(left), read_name(right))]


def _renamed_products(
    text: str, before: tuple[str, ...], after: tuple[str, ...], *, each: bool
) -> list[Stated]:
    """Return one renaming, several that 分别 ties together pair by pair, or one list of products for another."""
    if each and len(before) == len(after):
        return [Stated(text, _K.PRODUCTS_RENAMED, *pair) for pair in zip(before, after, strict=True)]
    kind = _K.PRODUCTS_RENAMED if len(before) < 2 and len(after) < 2 else _K.PRODUCT_CHANGED
    return [Stated(text, kind, "、".join(before) or None, "、".join(after) or None)]


def _split_subject(left: Passage) -> tuple[RemarkKind | None, Passage]:
    """The kind of what is changed and the rest, its former value; None where only a name stands there."""
    within = patterns.WITHIN.match(left.mask)
    left = left.cut(within.end() if within else 0)
    typed = patterns.PRODUCT_TYPE.search(left.plain.strip(patterns.SEPARATORS + '“”"'))
    for kind, subject in _SUBJECTS.items():
        found = re.match(rf"(?:{patterns.ALTERED}了?)?(?:原|现)?(?:{subject}){patterns.ASPECT}{patterns.OF}", left.mask)
        if found and (kind is _K.PRODUCTS_RENAMED or not typed):
            return kind, left.cut(found.end())
    if left.mask.strip() in ("算法", "原算法"):
        return None, left.cut(len(left.mask))  # 算法更名为乙算法
    if found := re.match(rf"原?{patterns.NUMBER}{patterns.OF}(?=.)", left.mask):
        return _K.OTHER_MATERIAL_CHANGED, left.cut(found.end())
    if found := re.match(r"原?(?P<what>[^“”,、;()]{1,16}?)(?:由|原为)(?=.)", left.mask):
        known = None if found["what"] in ("名称", "名") else _K.OTHER_MATERIAL_CHANGED
        return known, left.cut(found.end())
    found = re.match(rf"(?:原名称?|曾用名|{patterns.OF})[:\s]*", left.mask)
    return None, left.cut(found.end() if found else 0)


def _kind_of_names(*sides: Passage) -> RemarkKind | None:
    """Return the kind that the names themselves tell: 甲(APP), 甲生成算法, 甲科技有限公司."""
    names = [side.plain.strip(patterns.SEPARATORS + '“”"') for side in reversed(sides)]
    tests: tuple[tuple[RemarkKind, Callable[[str], object]], ...] = (
        (_K.PRODUCTS_RENAMED, patterns.PRODUCT_TYPE.search),
        (_K.ALGORITHM_RENAMED, patterns.ALGORITHM_NAME.search),
        (_K.ENTITY_RENAMED, patterns.ENTITY_NAME.search),
    )
    return next((kind for name in names for kind, test in tests if test(name)), None)


def _read_altered(text: str, body: Passage) -> Stated | None:
    """变更主要用途为“…”, 变更主体名称“A”为“B”: the verb first and its 为 behind the subject."""
    for kind, subject in _SUBJECTS.items():
        about = rf"{patterns.ALTERED}了?(?:原|现)?(?:{subject}){patterns.ASPECT}\s*"
        found = re.match(rf"{about}(?P<old>由?“[^”]*”\s*(?=为))?(?P<to>[为至成:])?\s*(?=.)", body.mask, re.S)
        if found and (found["to"] or (kind is _K.PURPOSE_CHANGED and body.mask[found.end()] == "“")):
            after = body.cut(found.end())
            after = after.cut(0, _place("[,;。、]", after.mask)) if kind in _SINGLE else after
            before = body.cut(found.start("old"), found.end("old")) if found["old"] else body.cut(0, 0)
            before = before.cut(1) if before.mask.startswith("由") else before
            return Stated(text, kind, read_name(before), read_name(after))
    return None


def _read_products(text: str, body: Passage) -> Stated | None:
    """新增产品…, 删除…(APP), …(APP)下线; and 接入…大模型, since it reads the same."""
    within = patterns.WITHIN.match(body.mask)
    body = body.cut(within.end() if within else 0)
    for pattern, kind in ((patterns.ADDED, _K.PRODUCTS_ADDED), (patterns.REMOVED, _K.PRODUCTS_REMOVED)):
        if not (found := pattern.match(body.mask)):
            continue
        rest = body.cut(found.end())
        noun = patterns.NOUN.match(rest.mask)
        listed = rest.cut(noun.end() if noun else 0)
        items = read_items(listed)
        if found["noun"] or noun:
            return None if listed.mask and patterns.NO_ITEM.fullmatch(listed.mask) else Stated(text, kind, items=items)
        if any(is_typed(item) for item in items):
            return Stated(text, kind, items=items)
        return Stated(text, _K.MODEL_CHANGED) if patterns.MODEL_ADDED.search(rest.mask) else None
    if found := patterns.GONE.match(body.mask):
        items = read_items(body.cut(*found.span("what")))
        if found["noun"] or any(is_typed(item) for item in items):
            return Stated(text, _K.PRODUCTS_REMOVED, items=items)
    return Stated(text, _K.MODEL_CHANGED) if re.match("接入|已接入", body.mask) else None


def _read_former(text: str, body: Passage) -> Stated | None:
    """原算法名称“A” and nothing else: the name before, the new one stands in its own column."""
    if not re.match("原|曾用名", body.mask) or patterns.CHANGE.search(body.mask):
        return None
    kind, rest = _split_subject(body)
    kind = kind or _kind_of_names(rest)
    name = read_name(rest)
    return Stated(text, kind, name) if kind in (*_RENAMES, _K.OTHER_MATERIAL_CHANGED) and name else None


def _read_subjects(clause: Clause) -> list[Stated]:
    """变更主要用途、算法安全责任人 or 产品、用途变更: a statement per subject, if any is known."""
    mask, whole = clause.body.mask, clause.text
    lead = len(whole.mask) - len(mask)
    ends = [m.end() for m in re.finditer(r"[、,]|以及|[和及与]", mask)]
    cuts: list[int] = []
    kinds: list[RemarkKind] = []
    for start, end in zip([0, *ends], [*ends, len(mask)], strict=True):
        if not says_something(clause.body.plain[start:end]):
            continue
        kind = _bare_subject(mask[start:end])
        if not kinds or kind is not _K.OTHER_MATERIAL_CHANGED or kinds[-1] is not kind:
            cuts.append(start + lead)
            kinds.append(kind)
    if set(kinds) <= {_K.OTHER_MATERIAL_CHANGED}:
        return []
    parts = zip(kinds, [0, *cuts[1:]], [*cuts[1:], None], strict=True)
    return [Stated(whole.cut(start, end).text.strip(patterns.SEPARATORS), kind) for kind, start, end in parts]


def _bare_subject(mask: str) -> RemarkKind:
    """The kind of a subject that stands alone but for verbs and 《…》中, else other material."""
    mask = re.sub(r"(?:以及|[、,和及与\s])*$|\([^()]*\)\s*$", "", mask.strip(patterns.SEPARATORS))
    for pattern in (patterns.VERBS_BEFORE, patterns.WITHIN, patterns.VERBS_BEFORE):
        found = pattern.match(mask)
        mask = mask[found.end() if found else 0 :].strip()
    named = "名" in mask
    mask = patterns.VERBS_AFTER.sub("", mask, count=1)
    for kind, subject in _SUBJECTS.items():
        if re.fullmatch(rf"(?:原|现)?(?:{subject}){patterns.ASPECT}等?", mask):
            return _K.PRODUCT_CHANGED if kind is _K.PRODUCTS_RENAMED and not named else kind
    return _K.OTHER_MATERIAL_CHANGED


def _place(pattern: str, mask: str) -> int:
    """Return where a pattern begins in a mask; its end where it does not occur."""
    found = re.search(pattern, mask)
    return found.start() if found else len(mask)
