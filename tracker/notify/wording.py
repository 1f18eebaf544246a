"""Put the content of an alert into words: plain, unescaped lines to which every channel gives its own form.

In: the values of a `Message` and a language. Out: text without line breaks or invisible characters; text of the site is
shortened. Escaping and markup are the task of the channels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlsplit

from tracker.core.incident_texts import incident_text
from tracker.core.messages import Lang, word
from tracker.core.models import ChangeKind
from tracker.notify.message import BatchSummary, CheckResult, Message, Phase, Row, Total, Verdicts
from tracker.notify.words import MOST, beijing_time, counted, one_line, period_text, place_text, say, source_name

# Fields whose values are words of the program.
_WORDS = frozenset({"status", "kind"})


def web_address(address: object) -> str:
    """Return an address that may become a link (http or https, with a host), else "".

    The result is safe in any markup.
    """
    text = str(address or "")
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or text != _seen(text):
        return ""
    return quote(text, safe="%/:?#[]@!$&*+,;=~")


def _seen(text: str) -> str:
    return one_line(text, len(text))


# --- batches -------------------------------------------------------------------------------------


def batch_heading(batch: BatchSummary, lang: Lang) -> str:
    """Name a list: "生成式AI备案 2024年8月"."""
    period = period_text(batch.period, lang)
    name = source_name(batch.series, lang)
    return f"{name}{' ' if lang == 'zh' else ', '}{period}" if period else name


def counts_text(batch: BatchSummary, lang: Lang) -> str:
    """Count the changes of a list: "新增 71 款备案、26 款登记；修改 1 条，改号 1 条"."""
    return say("semicolon", lang).join(count_parts(batch, lang)) or say("nothing", lang)


def count_parts(batch: BatchSummary, lang: Lang) -> list[str]:
    """Return the additions as one text and all other changes as another, without empty ones."""
    rest = {kind: n for kind, n in batch.changes.items() if kind != ChangeKind.ADDED and n}
    order = {kind.value: place for place, kind in enumerate(ChangeKind)}
    others = [
        f"{say(kind, lang)} {rest[kind]:,} 条" if lang == "zh" else f"{rest[kind]:,} {say(kind, lang)}"
        for kind in sorted(rest, key=lambda kind: order.get(kind, len(order)))
    ]
    return [part for part in (_additions(batch, lang), say("comma", lang).join(others)) if part]


def _additions(batch: BatchSummary, lang: Lang) -> str:
    added = batch.changes.get(ChangeKind.ADDED, 0)
    if not added:
        return ""
    text = counted(batch.series, batch.kinds or {"": added}, lang)
    verb = say("recorded" if batch.baseline else "added", lang)
    return f"{verb} {text}" if lang == "zh" else f"{text} {verb}"


def provinces_text(batch: BatchSummary, lang: Lang) -> str:
    """Return the additions by place, largest first: "北京市 34 · 上海市 20"; "" if there are none."""
    return " · ".join(f"{place_text(place, lang)} {n:,}" for place, n in batch.provinces.items())


# --- totals and checks ---------------------------------------------------------------------------


def totals_text(totals: Sequence[Total], lang: Lang) -> str:
    """Return the running totals by series as one line; "" if there are none."""
    by_series: dict[str, list[Total]] = {}
    for total in totals:
        by_series.setdefault(total.series, []).append(total)
    texts = [_total(series, of_it, lang) for series, of_it in by_series.items()]
    return say("totals", lang, all=say("semicolon", lang).join(texts)) if texts else ""


def _total(series: str, totals: Sequence[Total], lang: Lang) -> str:
    count = counted(series, {total.kind or "": total.count for total in totals}, lang)
    cancelled = sum(total.cancelled for total in totals)
    note = say("of_which_cancelled", lang, n=f"{cancelled:,}") if cancelled else ""
    return f"{source_name(series, lang)} {count or '0'}{note}"


def verdict_lines(verdicts: Verdicts | None, lang: Lang) -> list[str]:
    """Return a line that sums up the checks, then one line per failed check."""
    if verdicts is None:
        return []
    counts = {"check_ok": verdicts.ok, "check_off": len(verdicts.off), "check_not_checkable": verdicts.not_checkable}
    said = [say(key, lang, n=f"{n:,}") for key, n in counts.items() if n]
    summary = [say("checks", lang, counts=say("comma", lang).join(said))] if said else []
    return summary + [_check_line(check, lang) for check in verdicts.off]


def _check_line(check: CheckResult, lang: Lang) -> str:
    subject = f"{source_name(check.series, lang)} {one_line(check.subject)}"
    head = say("off", lang, check=word(f"check_{check.name}", lang), subject=subject)
    if check.expected is None or check.found is None:
        return f"{head}{say('colon', lang)}{one_line(check.detail)}"
    numbers = {"expected": f"{check.expected:,}", "found": f"{check.found:,}"}
    text = say("expected_found", lang, off_by=f"{check.found - check.expected:+,}", **numbers)
    return f"{head}{say('colon', lang)}{text}"


# --- changes -------------------------------------------------------------------------------------


def change_kind(change: Row, lang: Lang) -> str:
    """Return what happened: "新增备案", "修改"; "Added (filed)", "Amended"."""
    kind, filing_kind = str(change["kind"]), change.get("filing_kind")
    text = say(kind, lang)
    if kind == ChangeKind.ADDED and filing_kind:
        text += say(filing_kind, lang) if lang == "zh" else f" ({say(filing_kind, lang)})"
    return text if lang == "zh" else text.capitalize()


def change_place(change: Row, lang: Lang) -> str:
    """Return the province of the filing of a change, or ""."""
    return place_text(change["province"], lang) if change.get("province") else ""


def change_head(change: Row, lang: Lang) -> str:
    """Return one line that names the filing: kind, name, entity, province, number."""
    values = (change.get("name"), change.get("entity"), change_place(change, lang), change.get("number"))
    return " · ".join(filter(None, (change_kind(change, lang), *map(one_line, values))))


def change_pairs(change: Row, lang: Lang, most: int = MOST) -> list[tuple[str, str, str]]:
    """Return (field, before, after) of a change in the language; nothing for a plain addition."""
    pairs: dict[str, Sequence[str | None]] = dict(change.get("fields") or {})
    if change.get("status_before") not in (None, change.get("status")):
        pairs = {"status": (change["status_before"], change.get("status"))} | pairs
    return [
        (_field(name, lang), _value(name, before, lang, most), _value(name, after, lang, most))
        for name, (before, after) in pairs.items()
    ]


def _field(name: str, lang: Lang) -> str:
    text = one_line(word(name, lang))
    return text[:1].upper() + text[1:]


def _value(field: str, value: str | None, lang: Lang, most: int) -> str:
    text = one_line(word(value, lang) if field in _WORDS else value, most)
    return text or word("none", lang)


def change_fields(change: Row, lang: Lang, most: int = MOST) -> list[str]:
    """Return one line per changed field: "主体：旧 → 新"; values are cut to a maximum length."""
    colon = say("colon", lang)
    return [f"{name}{colon}{before} → {after}" for name, before, after in change_pairs(change, lang, most)]


def left_out_text(n: int, lang: Lang) -> str:
    """Return how many changes a message omits: "另有 2,950 条未列出"."""
    return say("left_out", lang, n=f"{n:,}")


# --- incidents, unclassified announcements, the rest ---------------------------------------------


def incident_head(incident: Row, lang: Lang) -> str:
    """Return one line that names the incident: "[异常] 生成式AI备案：服务器返回空内容"."""
    means, _ = incident_text(incident["kind"], lang)
    source = source_name(str(incident["source"]), lang)
    return f"[{say(incident['phase'], lang)}] {source}{say('colon', lang)}{means}"


def incident_time(incident: Row, lang: Lang) -> str:
    """Return since when an incident is open, or from when to when it was."""
    first, last = beijing_time(str(incident["first_seen"])), incident.get("ended_at")
    if incident["phase"] == Phase.OVER and last:
        return say("from_to", lang, first=first, last=beijing_time(last))
    return say("since", lang, first=first)


def incident_to_do(incident: Row, lang: Lang) -> str:
    """Return what to do about an incident; "" once it has ended."""
    if incident["phase"] == Phase.OVER:
        return ""
    _, to_do = incident_text(incident["kind"], lang)
    return f"{word('to_do', lang).capitalize()}{say('colon', lang)}{to_do}"


def incident_place(incident: Row) -> tuple[str, str]:
    """Return what an address means, and the address; "https://host/page#附件7" names both."""
    address, _, meant = str(incident.get("address") or "").partition("#")
    if re.fullmatch(r"[!-~]*", meant):  # a part of the address itself
        return "", one_line(incident.get("address"))
    return one_line(meant), one_line(address)


def incident_lines(incident: Row, lang: Lang) -> list[str]:
    """Return the lines of an incident: what, detail, where, since when, what to do."""
    detail, (meant, address) = one_line(incident.get("detail")), incident_place(incident)
    lines = [incident_head(incident, lang), detail, "" if meant in detail else meant, address]
    return [line for line in (*lines, incident_time(incident, lang), incident_to_do(incident, lang)) if line]


def unclassified_text(row: Row, lang: Lang) -> str:
    """Return the title of an unclassified announcement with its address."""
    text = say("unclassified", lang, title=one_line(row["title"]))
    return f"{text} {one_line(row['address'])}".rstrip()


def unsubscribe_text(message: Message) -> str:
    """Return how to unsubscribe: the configuration entry of these messages."""
    return say("unsubscribe", message.lang, name=one_line(message.subscription), entry=one_line(message.entry))


def links(message: Message) -> list[tuple[str, str]]:
    """Return the announcements of the lists of a message: (title, address), each address once."""
    return list(_links(message.batches))


def _links(batches: Iterable[BatchSummary]) -> Iterable[tuple[str, str]]:
    seen = set()
    for batch in batches:
        address = web_address(batch.announcement)
        if address and address not in seen:
            seen.add(address)
            yield one_line(batch.title) or address, address


def test_text(lang: Lang) -> str:
    """Return the text of a test message."""
    return say("test", lang)
