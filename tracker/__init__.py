"""Follows the filing lists of China's internet regulator and keeps their whole history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.core.version import __version__

if TYPE_CHECKING:
    from tracker.query.open_history import OpenHistory, open_history

__all__ = ["OpenHistory", "__version__", "open_history"]


def __getattr__(name: str) -> object:
    # Loaded when asked for: most commands do without, and start the sooner.
    if name in __all__:
        from tracker.query import open_history as questions

        return getattr(questions, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
