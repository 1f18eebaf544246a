"""The schema of the history: one module of SQL for each migration, applied in order.

In: a database of any earlier schema. Out: the same history in today's schema. A migration never drops or rewrites a
recorded fact, and is never edited after its release. Open `migrations.py` first; docs/data.md describes each table.
"""
