"""The fourth schema: the journal, from which a history can be rebuilt; which polls and listings were completed."""

SQL = """
ALTER TABLE poll ADD COLUMN reason TEXT;
ALTER TABLE poll ADD COLUMN series TEXT;
ALTER TABLE listing ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
UPDATE listing SET settled = 1;
ALTER TABLE filing_index ADD COLUMN versions INTEGER NOT NULL DEFAULT 0;
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    poll_id INTEGER NOT NULL REFERENCES poll(id),
    event TEXT NOT NULL
) STRICT;
CREATE INDEX journal_poll ON journal(poll_id);
"""
