"""Make the subject of an alert: one line that sums it up. Pure.

In: the content of a message. Out: at most `MOST` characters without line breaks or invisible characters, so that it is
valid in the header of a mail.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracker.core.messages import Lang
from tracker.core.models import ChangeKind
from tracker.notify.message import BatchSummary, Phase, Row, Topic
from tracker.notify.wording import batch_heading, count_parts, incident_head
from tracker.notify.words import many, one_line, say, source_name

MOST = 100


def make_subject(
    topic: Topic,
    batches: Sequence[BatchSummary],
    incidents: Sequence[Row],
    unclassified: Sequence[Row],
    lang: Lang,
) -> str:
    """Return the subject: "生成式AI备案 2024年8月：新增 71 款备案、26 款登记"."""
    if topic == "test":
        return say("test_subject", lang)
    separator = say("semicolon", lang)
    lists = [baseline_text(batches, lang), _batches(batches, lang)]
    in_full = [*lists, _incidents(incidents, lang), _unclassified(unclassified, lang)]
    if len(subject := separator.join(filter(None, in_full))) > MOST:
        in_short = [*lists, _count_incidents(incidents, lang), _count_unclassified(unclassified, lang)]
        subject = separator.join(filter(None, in_short))
    return one_line(subject or say("nothing", lang), MOST)


def baseline_text(batches: Sequence[BatchSummary], lang: Lang) -> str:
    """Return what the first poll recorded: "已建立基线：5 个系列、60 份清单，9,900 条"; "" if there is no baseline."""
    lists = [batch for batch in batches if batch.baseline]
    if not lists:
        return ""
    count = sum(batch.changes.get(ChangeKind.ADDED, 0) for batch in lists)
    series = len({batch.series for batch in lists})
    numbers = {"series": (series, "series"), "lists": (len(lists), "list"), "count": (count, "filing")}
    return say("baseline", lang, **{key: many(n, noun, lang) for key, (n, noun) in numbers.items()})


def _batches(batches: Sequence[BatchSummary], lang: Lang) -> str:
    """Name as many lists as fit, then their number."""
    texts = [_batch(batch, lang) for batch in batches if not batch.baseline]
    separator = say("semicolon", lang)
    if len(separator.join(texts)) <= MOST:
        return separator.join(texts)
    for shown in range(len(texts) - 1, 0, -1):
        line = separator.join(texts[:shown]) + _rest(len(texts), shown, lang)
        if len(line) <= MOST:
            return line
    tail = _rest(len(texts), 1, lang) if len(texts) > 1 else ""
    return one_line(texts[0], MOST - len(tail)) + tail


def _batch(batch: BatchSummary, lang: Lang) -> str:
    counts = say("comma", lang).join(count_parts(batch, lang)) or say("nothing", lang)
    return f"{batch_heading(batch, lang)}{say('colon', lang)}{counts}"


def _rest(lists: int, shown: int, lang: Lang) -> str:
    return say("more_lists", lang, n=lists, more=many(lists - shown, "more list", lang))


def _incidents(incidents: Sequence[Row], lang: Lang) -> str:
    """Name a single incident; for several, count them by phase and name their sources."""
    if len(incidents) == 1:
        return incident_head(incidents[0], lang)
    return say("semicolon", lang).join(
        f"{_counted(phase, rows, lang)}{say('colon', lang)}{_sources(rows, lang)}"
        for phase, rows in _by_phase(incidents).items()
    )


def _count_incidents(incidents: Sequence[Row], lang: Lang) -> str:
    if len(incidents) == 1:
        return incident_head(incidents[0], lang)
    by_phase = _by_phase(incidents)
    return say("semicolon", lang).join(_counted(phase, rows, lang) for phase, rows in by_phase.items())


def _by_phase(incidents: Sequence[Row]) -> dict[Phase, list[Row]]:
    groups = {phase: [row for row in incidents if row["phase"] == phase] for phase in Phase}
    return {phase: rows for phase, rows in groups.items() if rows}


def _counted(phase: Phase, rows: Sequence[Row], lang: Lang) -> str:
    return f"[{say(phase, lang)}] {len(rows):,}{say('items', lang)}"


def _sources(incidents: Sequence[Row], lang: Lang) -> str:
    return say("list", lang).join(dict.fromkeys(source_name(str(row["source"]), lang) for row in incidents))


def _unclassified(rows: Sequence[Row], lang: Lang) -> str:
    if len(rows) == 1:
        return say("unclassified", lang, title=one_line(rows[0]["title"]))
    return _count_unclassified(rows, lang)


def _count_unclassified(rows: Sequence[Row], lang: Lang) -> str:
    return say("unclassified_count", lang, n=many(len(rows), "unclassified announcement", lang)) if rows else ""
