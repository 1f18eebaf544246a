"""A list as its changes make it: what every diff must add up to."""

from __future__ import annotations

from tracker.core.models import Change, ChangeKind, Filing


def fold(before: dict[str, Filing], changes: list[Change]) -> dict[str, Filing]:
    """The list after the changes, made from the list before them."""
    state = dict(before)
    for change in changes:
        if change.former_number:
            del state[change.former_number]
        if change.kind is ChangeKind.WITHDRAWN:
            del state[change.number]
        else:
            state[change.number] = change.filing
    return state
