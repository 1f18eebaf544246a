"""The history: an archive of files, an SQLite database with its schema, the writers, and the queries.

In: values of `tracker.core.models`. Out: rows and files, and answers to questions. Nothing here reads a site, parses a
file or decides what changed. Open `write/history.py` for what is recorded, `queries/` for what can be asked.
"""
