"""The only code that writes to the history, apart from migrations.

In: values of `tracker.core.models`, and the instant and number of the poll. Out: rows, each method in one transaction.
It decides nothing, sends nothing, and never changes a version or a change once recorded. Open `history.py` first.
"""
