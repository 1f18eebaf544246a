"""The first schema: polls, what the site offers, revisions, filings with their versions and changes, incidents."""

SQL = """
CREATE TABLE poll (
    id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted')),
    exit INTEGER,
    requests INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE baseline (
    series TEXT PRIMARY KEY,
    poll_id INTEGER NOT NULL REFERENCES poll(id),
    finished_at TEXT NOT NULL
) STRICT;
CREATE TABLE listing (
    url TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    title TEXT NOT NULL,
    published_at TEXT,
    series TEXT,
    unclassified INTEGER NOT NULL DEFAULT 0,
    first_seen TEXT NOT NULL
) STRICT;
CREATE TABLE announcement (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    series TEXT NOT NULL,
    title TEXT NOT NULL,
    published_at TEXT,
    source TEXT,
    text TEXT NOT NULL,
    html_sha256 TEXT,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL
) STRICT;
CREATE TABLE attachment (
    id INTEGER PRIMARY KEY,
    series TEXT NOT NULL,
    label TEXT NOT NULL,
    period TEXT,
    round_up INTEGER NOT NULL DEFAULT 0,
    first_seen TEXT NOT NULL,
    UNIQUE (series, label)
) STRICT;
CREATE TABLE offer (
    id INTEGER PRIMARY KEY,
    announcement_id INTEGER NOT NULL REFERENCES announcement(id),
    attachment_id INTEGER NOT NULL REFERENCES attachment(id),
    label TEXT NOT NULL,
    href TEXT NOT NULL,
    fetched_href TEXT,
    sha256 TEXT,
    fetched_at TEXT,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    UNIQUE (announcement_id, attachment_id)
) STRICT;
CREATE INDEX offer_attachment ON offer(attachment_id);
CREATE TABLE revision (
    id INTEGER PRIMARY KEY,
    attachment_id INTEGER NOT NULL REFERENCES attachment(id),
    offer_id INTEGER NOT NULL REFERENCES offer(id),
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    token TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('pending', 'recorded', 'unreadable', 'refused', 'round_up')),
    reason TEXT,
    title TEXT,
    rows INTEGER,
    kept INTEGER,
    refused INTEGER,
    published_on TEXT,
    recorded_at TEXT,
    poll_id INTEGER REFERENCES poll(id)
) STRICT;
CREATE INDEX revision_attachment ON revision(attachment_id, id);
CREATE INDEX revision_sha256 ON revision(sha256);
CREATE INDEX revision_state ON revision(state);
CREATE TABLE filing (
    id INTEGER PRIMARY KEY,
    series TEXT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT,
    status TEXT NOT NULL CHECK (status IN ('active', 'cancelled', 'withdrawn')),
    version_id INTEGER REFERENCES version(id) DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (series, number)
) STRICT;
CREATE INDEX filing_version ON filing(version_id);
CREATE TABLE version (
    id INTEGER PRIMARY KEY,
    filing_id INTEGER NOT NULL REFERENCES filing(id),
    revision_id INTEGER NOT NULL REFERENCES revision(id),
    number TEXT NOT NULL,
    kind TEXT,
    sequence TEXT,
    name TEXT,
    entity TEXT,
    province TEXT,
    province_code TEXT,
    category TEXT,
    role TEXT,
    product TEXT,
    purpose TEXT,
    remark TEXT,
    scenario TEXT,
    filed_on TEXT,
    cancelled_on TEXT,
    raw TEXT NOT NULL,
    table_no INTEGER NOT NULL,
    row_no INTEGER NOT NULL,
    page INTEGER,
    published_on TEXT,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX version_filing ON version(filing_id, id);
CREATE INDEX version_revision ON version(revision_id);
CREATE INDEX version_name ON version(name);
CREATE INDEX version_entity ON version(entity);
CREATE TABLE entry (
    attachment_id INTEGER NOT NULL REFERENCES attachment(id),
    filing_id INTEGER NOT NULL REFERENCES filing(id),
    version_id INTEGER NOT NULL REFERENCES version(id),
    present INTEGER NOT NULL,
    PRIMARY KEY (attachment_id, filing_id)
) STRICT;
CREATE INDEX entry_filing ON entry(filing_id);
CREATE INDEX entry_version ON entry(version_id);
CREATE TABLE change (
    id INTEGER PRIMARY KEY,
    filing_id INTEGER NOT NULL REFERENCES filing(id),
    kind TEXT NOT NULL CHECK (kind IN ('added', 'amended', 'renumbered', 'cancelled', 'relisted',
        'withdrawn', 'restored')),
    revision_id INTEGER NOT NULL REFERENCES revision(id),
    version_id INTEGER NOT NULL REFERENCES version(id),
    status TEXT NOT NULL,
    fields TEXT NOT NULL,
    published_on TEXT,
    recorded_at TEXT NOT NULL,
    poll_id INTEGER NOT NULL REFERENCES poll(id),
    baseline INTEGER NOT NULL
) STRICT;
CREATE INDEX change_filing ON change(filing_id, id);
CREATE INDEX change_revision ON change(revision_id);
CREATE INDEX change_recorded ON change(recorded_at);
CREATE INDEX change_published ON change(published_on);
CREATE INDEX change_poll ON change(poll_id);
CREATE INDEX change_version ON change(version_id);
CREATE TABLE refused_row (
    revision_id INTEGER NOT NULL REFERENCES revision(id),
    table_no INTEGER NOT NULL,
    row_no INTEGER NOT NULL,
    page INTEGER,
    reason TEXT NOT NULL,
    cells TEXT NOT NULL
) STRICT;
CREATE INDEX refused_row_revision ON refused_row(revision_id);
CREATE TABLE warning (
    revision_id INTEGER NOT NULL REFERENCES revision(id),
    text TEXT NOT NULL
) STRICT;
CREATE INDEX warning_revision ON warning(revision_id);
CREATE TABLE notice_row (
    id INTEGER PRIMARY KEY,
    revision_id INTEGER NOT NULL REFERENCES revision(id),
    number TEXT NOT NULL,
    name TEXT,
    entity TEXT,
    cancelled_on TEXT,
    raw TEXT NOT NULL,
    table_no INTEGER NOT NULL,
    row_no INTEGER NOT NULL,
    page INTEGER
) STRICT;
CREATE INDEX notice_row_number ON notice_row(number);
CREATE INDEX notice_row_revision ON notice_row(revision_id);
CREATE TABLE incident (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    address TEXT NOT NULL,
    detail TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    first_poll INTEGER NOT NULL REFERENCES poll(id),
    last_poll INTEGER NOT NULL REFERENCES poll(id),
    ended_at TEXT
) STRICT;
CREATE UNIQUE INDEX incident_open ON incident(kind, source, address) WHERE ended_at IS NULL;
CREATE INDEX incident_first_poll ON incident(first_poll);
CREATE INDEX incident_last_poll ON incident(last_poll);
CREATE TABLE source_result (
    poll_id INTEGER NOT NULL REFERENCES poll(id),
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    requests INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (poll_id, source)
) STRICT;
"""
