"""The second schema: what a person accepted, derived tables, and views for people's own SQL.

The derived tables (filing_index, entity, entity_name, stated_event, stated_total, verdict) can be rebuilt from the
others at any time; `storage/write/derived.py` writes them.
"""

SQL = """
ALTER TABLE revision ADD COLUMN accepted_at TEXT;
ALTER TABLE entry ADD COLUMN sequence TEXT;
ALTER TABLE entry ADD COLUMN table_no INTEGER;
ALTER TABLE entry ADD COLUMN row_no INTEGER;
ALTER TABLE announcement ADD COLUMN moved_at TEXT;
CREATE TABLE attachment_alias (
    announcement_id INTEGER NOT NULL REFERENCES announcement(id),
    series TEXT NOT NULL,
    label TEXT NOT NULL,
    attachment_id INTEGER NOT NULL REFERENCES attachment(id),
    PRIMARY KEY (announcement_id, series, label)
) STRICT;
CREATE INDEX filing_number ON filing(number);
CREATE INDEX attachment_alias_attachment ON attachment_alias(attachment_id);
CREATE TABLE held_page (
    sha256 TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    series TEXT NOT NULL,
    links INTEGER NOT NULL,
    first_seen TEXT NOT NULL,
    accepted_at TEXT
) STRICT;
CREATE TABLE repeated_row (
    revision_id INTEGER NOT NULL REFERENCES revision(id),
    number TEXT NOT NULL,
    sequence TEXT,
    raw TEXT NOT NULL,
    table_no INTEGER NOT NULL,
    row_no INTEGER NOT NULL,
    page INTEGER
) STRICT;
CREATE INDEX repeated_row_revision ON repeated_row(revision_id);
CREATE TABLE round_up_row (
    revision_id INTEGER NOT NULL REFERENCES revision(id),
    number TEXT NOT NULL,
    name TEXT,
    entity TEXT
) STRICT;
CREATE INDEX round_up_row_revision ON round_up_row(revision_id);
CREATE TABLE entity (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;
CREATE TABLE entity_name (
    entity_id INTEGER NOT NULL REFERENCES entity(id),
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    basis TEXT NOT NULL CHECK (basis IN ('listed', 'stated')),
    current INTEGER NOT NULL,
    PRIMARY KEY (entity_id, name)
) STRICT;
CREATE INDEX entity_name_folded ON entity_name(folded);
CREATE TABLE filing_index (
    filing_id INTEGER PRIMARY KEY REFERENCES filing(id),
    version_id INTEGER NOT NULL REFERENCES version(id),
    entity_id INTEGER REFERENCES entity(id),
    text TEXT NOT NULL,
    latin TEXT NOT NULL,
    former TEXT NOT NULL
) STRICT;
CREATE INDEX filing_index_entity ON filing_index(entity_id);
CREATE INDEX filing_index_version ON filing_index(version_id);
CREATE TABLE stated_event (
    id INTEGER PRIMARY KEY,
    filing_id INTEGER NOT NULL REFERENCES filing(id),
    version_id INTEGER NOT NULL REFERENCES version(id),
    kind TEXT NOT NULL,
    happened_on TEXT,
    before TEXT,
    after TEXT,
    items TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX stated_event_filing ON stated_event(filing_id);
CREATE INDEX stated_event_version ON stated_event(version_id);
CREATE INDEX stated_event_kind ON stated_event(kind);
CREATE TABLE stated_total (
    announcement_id INTEGER NOT NULL REFERENCES announcement(id),
    series TEXT NOT NULL,
    kind TEXT,
    since TEXT,
    until TEXT NOT NULL,
    count INTEGER NOT NULL,
    sentence TEXT NOT NULL
) STRICT;
CREATE INDEX stated_total_announcement ON stated_total(announcement_id);
CREATE TABLE verdict (
    name TEXT NOT NULL,
    series TEXT NOT NULL,
    subject TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('ok', 'off', 'not_checkable')),
    expected INTEGER,
    found INTEGER,
    detail TEXT NOT NULL,
    items TEXT NOT NULL,
    address TEXT NOT NULL,
    poll_id INTEGER NOT NULL REFERENCES poll(id),
    PRIMARY KEY (name, series, subject)
) STRICT;
CREATE INDEX verdict_poll ON verdict(poll_id);
CREATE VIEW change_field AS
SELECT c.id AS change_id, j.key AS field, json_extract(j.value, '$[0]') AS before,
    json_extract(j.value, '$[1]') AS after
FROM change c, json_each(c.fields) j;
CREATE VIEW filing_current AS
SELECT f.id AS filing_id, f.series, f.number, f.kind, f.status, v.sequence, v.name, v.entity, i.entity_id,
    e.name AS entity_today, v.province, v.province_code, v.category, v.role, v.product, v.purpose, v.remark,
    v.scenario, v.filed_on,
    CASE f.status WHEN 'cancelled' THEN (
        SELECT d.after FROM change_field d JOIN change x ON x.id = d.change_id
        WHERE x.filing_id = f.id AND d.field = 'cancelled_on' ORDER BY x.id DESC LIMIT 1
    ) END AS cancelled_on,
    a.period AS batch, n.url AS announcement, o.label AS attachment, r.sha256, v.table_no, v.row_no, v.page
FROM filing f JOIN version v ON v.id = f.version_id JOIN revision r ON r.id = v.revision_id
JOIN attachment a ON a.id = r.attachment_id JOIN offer o ON o.id = r.offer_id
JOIN announcement n ON n.id = o.announcement_id
LEFT JOIN filing_index i ON i.filing_id = f.id LEFT JOIN entity e ON e.id = i.entity_id;
CREATE VIEW change_log AS
SELECT c.id, c.kind, f.series, v.number, v.name, v.entity, a.series AS list_series, a.period AS batch,
    c.published_on, c.recorded_at, c.status, c.baseline, c.fields, n.url AS announcement, o.label AS attachment,
    r.sha256, c.filing_id, c.poll_id
FROM change c JOIN filing f ON f.id = c.filing_id JOIN version v ON v.id = c.version_id
JOIN revision r ON r.id = c.revision_id JOIN attachment a ON a.id = r.attachment_id
JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id;
CREATE VIEW batch_additions AS
SELECT l.series, l.batch, v.kind AS filing_kind, count(*) AS added, min(l.published_on) AS first_published,
    max(l.published_on) AS last_published, min(l.recorded_at) AS recorded_at
FROM change_log l JOIN change c ON c.id = l.id JOIN version v ON v.id = c.version_id
WHERE l.kind = 'added' GROUP BY l.series, l.batch, v.kind;
CREATE VIEW entity_filing AS
SELECT i.entity_id, e.name AS entity_today, c.entity AS entity_as_listed, c.series, c.number, c.name, c.status,
    c.batch
FROM filing_index i JOIN entity e ON e.id = i.entity_id JOIN filing_current c ON c.filing_id = i.filing_id;
CREATE VIEW timeline AS
SELECT c.filing_id, c.published_on AS happened_on, 'observed' AS basis, c.kind, c.fields AS what,
    c.recorded_at, c.revision_id
FROM change c
UNION ALL
SELECT s.filing_id, s.happened_on, 'stated', s.kind, s.text, v.recorded_at, v.revision_id
FROM stated_event s JOIN version v ON v.id = s.version_id;
"""
