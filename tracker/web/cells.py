"""Links in the cells of Datasette's tables to our pages. Pure."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from tracker.web.urls import entity_path, filing_path, original_path

_SHA256 = re.compile(r"[0-9a-f]{64}")


def linked(row: Any, value: Any, column: str) -> Markup | None:
    """The link that a cell is shown as; None where it is shown as it is."""
    shown = value
    if isinstance(value, dict):  # a foreign key, with the label of what it leads to
        value, shown = value["value"], f"{value['label']} ({value['value']})"
    if column == "entity_id" and isinstance(value, int):
        return _link(entity_path(value), shown)
    if column == "sha256" and isinstance(value, str) and _SHA256.fullmatch(value):
        return _link(original_path(value), f"{value[:12]}…", value)
    if column == "number" and isinstance(value, str) and value and "series" in row.keys():  # noqa: SIM118  no mapping
        return _link(filing_path(row["series"], value), shown)
    return None


def _link(path: str, shown: object, title: str = "") -> Markup:
    if title:
        return Markup('<a href="{}" title="{}">{}</a>').format(path, title, shown)
    return Markup('<a href="{}">{}</a>').format(path, shown)
