"""Which checks speak of a batch. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_OF_BATCH = re.compile(r"20\d\d-\d\d(?:-\d\d)?(?: |\Z)", re.A)
_ORDER = ("off", "not_checkable", "ok")  # the gravest first


def checks_of(checks: Iterable[Mapping[str, Any]], series: str, period: str | None) -> list[Mapping[str, Any]]:
    """The checks whose subject is this batch ("2024-08", "2024-08 filed"), the gravest first."""
    if not period:
        return []
    # "2024-08" is not what "until 2024-08-31" speaks of.
    named = re.compile(rf"(?<![\d-]){re.escape(period)}(?![\d-])")
    those = [check for check in checks if check["series"] == series and named.search(check["subject"])]
    return sorted(those, key=lambda check: _ORDER.index(check["verdict"]))


def checks_of_series(checks: Iterable[Mapping[str, Any]], series: str) -> list[Mapping[str, Any]]:
    """The checks of the series that speak of several batches, or of all, the gravest first."""
    of_series = [check for check in checks if check["series"] == series]
    those = [check for check in of_series if not _OF_BATCH.match(check["subject"])]
    return sorted(those, key=lambda check: _ORDER.index(check["verdict"]))


def verdict_of(checks: Iterable[Mapping[str, Any]], batch: Mapping[str, Any]) -> str | None:
    """The gravest verdict on a batch; None where nothing of it was checked."""
    found = checks_of(checks, batch["series"], batch["batch"])
    return str(found[0]["verdict"]) if found else None
