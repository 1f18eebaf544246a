"""The fifth schema: the state of each filing over time by either clock, counts of states, and a full-text index.

Triggers derive `filing_state` and `state_count` from `change`, so that no writer can leave them outdated. With them a
page of filings, or a count, on any day costs only as much as it shows, however long the history is. `filing_gram` finds
text by single characters and pairs, which FTS5's own tokenizers cannot.
"""

# One row per filing, clock and day on which its state changed. Status comes from the last change up to that day, fields
# from the last change that set any.
_MADE = """
CREATE VIEW filing_state_made AS
SELECT r.clock, r.filing_id, r.day AS since, coalesce(r.next_day, '9999-12-31') AS until, r.day = r.first_day AS first,
    r.last AS change_id, s.version_id, l.status, f.series, v.kind, v.province, a.period AS batch,
    CASE WHEN v.filed_on GLOB '[12][09][0-9][0-9]-0[1-9]*' OR v.filed_on GLOB '[12][09][0-9][0-9]-1[0-2]*'
        THEN substr(v.filed_on, 1, 7) ELSE substr(n.published_on, 1, 7) END AS month
FROM (
    SELECT clock, filing_id, day, max(id) OVER w AS last, max(stating) OVER w AS stated, lead(day) OVER w AS next_day,
        min(CASE WHEN stating IS NOT NULL THEN day END) OVER (PARTITION BY filing_id, clock) AS first_day
    FROM (
        SELECT k.clock, c.filing_id, c.id,
            CASE WHEN w.revision_id = c.revision_id OR (c.kind = 'withdrawn' AND c.status <> 'withdrawn')
                THEN c.id END AS stating,
            CASE k.clock WHEN 'recorded' THEN substr(c.recorded_at, 1, 10)
                ELSE CASE length(c.published_on) WHEN 4 THEN c.published_on || '-12-31'
                    WHEN 7 THEN date(c.published_on || '-01', '+1 month', '-1 day') ELSE c.published_on END
                END AS day
        FROM change c JOIN version w ON w.id = c.version_id
        CROSS JOIN (SELECT 'published' AS clock UNION ALL SELECT 'recorded') k
    ) WHERE day IS NOT NULL
    WINDOW w AS (PARTITION BY filing_id, clock ORDER BY day, id)
) r JOIN change s ON s.id = r.stated JOIN change l ON l.id = r.last JOIN version v ON v.id = s.version_id
JOIN revision n ON n.id = v.revision_id JOIN attachment a ON a.id = n.attachment_id JOIN filing f ON f.id = r.filing_id
WHERE r.next_day IS NULL OR r.next_day > r.day;
"""

_CELL = "clock, day, series, kind, province, status, batch, month"


def _cell(row: str, day: str) -> str:
    """Return SQL for the key of a state in `state_count`; an unknown value is ''."""
    unknown = ", ".join(
        f"{row}.{name}" if name in ("series", "status") else f"coalesce({row}.{name}, '')"
        for name in ("series", "kind", "province", "status", "batch", "month")
    )
    return f"{row}.clock, {row}.{day}, {unknown}"


def _count(row: str, sign: str) -> str:
    """Return trigger statements that add or remove one state, from its first day until its last."""
    other = "-" if sign == "+" else ""
    add = "DO UPDATE SET n = n + excluded.n, arrived = arrived + excluded.arrived"
    last = ", last_filing = max(last_filing, excluded.last_filing)"
    mine = "" if sign == "+" else "-"
    return f"""
    INSERT INTO state_count SELECT {_cell(row, "since")}, {mine}1, {mine}{row}.first,
        CASE WHEN {row}.first THEN {row}.filing_id ELSE 0 END WHERE 1
        ON CONFLICT ({_CELL}) {add}{last};
    INSERT INTO state_count SELECT {_cell(row, "until")}, {other}1, 0, 0 WHERE {row}.until < '9999-12-31'
        ON CONFLICT ({_CELL}) {add};
    DELETE FROM state_count WHERE ({_CELL}) = ({_cell(row, "since")}) AND n = 0 AND arrived = 0;
    DELETE FROM state_count WHERE ({_CELL}) = ({_cell(row, "until")}) AND n = 0 AND arrived = 0;"""


