"""Loaded by schemathesis (SCHEMATHESIS_HOOKS): what OpenAPI cannot say of how parameters go together.

Without this it would count it as a fault that a made-up cursor, a day before the other, or a log that is followed
backwards is refused. What breaks the description itself is sent as it was made.
"""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis.generation import GenerationMode


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Take away what does not go together, where the request is to be one that is answered."""
    meta = case.meta
    if meta is None or meta.generation.mode is not GenerationMode.POSITIVE or not case.query:
        return
    query = case.query
    query.pop("cursor", None)
    if case.path == "/api/v1/compare" and str(query.get("to", "")) < str(query.get("from", "")):
        query |= {"from": "2024-01-01", "to": "2024-12-31"}
    if "after_id" in query:
        query["order"] = "oldest"
        query.pop("search", None)
        query.pop("entity_id", None)
