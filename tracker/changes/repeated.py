"""Rows of one list that share a number: one of them is the filing, and what becomes of the others is said. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from tracker.core.models import Filing
from tracker.reading.normalise import comparable


def diff_repeated(before: Iterable[tuple[str, Mapping[str, str]]], rows: Iterable[Filing]) -> list[str]:
    """Warnings about rows of a number that stood several times before and does now, and that say something else.

    `before` are (number, cells as printed, by field). The row that is recorded as the filing is compared as all are;
    a change of another one would go unnoticed.
    """
    old, new = _by_number(before), _by_number((row.number, row.raw) for row in rows)
    warnings = []
    for number, was in old.items():
        now = new.get(number, Counter())
        if now and now != was:
            gone, come = ["; ".join(" | ".join(cells) for cells in those) for those in (was - now, now - was)]
            warnings.append(f"{number} stands {now.total()} times, and its rows changed: {gone} → {come}")
    return warnings


def _by_number(rows: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, Counter[tuple[str, ...]]]:
    found: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for number, raw in rows:
        found[number][tuple(comparable(name, raw[name]) for name in sorted(raw) if name != "sequence")] += 1
    return found
