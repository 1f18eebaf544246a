"""Incidents that hold as long as something is so: opened when it begins, ended when it is so no more.

In: everything of one kind that is so now. Out: the history's open incidents of that kind are just these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlite_utils import Database

from storage.queries import site as plans
from storage.write.history import History
from tracker.core.models import Incident, IncidentKind


def keep_standing(
    db: Database, history: History, poll: int, now: str, kind: IncidentKind, incidents: Iterable[Incident],
    among: Callable[[str], bool] = lambda _: True,
) -> bool:  # fmt: skip
    """Tell what begins or says something else, end what is so no more; True where any began or ended.

    Where `among` says no to an address, nothing is known of it here: its incident stays as it is.
    """
    so_now = {incident.address: incident for incident in incidents}
    rows = plans.open_incidents(db, kind.value)
    known = {row["address"]: row for row in rows if among(row["address"])}
    for address in known.keys() - so_now.keys():
        history.end_incident(kind, address, now)
    for address, incident in so_now.items():
        if address not in known or known[address]["detail"] != incident.detail:
            history.record_incident(incident, poll, now)
    return known.keys() != so_now.keys()
