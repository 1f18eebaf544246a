"""Whether the sources are well, and how the history compares with the regulator's own figures: always as of now.

A failed check is an incident too; it is shown once, among the checks.
"""

from __future__ import annotations

from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries import polls
from storage.queries.incidents import find_incidents, find_verdicts
from tracker.core.incident_texts import incident_text
from tracker.core.models import CHECK_NAMES, IncidentKind, Verdict
from tracker.web.request import View

MOST_PAST = 20


async def page(view: View) -> Response:
    """Show sources, incidents and checks."""
    shown = await view.ask(lambda db: _ask(db, view))
    return await view.render("tracker/state.html", title=view.say("state_title"), **shown)


def _ask(db: Database, view: View) -> dict[str, Any]:
    every = find_incidents(db, all_of_them=True)
    incidents = [row for row in every if row["kind"] != IncidentKind.CHECK_OFF]
    keys = ("means", "to_do")
    worded = [row | dict(zip(keys, incident_text(row["kind"], view.lang), strict=True)) for row in incidents]
    past = sorted((row for row in worded if row["ended_at"]), key=lambda row: row["ended_at"], reverse=True)
    checks = find_verdicts(db)
    return {
        "sources": polls.sources(db),
        "incidents": [row for row in worded if not row["ended_at"]],
        "past": past[:MOST_PAST],
        "checks": {verdict.value: [row for name in CHECK_NAMES for row in checks
                                   if (row["name"], row["verdict"]) == (name, verdict)] for verdict in
                   (Verdict.OFF, Verdict.NOT_CHECKABLE, Verdict.OK)},
    }  # fmt: skip
