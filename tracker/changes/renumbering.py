"""Find new numbers of a re-issued list that correct old ones. Pure.

In: filings whose numbers a list dropped, and filings with new numbers. Out: pairs, and ambiguous cases. Two filings are
not paired if another pairing is as likely.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from tracker.core.models import FIELDS, Filing
from tracker.reading.normalise import comparable

# 序号 is a place in the list, not a fact about the filing.
COMPARED = tuple(name for name in FIELDS if name != "sequence")

_Key = tuple[str, ...]


def pair_renumbered(
    dropped: Mapping[str, Filing], fresh: Mapping[str, Filing]
) -> tuple[dict[str, Filing], list[str]]:
    """Return which fresh numbers are corrected old ones: {fresh number: old filing}; and what stays ambiguous.

    From certain to less certain: same 序号 and all fields equal; all fields equal; equal name and entity; same 序号 and
    all fields equal but the entity, or but the name. A pair counts only if it is unique on both sides.
    """
    pairs: dict[str, Filing] = {}
    warnings: list[str] = []
    if not dropped or not fresh:
        return pairs, warnings
    for key_of in (_place_but(), _all_fields, _name_and_entity, _place_but("entity"), _place_but("name")):
        paired = {old.number for old in pairs.values()}
        old_by = _group((old for old in dropped.values() if old.number not in paired), key_of)
        new_by = _group((new for new in fresh.values() if new.number not in pairs), key_of)
        for key, olds in old_by.items():
            news = new_by.get(key, [])
            if len(olds) == 1 and len(news) == 1:
                pairs[news[0].number] = olds[0]
            elif news and key_of is _name_and_entity:
                numbers = ", ".join(f.number for f in (*olds, *news))
                warnings.append(f"Ambiguous renumbering, recorded as withdrawn and added: {numbers}")
    return pairs, warnings


def _name_and_entity(filing: Filing) -> _Key | None:
    """Return the key of name and entity, or None if one is missing: two rows without a name have nothing in common."""
    name, entity = comparable("name", filing.name), comparable("entity", filing.entity)
    return (str(filing.kind), name, entity) if name and entity else None


def _all_fields(filing: Filing) -> _Key | None:
    """Distinguish filings of the same name by their other fields."""
    known = _name_and_entity(filing)
    return known and (*known, *(comparable(name, getattr(filing, name)) for name in COMPARED))


def _place_but(free: str = "") -> Callable[[Filing], _Key | None]:
    """Return 序号 and every field but `free`, or None if a row states too little to be identified."""

    def key(filing: Filing) -> _Key | None:
        others = [comparable(name, getattr(filing, name)) for name in COMPARED if name != free]
        stated = sum(map(bool, others))
        return (str(filing.kind), filing.sequence or "", *others) if stated >= (1 if filing.sequence else 2) else None

    return key


def _group(filings: Iterable[Filing], key_of: Callable[[Filing], _Key | None]) -> dict[_Key, list[Filing]]:
    groups: dict[_Key, list[Filing]] = defaultdict(list)
    for filing in filings:
        key = key_of(filing)
        if key is not None:
            groups[key].append(filing)
    return groups
