"""Follows the filing lists of China's internet regulator and keeps their whole history."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.questions import OpenHistory, open_history

__version__ = "0.1.0"
__all__ = ["OpenHistory", "open_history"]


def __getattr__(name: str) -> object:
    # Loaded when asked for: most commands do without, and start the sooner.
    if name in __all__:
        from tracker import questions

        return getattr(questions, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
