"""A fault of the program itself, as an incident that a person can report. Pure."""

from __future__ import annotations

import traceback
from pathlib import Path

from tracker.core.models import Incident, IncidentKind


def failure(source: str, address: str, error: Exception) -> Incident:
    """A fault of our own as an incident: what it is, and where in the program."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    # What another process stumbled over carries the place as a note: its traceback stayed there.
    noted = getattr(error, "__notes__", places)
    place = f" ({noted[-1]})" if noted else ""
    detail = f"{type(error).__name__}: {error}"[:500].encode("utf-8", "backslashreplace").decode("utf-8")
    return Incident(IncidentKind.FAILURE, source, address, detail + place)
