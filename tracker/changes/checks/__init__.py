"""The regulator's own figures against the history: totals, rows, 序号, places, numbers, notices, round-ups. Pure.

In: lists as recorded, stated totals, published facts. Out: `Check` values. Open `reconcile` first; it runs them all.
"""
