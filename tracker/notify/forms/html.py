"""A message as HTML: a whole document for mail, and a fragment for feeds.

Pure. The template engine escapes every text; only addresses that `wording.web_address` accepts become links. There is
no script and no picture: charts are tables with bars, because mail clients block pictures. The text is readable without
colours and without the style sheet.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tracker.core.messages import word
from tracker.core.models import ChangeKind
from tracker.notify import wording
from tracker.notify.forms.table import Section, arrange_changes
from tracker.notify.message import BatchSummary, Growth, Message, Row
from tracker.notify.subject import baseline_text
from tracker.notify.words import beijing_time, one_line, place_text, say, source_name

MOST_BARS = 6  # places with a bar; the others are listed in a line
MOST_BATCHES = 12  # batches in the chart of a series
_PERIOD = re.compile(r"20\d\d-\d\d(?:-\d\d)?")
_FONTS = "-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"


def render_html(message: Message, most: int = 50) -> str:
    """Return a whole document with at most `most` changes."""
    return _environment().get_template("page.html.j2").render(_view(message, most), fonts=_FONTS)


def render_fragment(message: Message, most: int = 50) -> str:
    """Return the same content as a part of another document, without style sheet."""
    return _environment().get_template("content.html.j2").render(_view(message, most))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("tracker.notify"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _view(message: Message, most: int) -> dict[str, Any]:
    """Return everything that the templates show, in words."""
    lang = message.lang
    keys = ("changes", "unclassified_many", "unclassified_note", "list", "provinces")
    return {
        "lang": "zh-CN" if lang == "zh" else "en",
        "title": one_line(message.subject),
        "words": {key: say(key, lang) for key in keys} | {"source": word("source", lang).capitalize()},
        "colon": say("colon", lang),
        "nothing": word("none", lang),
        "test": wording.test_text(lang) if message.topic == "test" else "",
        "baseline": _baseline(message),
        "lists": [_list(batch, message) for batch in message.batches if not batch.baseline],
        "growth": _growth(message),
        "totals": wording.totals_text(message.totals, lang),
        "checks": wording.verdict_lines(message.verdicts, lang),
        "sections": [_section(section, message) for section in arrange_changes(message, most)],
        "incidents": [_incident(incident, message) for incident in message.incidents],
        "unclassified": [(one_line(r["title"]), wording.web_address(r["address"])) for r in message.unclassified],
        "sent_at": say("sent_at", lang, when=beijing_time(message.created_at)),
        "unsubscribe": wording.unsubscribe_text(message),
    }


def _baseline(message: Message) -> dict[str, Any] | None:
    lists = [_list(batch, message) for batch in message.batches if batch.baseline]
    title = baseline_text(message.batches, message.lang)
    return {"title": title, "note": say("baseline_note", message.lang), "lists": lists} if lists else None


def _list(batch: BatchSummary, message: Message) -> dict[str, Any]:
    lang, places = message.lang, list(batch.provinces.items())
    address = wording.web_address(batch.announcement)
    drawn = places[:MOST_BARS] if len(places) > 1 else []
    rest = [f"{place_text(place, lang)} {count:,}" for place, count in places[len(drawn) :]]
    return {
        "heading": wording.batch_heading(batch, lang),
        "counts": wording.counts_text(batch, lang),
        "title": one_line(batch.title) or address,
        "address": address,
        "bars": _bars([(place_text(place, lang), count, True) for place, count in drawn]),
        "places": rest,
    }


def _growth(message: Message) -> dict[str, Any] | None:
    growth = growth_shown(message)
    if growth is None:
        return None
    ours = {batch.period for batch in message.batches if batch.series == growth.series}
    return {
        "caption": say("growth", message.lang, name=source_name(growth.series, message.lang)),
        "bars": _bars([(period or "", count, period in ours) for period, count in growth.batches]),
    }


def growth_shown(message: Message) -> Growth | None:
    """Return the last batches of the series with the most additions, or None if there are fewer than two."""
    added: dict[str, int] = {}
    for batch in message.batches:
        added[batch.series] = added.get(batch.series, 0) + batch.changes.get(ChangeKind.ADDED, 0)
    grown = [growth for growth in message.growth if added.get(growth.series)]
    if not grown:
        return None
    growth = max(grown, key=lambda one: added[one.series])
    counts: dict[str, int] = {}
    for period, count in growth.batches:
        if _PERIOD.fullmatch(period or ""):
            counts[period] = counts.get(period, 0) + count
    last = tuple(counts.items())[-MOST_BATCHES:]
    return Growth(series=growth.series, batches=last) if len(last) > 1 else None


def _bars(rows: list[tuple[str, int, bool]]) -> list[dict[str, Any]]:
    """Return rows of a chart from (label, count, is emphasised); the longest bar has the full width."""
    most = max((count for _, count, _ in rows), default=0) or 1
    return [
        {"label": label, "count": f"{count:,}", "percent": round(100 * count / most), "ours": ours}
        for label, count, ours in rows
    ]


def _section(section: Section, message: Message) -> dict[str, Any]:
    lang = message.lang
    left_out = f"{wording.left_out_text(section.left_out, lang)}{say('semicolon', lang)}{say('see_all', lang)}"
    sources = [change["source"] for change in section.changes]
    originals = {one_line(source["attachment"]): _original(source) for source in sources if source["attachment"]}
    return {
        "heading": section.heading,
        "changes": [_change(change, message) for change in section.changes],
        "left_out": left_out if section.left_out else "",
        "command": section.command.split(" "),
        "originals": list(originals.items()),
    }


def _original(source: Row) -> str:
    return wording.web_address(source["attachment"]) or wording.web_address(source["announcement"])


def _change(change: Row, message: Message) -> dict[str, Any]:
    lang = message.lang
    number, name = one_line(change.get("number")), one_line(change.get("name"))
    where = (one_line(change.get("entity")), wording.change_place(change, lang))
    return {
        "kind": change["kind"],
        "what": wording.change_kind(change, lang),
        "name": name or number,
        "where": [*filter(None, where), *([number] if name else [])],
        "fields": wording.change_pairs(change, lang),
    }


def _incident(incident: Row, message: Message) -> dict[str, Any]:
    lang = message.lang
    detail, (meant, address) = one_line(incident.get("detail")), wording.incident_place(incident)
    return {
        "phase": incident["phase"],
        "head": wording.incident_head(incident, lang),
        "lines": [line for line in (detail, "" if meant in detail else meant) if line],
        "address": address,
        "href": wording.web_address(address),
        "time": wording.incident_time(incident, lang),
        "to_do": wording.incident_to_do(incident, lang),
    }
