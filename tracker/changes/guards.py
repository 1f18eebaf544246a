"""Whether a list may be recorded: its series' bounds, and how it compares with what is known. Pure.

A suddenly shrunken list changes nothing; a person looks first.
"""

from __future__ import annotations

from tracker.models import Extraction
from tracker.series import Series

SHRINK_SHARE = 0.10
SHRINK_ROWS = 3


def find_objection(
    extraction: Extraction, series: Series, known_rows: int, *, shrink_share: float = SHRINK_SHARE
) -> str | None:
    """Why the list must not be recorded, as one sentence; None where nothing speaks against it.

    Args:
        extraction: the list as read.
        series: its series, with the bounds.
        known_rows: how many filings the history holds of this very list; 0 for a new one.
        shrink_share: a list may lose this share of its rows (and always three rows) without a question.
    """
    kept = len(extraction.filings)
    if kept < series.min_rows:
        return f"{kept} rows could be read; a genuine list of {series.id} has at least {series.min_rows}"
    if len(extraction.refused) > max(3, kept // 10):
        return f"{len(extraction.refused)} rows were refused beside {kept} kept: the layout has changed"
    numbers = len({filing.number for filing in extraction.filings})
    lost = known_rows - numbers
    if lost > SHRINK_ROWS and lost > known_rows * shrink_share:
        return f"the list shrank from {known_rows} to {numbers} filings"
    return None
