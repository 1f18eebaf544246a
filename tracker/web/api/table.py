"""The addresses for programs, declared: from this table come routes, checks of parameters, and both descriptions."""

from __future__ import annotations

from tracker.web.api import changes, entities, filings, lists
from tracker.web.api.asked import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *filings.ENDPOINTS, *changes.ENDPOINTS, *entities.ENDPOINTS, *lists.ENDPOINTS,
)  # fmt: skip
