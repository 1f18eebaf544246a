"""The charts of the pages: growth, provinces, entities, batches; each with its words and its data.

Pure: counts in, a `Chart` out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tracker.core.messages import Lang, word
from tracker.core.models import Kind, Status
from tracker.core.series import SERIES
from tracker.notify.words import PLACES, one_line, period_text, place_text, say, source_name
from tracker.web.charts.model import (
    GREY,
    Bar,
    Chart,
    Form,
    Plot,
    Row,
    colour_class,
    month_ticks,
    percent,
    round_counts,
    share,
)
from tracker.web.charts.words import batches_words, chart_word, growth_words, rows_words

Counts = Sequence[tuple[str, str, int]]

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])(?:-([0-3]\d))?")
_SERIES = {series.id: index for index, series in enumerate(SERIES)}
_KINDS: tuple[str, ...] = (*Kind, *Status)
_PLACES = {place: index for index, place in enumerate(PLACES)}


def growth_chart(points: Sequence[tuple[str, str, int]], batches: Sequence[tuple[str, str, str]], lang: Lang) -> Chart:
    """Return how the series have grown, one small plot each with its own height, with batches marked as points.

    Args:
        points: (series, month "YYYY-MM", count at its end); months without change may be left out.
        batches: (series, month "YYYY-MM" of its publication, period of the batch).
        lang: the language of names and words.
    """
    title = chart_word("growth", lang)
    headings = (*(word(key, lang) for key in ("series", "month", "count")), chart_word("batches_of_month", lang))
    by_series: dict[str, dict[str, int]] = {}
    for series, month, count in points:
        if _MONTH.fullmatch(month):
            by_series.setdefault(series, {})[month] = count
    if not by_series:
        return Chart(title, chart_word("no_growth", lang), (headings, ()), "growth")
    ordered = sorted(by_series, key=lambda series: (_SERIES.get(series, len(_SERIES)), series))
    periods: dict[str, dict[str, list[str]]] = {series: {} for series in ordered}
    for series, month, period in batches:
        periods.setdefault(series, {}).setdefault(month[:7], []).append(period)
    months = sorted({month for counts in by_series.values() for month in counts})
    span = _index(months[0]), _index(months[-1]) + 1
    plots = tuple(
        _plot(series, place, by_series[series], periods[series], span, headings[1:], lang)
        for place, series in enumerate(ordered)
    )
    grown = [(one, by_series[one][max(by_series[one])], sum(map(len, periods[one].values()))) for one in ordered]
    rows = tuple(
        (source_name(one, lang), month, count, _names(periods[one].get(month, ()), lang))
        for one in ordered for month, count in sorted(by_series[one].items())
    )  # fmt: skip
    return Chart(title, growth_words(grown, months[0], months[-1], lang), (headings, rows), "growth", plots)


def _names(periods: Iterable[str], lang: Lang) -> str:
    return say("list", lang).join(map(one_line, periods))


def _index(month: str) -> int:
    """Return the months since the year 0: "2024-08" → 24295."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _plot(
    series: str, place: int, counts: dict[str, int], periods: dict[str, list[str]], span: tuple[int, int],
    headings: Sequence[str], lang: Lang,
) -> Plot:  # fmt: skip
    """Return the plot of one series: a row for each month with a new count or a batch, as wide as the count held."""
    known = sorted(counts)
    marked = {month for month in periods if known[0] <= month <= known[-1]}
    changed = {month for n, month in enumerate(known) if n == 0 or counts[month] != counts[known[n - 1]]}
    shown = sorted(changed | marked)
    at = [counts[max(one for one in known if one <= month)] for month in shown]
    edges = [share(_index(month), *span) for month in shown] + [100]
    most = max(1, *at)
    top = 1.12 * most  # room for the name above
    colour = colour_class(_SERIES.get(series, place))
    rows = tuple(
        Row(month, (_bar(count, top, colour),), span=edges[n + 1] - edges[n], marked=month in marked,
            note=_names(periods.get(month, ()), lang))
        for n, (month, count) in enumerate(zip(shown, at, strict=True))
    )  # fmt: skip
    return Plot(
        headings=tuple((one, "") for one in headings), rows=rows, name=source_name(series, lang),
        final=counts[known[-1]], start=edges[0], months=month_ticks(*span),
        counts=tuple((count, percent(count, top)) for count in round_counts(most)),
    )  # fmt: skip


def province_chart(counts: Counts, lang: Lang) -> Chart:
    """Return the filings by place, the largest first and the unknown place last, stacked by series, kind or status.

    Args:
        counts: (place as published or "", series, kind or status, how many).
        lang: the language of names and words.
    """
    return _bars("provinces", counts, lang)


