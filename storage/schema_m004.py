"""The fourth schema: the journal, from which a history is made anew, and why a poll ended before its time."""

SQL = """
ALTER TABLE poll ADD COLUMN reason TEXT;
ALTER TABLE poll ADD COLUMN series TEXT;
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    poll_id INTEGER NOT NULL REFERENCES poll(id),
    event TEXT NOT NULL
) STRICT;
CREATE INDEX journal_poll ON journal(poll_id);
"""
