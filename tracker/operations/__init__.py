"""Running the tracker: `tracker run`, health, metrics, logs, and the care of the data (docs/operations.md).

In: settings and the history. Out: polls in child processes, answers to monitors, findings, a rebuilt history. Nothing
here asks a site or decides what changed: `tracker.poll` does. Open `scheduler.py` first, or `rebuild.py` for repairs.
"""
