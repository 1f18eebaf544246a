"""What the regulator states against what the history holds. Pure.

In: the lists and notices as their newest revisions state them, stated totals, published facts. Out: checks, each ok,
off (with what is missing, and where) or not checkable (with the reason). Must never let the order of rows or lists
decide, take what cannot be checked for right, or know the result of a check beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracker.changes.checks.facts import Facts
from tracker.changes.checks.lists import name_lists
from tracker.changes.checks.notices import check_notices
from tracker.changes.checks.numbers import check_numbers
from tracker.changes.checks.rows import check_provinces, check_round_ups, check_rows
from tracker.changes.checks.sequences import check_sequences
from tracker.changes.checks.totals import check_totals
from tracker.core.models import Check, KnownList, StatedTotal


def reconcile(
    lists: Sequence[KnownList],
    notices: Sequence[KnownList],
    totals: Sequence[StatedTotal],
    facts: Facts,
    *,
    round_ups: Sequence[KnownList] = (),
) -> list[Check]:
    """Every check, in this order: totals, rows, sequence, province, numbers, notices, round-ups.

    Args:
        lists: the lists that file something, notices and round-ups aside.
        notices: cancellation notices.
        totals: what announcements state.
        facts: what is known besides; `Facts()` for nothing.
        round_ups: lists that repeat earlier ones, and so serve as a check only.
    """
    named, named_notices = name_lists(lists), name_lists(notices)
    return [
        *check_totals(named, totals, facts),
        *check_rows(named, named_notices, facts),
        *check_sequences(named, facts),
        *check_provinces(named, facts),
        *check_numbers(named, named_notices),
        *check_notices(named, named_notices),
        *check_round_ups(name_lists(round_ups), named),
    ]
