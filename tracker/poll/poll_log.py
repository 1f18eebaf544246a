"""What a poll did, as lines of the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

log = structlog.get_logger("tracker.poll")


def tell_report(report: Mapping[str, Any]) -> None:
    """One line for each source, list, incident and state of deliveries; the last one sums up."""
    for source in report["sources"]:
        # why it failed is an incident, which warns while it is new
        tell = log.debug if source["outcome"] == "ok" else log.info
        tell("source.asked", **{key: source[key] for key in ("source", "outcome", "requests", "bytes")})
    for batch in report["batches"]:
        counts = {key: batch[key] for key in ("series", "period", "rows", "kept", "refused")}
        log.info("list.recorded", **counts, sha256=batch["sha256"][:12], **batch["changes"])
        for text in batch["warnings"]:
            log.warning("list.odd", series=batch["series"], period=batch["period"], detail=text)
    for incident in report["incidents"]:
        tell = log.warning if incident["new"] else log.info
        # `kind`, not the word for people: the log is read by programs
        tell("incident", **{key: incident[key] for key in ("kind", "source", "address", "message", "new")})
    for announcement in report["unclassified"]:
        log.warning("announcement.unclassified", title=announcement["title"], address=announcement["address"])
    if report["deliveries"]:
        log.info("alerts", **report["deliveries"])
    began, ended = (datetime.fromisoformat(report[key]) for key in ("started_at", "finished_at"))
    log.info(
        "poll.ended", exit=report["exit"], seconds=round((ended - began).total_seconds(), 1),
        requests=report["requests"], bytes=report["bytes"], changes=sum(report["changes"].values()),
        incidents=len(report["incidents"]),
    )  # fmt: skip
