"""The sixth schema: what questions of a large history need: further indexes, and what the derivations were made of.

`derivation` says up to which change, and by which edition of the rules, a step of the derivations was made: what was
recorded since is not in it yet, and where nothing was it need not be made anew.
"""

SQL = """
CREATE INDEX filing_state_kind ON filing_state(clock, kind, filing_id);
CREATE INDEX change_baseline ON change(baseline, id);
CREATE INDEX version_province ON version(province);
CREATE INDEX change_renamed ON change(filing_id, fields, published_on, recorded_at)
    WHERE kind <> 'added' AND json_type(fields, '$.entity') IS NOT NULL;
CREATE INDEX entity_most ON entity(present DESC, name);
CREATE TABLE derivation (
    step TEXT PRIMARY KEY,
    edition TEXT NOT NULL,
    change_id INTEGER NOT NULL
) STRICT;
"""