def entity_chart(counts: Counts, lang: Lang) -> Chart:
    """Return the filings by entity, the largest first, with names in full; stacked like `province_chart`.

    Args:
        counts: (entity, series, kind or status, how many), of the entities to show.
        lang: the language of words; names stay as published.
    """
    return _bars("entities", counts, lang)


def _bars(key: str, counts: Counts, lang: Lang) -> Chart:
    title = chart_word(key, lang)
    form: Form = "bars" if key == "provinces" else "bars long"
    rows: dict[str, dict[str, int]] = {}
    for name, group, count in counts:
        groups = rows.setdefault(name, {})
        groups[group] = groups.get(group, 0) + count
    totals = {name: sum(groups.values()) for name, groups in rows.items()}
    shown = sorted(
        (name for name in rows if totals[name]),
        key=lambda name: (not name, -totals[name], _PLACES.get(name, len(_PLACES)), name),
    )
    ordered = _groups(group for name in shown for group, count in rows[name].items() if count)
    names = {name: place_text(name, lang) if key == "provinces" else one_line(name) for name in shown}
    several = ordered if len(ordered) > 1 else []
    columns = (
        chart_word("place", lang) if key == "provinces" else word("entity", lang),
        *(_group_name(group, ordered, lang) for group in several),
        chart_word("total", lang),
    )
    if not shown:
        return Chart(title, chart_word("no_filings", lang), (columns, ()), form)
    data: list[tuple[str | int, ...]] = [
        (names[name], *(rows[name].get(group, 0) for group in several), totals[name]) for name in shown
    ]
    summed = [(_group_name(group, ordered, lang), sum(rows[name].get(group, 0) for name in shown)) for group in ordered]
    alt = rows_words(key, [(names[name], totals[name]) for name in shown if name], summed, totals.get("", 0), lang)
    most = max(totals.values())
    colours = {group: _group_colour(group, ordered) for group in ordered}
    drawn = tuple(
        Row(names[name], tuple(_bar(rows[name].get(group, 0), most, colours[group]) for group in ordered),
            total=totals[name] if several else None)
        for name in shown
    )  # fmt: skip
    headings = tuple(zip(columns, ("", *(colours[group] for group in several), ""), strict=True))
    return Chart(title, alt, (columns, tuple(data)), form, (Plot(headings, drawn),))


def _bar(count: int, most: float, colour: str) -> Bar:
    return Bar(count, percent(count, most), colour)


def _groups(found: Iterable[str]) -> list[str]:
    """Return the groups in the order in which they stack: as they are declared, then by name, without a group last."""
    declared = {group: place for place, group in enumerate((*_SERIES, *_KINDS))}
    return sorted(set(found), key=lambda group: (not group, declared.get(group, len(declared)), group))


def _of_kinds(groups: Sequence[str]) -> bool:
    """Return True if the groups are kinds or statuses; "on_device" is a series as well."""
    return all(group in _KINDS or not group for group in groups)


def _group_name(group: str, groups: Sequence[str], lang: Lang) -> str:
    if not group:
        return chart_word("no_kind", lang)
    return word(group, lang) if _of_kinds(groups) else source_name(group, lang)


def _group_colour(group: str, groups: Sequence[str]) -> str:
    return colour_class(groups.index(group) if _of_kinds(groups) else _SERIES.get(group, groups.index(group)))


def batch_chart(series: str, counts: Sequence[tuple[str, int]], highlighted: str | None, lang: Lang) -> Chart:
    """Return the additions of each batch of a series, one of them marked.

    Args:
        series: the series, which gives the colour.
        counts: (period "YYYY-MM" or "YYYY-MM-DD", how many), the oldest first; equal periods are added up.
        highlighted: the period of the batch that is marked, if any.
        lang: the language of names and words.
    """
    title = chart_word("batches", lang, series=source_name(series, lang))
    headings = (word("batch", lang), chart_word("additions", lang), chart_word("this_batch", lang))
    added: dict[str, int] = {}
    for period, count in counts:
        added[period] = added.get(period, 0) + count
    if not added:
        return Chart(title, chart_word("no_batches", lang, series=source_name(series, lang)), (headings, ()), "columns")
    marked = (highlighted, added[highlighted]) if highlighted in added else None
    yes = chart_word("yes", lang)
    data = tuple(
        (period_text(period, lang), count, yes if period == highlighted else "") for period, count in added.items()
    )
    own, most = colour_class(_SERIES.get(series, 0)), max(added.values())
    rows = tuple(
        Row(
            one_line(period, 10), (_bar(count, most, own if marked is None or period == highlighted else GREY),),
            marked=period == highlighted, note=yes if period == highlighted else "",
        )
        for period, count in added.items()
    )  # fmt: skip
    plots = (Plot(tuple((one, "") for one in headings), rows),)
    return Chart(title, batches_words(series, tuple(added.items()), marked, lang), (headings, data), "columns", plots)
