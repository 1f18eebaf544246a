"""The sixth schema, for queries of a large history: more indexes, and the input of the derivations.

`derivation` records for each step of the derivations its last change and its edition of the rules: later changes are
not in it yet; without any, the step need not run again. `renaming` holds each change of an entity's name, however it
is known; triggers maintain it, so that no writer can leave it outdated. `entity_count` is to large entities what
`state_count` is to all filings; the derivations compute it.
"""

_OBSERVED = """INSERT INTO renaming SELECT c.fields ->> '$.entity[0]', c.fields ->> '$.entity[1]', c.filing_id, c.id,
    NULL, c.published_on, c.published_on, c.recorded_at FROM change c
    WHERE {} AND c.kind <> 'added' AND (c.fields ->> '$.entity[0]') IS NOT (c.fields ->> '$.entity[1]')"""
_STATED = """INSERT INTO renaming SELECT s.before, s.after, s.filing_id, NULL, s.id, s.happened_on, v.published_on,
    v.recorded_at FROM stated_event s JOIN version v ON v.id = s.version_id
    WHERE {} AND s.kind = 'entity_renamed' AND s.before IS NOT s.after"""

SQL = f"""
CREATE INDEX filing_state_kind ON filing_state(clock, kind, filing_id);
CREATE INDEX change_baseline ON change(baseline, id);
CREATE INDEX version_province ON version(province);
CREATE INDEX version_filed ON version(filed_on) WHERE filed_on IS NOT NULL;
CREATE INDEX entity_most ON entity(present DESC, name);
CREATE TABLE derivation (
    step TEXT PRIMARY KEY,
    edition TEXT NOT NULL,
    change_id INTEGER NOT NULL
) STRICT;
CREATE TABLE renaming (
    before TEXT,
    after TEXT,
    filing_id INTEGER NOT NULL,
    change_id INTEGER,
    event_id INTEGER,
    happened_on TEXT,
    published_on TEXT,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX renaming_names ON renaming(before, after, recorded_at, filing_id, published_on, change_id);
CREATE INDEX renaming_event ON renaming(event_id) WHERE event_id IS NOT NULL;
{_OBSERVED.format("c.kind IN ('amended', 'renumbered', 'cancelled', 'relisted', 'withdrawn', 'restored')")};
{_STATED.format("1")};
CREATE TABLE entity_count (
    clock TEXT NOT NULL,
    day TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    series TEXT NOT NULL,
    kind TEXT NOT NULL,
    province TEXT NOT NULL,
    status TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (clock, day, entity_id, series, kind, province, status)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER change_renames AFTER INSERT ON change WHEN NEW.kind <> 'added' BEGIN
    {_OBSERVED.format("c.id = NEW.id")};
END;
CREATE TRIGGER stated_event_renames AFTER INSERT ON stated_event WHEN NEW.kind = 'entity_renamed' BEGIN
    {_STATED.format("s.id = NEW.id")};
END;
CREATE TRIGGER stated_event_goes AFTER DELETE ON stated_event WHEN OLD.kind = 'entity_renamed' BEGIN
    DELETE FROM renaming WHERE event_id = OLD.id;
END;
"""
