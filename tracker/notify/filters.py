"""Apply the filter of a subscription to one change or incident. Pure.

Each part of a filter that is set must match; within a part one matching value is enough. Text is compared folded (NFKC,
without white space, lower case), so 百 度 and 百度 are equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tracker.core.labels import fold
from tracker.core.models import Change, ChangeKind, Filing
from tracker.core.series import SERIES
from tracker.settings.subscriptions import AnySubscription

_SERIES_IDS = frozenset(series.id for series in SERIES)
_CANCELLING = frozenset(series.id for series in SERIES if series.cancels)
# A filter may name a province in short, in full or half-way (广西自治区); the history has 广西壮族自治区.
_SUFFIX = re.compile("(?:特别行政区|自治区|省|市)$")
_TEXTS = ("name", "entity", "product", "purpose", "remark", "scenario", "role", "category", "number")


def folded(text: str | None) -> str:
    """Return text in the form in which it is compared."""
    return fold(text or "").casefold()


def wants_change(subscription: AnySubscription, change: Change, entity_names: frozenset[str]) -> bool:
    """Return True if a subscription wants this change.

    `entity_names` are all folded names of the entities in its filter.
    """
    filing = change.filing
    return (
        subscription.changes
        and (not subscription.series or _is_of_series(subscription, change))
        and (not subscription.kinds or change.kind in subscription.kinds)
        and (not subscription.filing_kinds or filing.kind in subscription.filing_kinds)
        and (not subscription.provinces or _has(_short(subscription.provinces), _values(change, "province")))
        and (not subscription.entities or _is_of_entity(subscription, change, entity_names))
        and (not subscription.keywords or _has(subscription.keywords, _texts(change, filing)))
    )


def wants_incident(subscription: AnySubscription, source: str) -> bool:
    """Return True if a subscription wants this incident; its source is a series, a channel or a subscription."""
    is_other = bool(subscription.series) and source in _SERIES_IDS and source not in subscription.series
    return subscription.incidents and not is_other


def wants_unclassified(subscription: AnySubscription) -> bool:
    """Return True if a subscription wants unclassified announcements, which may belong to any series."""
    return subscription.incidents and not subscription.series


def _is_of_series(subscription: AnySubscription, change: Change) -> bool:
    # A notice cancels filings of other series, and a notice or remark need not say when: no date may change with it.
    cancels = change.kind is ChangeKind.CANCELLED or change.lifts_cancellation or "cancelled_on" in change.fields
    return change.series in subscription.series or (cancels and bool(_CANCELLING & set(subscription.series)))


def _is_of_entity(subscription: AnySubscription, change: Change, names: frozenset[str]) -> bool:
    values = list(_values(change, "entity"))
    return _has(subscription.entities, values) or any(folded(value) in names for value in values)


def _short(provinces: Iterable[str]) -> list[str]:
    return [_SUFFIX.sub("", folded(name)) for name in provinces]


def _values(change: Change, field: str) -> Iterator[str]:
    """Return the values of a field before and after the change."""
    for value in (getattr(change.filing, field), *change.fields.get(field, ())):
        if value:
            yield value


def _texts(change: Change, filing: Filing) -> Iterator[str]:
    yield from (getattr(filing, name) or "" for name in _TEXTS)
    yield from (value or "" for pair in change.fields.values() for value in pair)


def _has(wanted: Iterable[str], texts: Iterable[str]) -> bool:
    """Return True if one of the texts contains one of the words."""
    words = [folded(word) for word in wanted]
    return any(word in folded(text) for text in texts for word in words)
