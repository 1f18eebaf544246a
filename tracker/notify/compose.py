"""What the history holds of a delivery → the message. Pure.

In: the row of a delivery, its contents (`storage.queries.outbox.contents`) and the facts that were frozen when it was
sealed (`storage.queries.outbox.facts_of`). Out: a `Message`, the same one each time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.core.messages import Lang
from tracker.core.models import ChangeKind
from tracker.notify.message import BatchSummary, CheckResult, Growth, Message, Row, Total, Verdicts
from tracker.notify.subject import make_subject


def compose(delivery: Mapping[str, Any], contents: Mapping[str, Any], entry: str) -> Message:
    """Return the message of a sealed delivery; `entry` is the entry of the configuration that asks for it."""
    facts = json.loads(delivery["facts"])
    return Message(
        id=delivery["id"],
        subscription=delivery["subscription"],
        topic=delivery["topic"],
        lang=delivery["lang"],
        created_at=delivery["sealed_at"],
        subject=delivery["subject"],
        entry=entry,
        batches=summarise(contents),
        totals=tuple(Total(**total) for total in facts["totals"]),
        verdicts=_verdicts(facts["verdicts"]),
        growth=tuple(
            Growth(series=series, batches=tuple((period, count) for period, count in batches))
            for series, batches in facts["growth"].items()
        ),
        changes=tuple(contents["changes"]),
        incidents=tuple(contents["incidents"]),
        unclassified=tuple(contents["unclassified"]),
    )


def subject_of(topic: str, contents: Mapping[str, Any], lang: Lang) -> str:
    """Return the subject of what a delivery tells."""
    assert topic in ("changes", "incidents")
    return make_subject(
        "changes" if topic == "changes" else "incidents",
        summarise(contents), contents["incidents"], contents["unclassified"], lang,
    )  # fmt: skip


def series_concerned(contents: Mapping[str, Any]) -> frozenset[str]:
    """Return the series mentioned in the message, of lists and of filings."""
    changes, baselines = contents["changes"], contents["baselines"]
    return frozenset([c["series"] for c in changes] + [c["list"] for c in changes] + [b["series"] for b in baselines])


def summarise(contents: Mapping[str, Any]) -> tuple[BatchSummary, ...]:
    """Return what each list brought, in the order in which they were recorded; baselines first."""
    titles = contents["titles"]
    grouped: dict[tuple[str, str | None, str], list[Row]] = {}
    for change in contents["changes"]:
        key = (change["list"], change["batch"], change["source"]["announcement"])
        grouped.setdefault(key, []).append(change)
    told = [_batch(key, changes, titles.get(key[2], "")) for key, changes in grouped.items()]
    counted = [
        BatchSummary(
            series=row["series"], period=row["period"], title=titles.get(row["announcement"], ""),
            announcement=row["announcement"], changes=row["changes"], kinds=row["kinds"],
            provinces=_most_first(row["provinces"]), baseline=True,
        )
        for row in contents["baselines"]
    ]  # fmt: skip
    return (*counted, *told)


def _batch(key: tuple[str, str | None, str], changes: Sequence[Row], title: str) -> BatchSummary:
    added = [change for change in changes if change["kind"] == ChangeKind.ADDED]
    series, period, announcement = key
    return BatchSummary(
        series=series, period=period, title=title, announcement=announcement,
        changes=dict(Counter(change["kind"] for change in changes)),
        kinds=dict(Counter(change["filing_kind"] or "" for change in added)),
        provinces=_most_first(Counter(change["province"] or "" for change in added)),
    )  # fmt: skip


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _verdicts(facts: Mapping[str, Any]) -> Verdicts | None:
    off = tuple(CheckResult(**check) for check in facts["off"])
    if not (facts["ok"] or off or facts["not_checkable"]):
        return None
    return Verdicts(ok=facts["ok"], off=off, not_checkable=facts["not_checkable"])