_COLUMNS = "clock, filing_id, since, until, first, change_id, version_id, status, series, kind, province, batch, month"
_INSERT = f"INSERT INTO filing_state ({_COLUMNS}) SELECT * FROM filing_state_made"


def _anew(attachment: str) -> str:
    """Return trigger statements that compute the states of one list's filings again."""
    those = f"""filing_id IN (SELECT v.filing_id FROM version v JOIN revision r ON r.id = v.revision_id
        WHERE r.attachment_id = {attachment})"""
    return f"DELETE FROM filing_state WHERE {those};\n    {_INSERT} WHERE {those};"


SQL = f"""
CREATE TABLE filing_state (
    filing_id INTEGER NOT NULL REFERENCES filing(id),
    clock TEXT NOT NULL CHECK (clock IN ('published', 'recorded')),
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    first INTEGER NOT NULL,
    change_id INTEGER NOT NULL,
    version_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    series TEXT NOT NULL,
    kind TEXT,
    province TEXT,
    batch TEXT,
    month TEXT,
    PRIMARY KEY (filing_id, clock, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX filing_state_series ON filing_state(clock, series, filing_id);
CREATE INDEX filing_state_province ON filing_state(clock, province, filing_id);
CREATE INDEX filing_state_status ON filing_state(clock, status, filing_id);
CREATE INDEX filing_state_batch ON filing_state(clock, batch, filing_id);
CREATE INDEX filing_state_month ON filing_state(clock, month, filing_id);
CREATE INDEX filing_state_since ON filing_state(clock, since, filing_id);
CREATE INDEX filing_state_later ON filing_state(clock, since, filing_id) WHERE first = 0;
CREATE TABLE state_count (
    clock TEXT NOT NULL,
    day TEXT NOT NULL,
    series TEXT NOT NULL,
    kind TEXT NOT NULL,
    province TEXT NOT NULL,
    status TEXT NOT NULL,
    batch TEXT NOT NULL,
    month TEXT NOT NULL,
    n INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    last_filing INTEGER NOT NULL,
    PRIMARY KEY (clock, day, series, kind, province, status, batch, month)
) STRICT, WITHOUT ROWID;
{_MADE}
CREATE TRIGGER filing_state_comes AFTER INSERT ON filing_state BEGIN{_count("NEW", "+")}
END;
CREATE TRIGGER filing_state_goes AFTER DELETE ON filing_state BEGIN{_count("OLD", "-")}
END;
CREATE TRIGGER change_moves_state AFTER INSERT ON change BEGIN
    DELETE FROM filing_state WHERE filing_id = NEW.filing_id;
    {_INSERT} WHERE filing_id = NEW.filing_id;
END;
CREATE TRIGGER attachment_moves_state AFTER UPDATE OF period ON attachment WHEN OLD.period IS NOT NEW.period BEGIN
    {_anew("NEW.id")}
END;
CREATE TRIGGER revision_moves_state AFTER UPDATE OF attachment_id ON revision BEGIN
    {_anew("NEW.attachment_id")}
END;
{_INSERT};
ALTER TABLE entity ADD COLUMN filings INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entity ADD COLUMN present INTEGER NOT NULL DEFAULT 0;
UPDATE entity SET (filings, present) = (SELECT count(*), coalesce(sum(f.status <> 'withdrawn'), 0) FROM filing_index i
    JOIN filing f ON f.id = i.filing_id WHERE i.entity_id = entity.id);
CREATE INDEX entity_filings ON entity(filings);
CREATE INDEX entity_present ON entity(present);
CREATE INDEX change_kind ON change(kind, id);
CREATE INDEX change_other ON change(kind, revision_id, filing_id, fields, published_on, recorded_at)
    WHERE kind <> 'added';
CREATE INDEX version_number ON version(number);
ALTER TABLE filing_index ADD COLUMN words TEXT NOT NULL DEFAULT '';
CREATE INDEX filing_index_words ON filing_index(filing_id) WHERE words = '';
CREATE VIRTUAL TABLE filing_gram USING fts5(grams, content='', detail='none', columnsize=0, tokenize='ascii');
"""
