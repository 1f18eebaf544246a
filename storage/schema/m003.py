"""The third schema: the outbox. Alerts are queued in the transaction that records the changes they report.

A delivery is one message to one subscription; its items refer to changes and incidents, and stay in the history.
"""

SQL = """
ALTER TABLE incident ADD COLUMN polls INTEGER NOT NULL DEFAULT 1;
CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    subscription TEXT NOT NULL,
    topic TEXT NOT NULL CHECK (topic IN ('changes', 'incidents')),
    gathers TEXT NOT NULL,
    until TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'pending', 'sent', 'dead', 'dropped')),
    opened_at TEXT NOT NULL,
    sealed_at TEXT,
    lang TEXT,
    subject TEXT,
    facts TEXT,
    contents TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at TEXT,
    settled_at TEXT
) STRICT;
CREATE UNIQUE INDEX delivery_open ON delivery(subscription, topic, gathers) WHERE state = 'open';
CREATE INDEX delivery_state ON delivery(state, subscription);
CREATE TABLE delivery_item (
    delivery_seq INTEGER NOT NULL REFERENCES delivery(seq),
    what TEXT NOT NULL CHECK (what IN ('change', 'baseline', 'incident', 'unclassified')),
    change_id INTEGER REFERENCES change(id),
    revision_id INTEGER REFERENCES revision(id),
    incident_id INTEGER REFERENCES incident(id),
    listing_url TEXT REFERENCES listing(url),
    phase TEXT CHECK (phase IN ('began', 'reminder', 'over')),
    counts TEXT,
    queued_at TEXT NOT NULL,
    CHECK ((change_id IS NOT NULL) + (revision_id IS NOT NULL) + (incident_id IS NOT NULL)
        + (listing_url IS NOT NULL) = 1)
) STRICT;
CREATE INDEX delivery_item_delivery ON delivery_item(delivery_seq);
CREATE INDEX delivery_item_change ON delivery_item(change_id) WHERE change_id IS NOT NULL;
CREATE INDEX delivery_item_revision ON delivery_item(revision_id) WHERE revision_id IS NOT NULL;
CREATE INDEX delivery_item_incident ON delivery_item(incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX delivery_item_listing ON delivery_item(listing_url) WHERE listing_url IS NOT NULL;
CREATE TABLE delivery_try (
    delivery_seq INTEGER NOT NULL REFERENCES delivery(seq),
    tried_at TEXT NOT NULL,
    part TEXT,
    destination TEXT,
    outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'refused')),
    answer TEXT NOT NULL
) STRICT;
CREATE INDEX delivery_try_delivery ON delivery_try(delivery_seq);
CREATE TABLE channel_state (
    subscription TEXT PRIMARY KEY,
    disabled_at TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
"""
