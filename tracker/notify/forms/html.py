"""A message as HTML: a whole document for mail, and a fragment for feeds.

Pure. The template engine escapes every text; only addresses that `wording.web_address` lets through become links. Must
hold no script, fetch nothing, and be readable without colours, without its style sheet and without its picture.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tracker.core.messages import word
from tracker.notify import wording
from tracker.notify.forms.chart import SIZE, growth_shown
from tracker.notify.forms.table import Section, arrange_changes
from tracker.notify.message import BatchSummary, Message, Row
from tracker.notify.subject import baseline_text
from tracker.notify.words import beijing_time, one_line, place_text, say, source_name

MOST_BARS = 6  # places drawn as bars; the others stand in a line
_FONTS = "-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"


def render_html(message: Message, most: int = 50, chart_cid: str = "") -> str:
    """A whole document; of the changes at most `most`. `chart_cid` is the Content-ID of the picture, "" for none."""
    return _environment().get_template("page.html.j2").render(_view(message, most, chart_cid), fonts=_FONTS)


def render_fragment(message: Message, most: int = 50) -> str:
    """The same content to stand inside another document, without style sheet and picture."""
    return _environment().get_template("content.html.j2").render(_view(message, most, ""))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("tracker.notify"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _view(message: Message, most: int, chart_cid: str) -> dict[str, Any]:
    """Everything that the templates show, in words."""
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
        "chart": _chart(message, chart_cid),
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
    most = max(batch.provinces.values(), default=0)
    address = wording.web_address(batch.announcement)
    drawn = places[:MOST_BARS] if len(places) > 1 else []
    rest = [f"{place_text(place, lang)} {count:,}" for place, count in places[len(drawn) :]]
    return {
        "heading": wording.batch_heading(batch, lang),
        "counts": wording.counts_text(batch, lang),
        "title": one_line(batch.title) or address,
        "address": address,
        "bars": [
            {"place": place_text(place, lang), "count": f"{count:,}", "percent": round(100 * count / most)}
            for place, count in drawn
        ],
        "places": rest,
    }


def _chart(message: Message, cid: str) -> dict[str, Any] | None:
    growth = growth_shown(message) if cid else None
    if growth is None:
        return None
    caption = say("growth", message.lang, name=source_name(growth.series, message.lang))
    figures = say("list", message.lang).join(f"{period} {count:,}" for period, count in growth.batches)
    alt = f"{caption}{say('colon', message.lang)}{figures}"
    return {"caption": caption, "address": f"cid:{cid}", "width": SIZE[0], "alt": alt}


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
