"""Compare the history with what the regulator states. Pure.

In: lists and notices as their newest revisions state them, stated totals, published facts. Out: checks, each ok, off
(with what is missing, and where) or not checkable (with the reason). The order of rows and lists never matters.
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
    """Return every check, in this order: totals, rows, sequence, province, numbers, notices, round-ups.

    Args:
        lists: the lists that file something, without notices and round-ups.
        notices: cancellation notices.
        totals: the totals that announcements state.
        facts: further known facts; `Facts()` for none.
        round_ups: lists that repeat earlier ones and serve as a check only.
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
