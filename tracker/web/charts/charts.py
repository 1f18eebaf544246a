"""The charts of the pages: growth, provinces, entities, batches; each with its words and its data.

Pure: values in, a `Chart` out. The words and data cost next to nothing; the SVG is drawn when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from tracker.core.messages import Lang, word
from tracker.core.models import Kind, Status
from tracker.core.series import SERIES
from tracker.notify.words import PLACES, one_line, period_text, place_text, say, source_name
from tracker.web.charts.bars import Bar, draw_bars
from tracker.web.charts.chart_svg import Drawing, draw, mark_colour
from tracker.web.charts.columns import Column, draw_columns
from tracker.web.charts.panels import Panel, draw_panels
from tracker.web.charts.words import batches_words, chart_word, growth_words, rows_words

Table = tuple[tuple[str, ...], tuple[tuple[str | int, ...], ...]]
Counts = Sequence[tuple[str, str, int]]

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])(?:-([0-3]\d))?")
_SERIES = {series.id: index for index, series in enumerate(SERIES)}
_KINDS: tuple[str, ...] = (*Kind, *Status)
_PLACES = {place: index for index, place in enumerate(PLACES)}


@dataclass(frozen=True)
class Chart:
    """A chart: its title, one or two sentences on what it shows, its data, and what to draw.

    Where there is nothing to draw, `drawing` is None, `svg` is empty, `table` has no rows and `alt` says why.
    """

    title: str
    alt: str
    table: Table
    drawing: Drawing | None

    @cached_property
    def svg(self) -> bytes:
        """The picture, a file of its own; some 10 to 30 ms, and the first of a process 0.6 s."""
        return draw(self.drawing, self.title, self.alt) if self.drawing else b""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in CSS pixels, known before the picture is drawn."""
        return (self.drawing.width, self.drawing.height) if self.drawing else (0, 0)


def growth_chart(
    points: Sequence[tuple[str, str, int]], batches: Sequence[tuple[str, str, str]], lang: Lang, *, narrow: bool = False
) -> Chart:
    """How the series have grown, one small plot each, batches marked as points.

    Args:
        points: (series, month "YYYY-MM", count at its end); months without change may be left out.
        batches: (series, month "YYYY-MM" it stands at, period of the batch).
        lang: the language of names and words.
        narrow: drawn for a phone.
    """
    title = chart_word("growth", lang)
    by_series: dict[str, dict[str, int]] = {}
    for series, month, count in points:
        if _MONTH.fullmatch(month):
            by_series.setdefault(series, {})[month] = count
    if not by_series:
        return Chart(title, chart_word("no_growth", lang), (_growth_columns(lang), ()), None)
    ordered = sorted(by_series, key=lambda series: (_SERIES.get(series, len(_SERIES)), series))
    periods: dict[tuple[str, str], list[str]] = {}
    for series, month, period in batches:
        periods.setdefault((series, month[:7]), []).append(period)
    months = sorted({month for counts in by_series.values() for month in counts})
    panels = [_panel(series, place, by_series[series], periods, lang) for place, series in enumerate(ordered)]
    grown = [
        (one, by_series[one][max(by_series[one])], sum(len(found) for key, found in periods.items() if key[0] == one))
        for one in ordered
    ]
    rows = tuple(
        (source_name(one, lang), month, count, say("list", lang).join(map(one_line, periods.get((one, month), ()))))
        for one in ordered for month, count in sorted(by_series[one].items())
    )  # fmt: skip
    drawing = draw_panels(panels, _index(months[0]), _index(months[-1]) + 1, narrow=narrow)
    return Chart(title, growth_words(grown, months[0], months[-1], lang), (_growth_columns(lang), rows), drawing)


def _growth_columns(lang: Lang) -> tuple[str, ...]:
    return (*(word(key, lang) for key in ("series", "month", "count")), chart_word("batches_of_month", lang))


def _index(month: str) -> int:
    """Months since the year 0: "2024-08" → 24295."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _panel(
    series: str, place: int, counts: dict[str, int], periods: dict[tuple[str, str], list[str]], lang: Lang
) -> Panel:
    months = sorted(counts)
    # What repeats the count before it draws nothing.
    steps = [month for n, month in enumerate(months) if n == 0 or counts[month] != counts[months[n - 1]]]
    marked = sorted(month for one, month in periods if one == series and months[0] <= month <= months[-1])
    at = [(month, max(known for known in months if known <= month)) for month in marked]
    return Panel(
        name=source_name(series, lang),
        total=f"{counts[months[-1]]:,}",
        colour=mark_colour(_SERIES.get(series, place)),
        steps=tuple((_index(month), counts[month]) for month in steps),
        batches=tuple((_index(month), counts[known]) for month, known in at),
    )


def province_chart(counts: Counts, lang: Lang, *, narrow: bool = False) -> Chart:
    """Filings by place, the largest first and the unknown place last, stacked by series, kind or status.

    Args:
        counts: (place as published or "", series, kind or status, how many).
        lang: the language of names and words.
        narrow: drawn for a phone.
    """
    return _bars("provinces", counts, lang, narrow=narrow)


def entity_chart(counts: Counts, lang: Lang, *, narrow: bool = False) -> Chart:
    """Filings by entity, the largest first, with names in full; stacked like `province_chart`.

    Args:
        counts: (entity, series, kind or status, how many), of the entities to show.
        lang: the language of words; names stay as published.
        narrow: drawn for a phone.
    """
    return _bars("entities", counts, lang, narrow=narrow)


def _bars(key: str, counts: Counts, lang: Lang, *, narrow: bool) -> Chart:
    title = chart_word(key, lang)
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
        return Chart(title, chart_word("no_filings", lang), (columns, ()), None)
    colours = {group: _group_colour(group, ordered) for group in ordered}
    bars = [Bar(names[name], tuple((colours[one], rows[name].get(one, 0)) for one in ordered)) for name in shown]
    legend = [(colours[group], _group_name(group, ordered, lang)) for group in ordered]
    data: list[tuple[str | int, ...]] = [
        (names[name], *(rows[name].get(group, 0) for group in several), totals[name]) for name in shown
    ]
    summed = [(_group_name(group, ordered, lang), sum(rows[name].get(group, 0) for name in shown)) for group in ordered]
    alt = rows_words(key, [(names[name], totals[name]) for name in shown if name], summed, totals.get("", 0), lang)
    drawing = draw_bars(bars, legend, narrow=narrow, names_above=narrow and key == "entities")
    return Chart(title, alt, (columns, tuple(data)), drawing)


def _groups(found: Iterable[str]) -> list[str]:
    """Groups in the order in which they stack: as they are declared, then by name, what has none last."""
    declared = {group: place for place, group in enumerate((*_SERIES, *_KINDS))}
    return sorted(set(found), key=lambda group: (not group, declared.get(group, len(declared)), group))


def _of_kinds(groups: Sequence[str]) -> bool:
    """Whether groups are kinds or statuses; "on_device" is a series as well."""
    return all(group in _KINDS or not group for group in groups)


def _group_name(group: str, groups: Sequence[str], lang: Lang) -> str:
    if not group:
        return chart_word("no_kind", lang)
    return word(group, lang) if _of_kinds(groups) else source_name(group, lang)


def _group_colour(group: str, groups: Sequence[str]) -> str:
    return mark_colour(groups.index(group) if _of_kinds(groups) else _SERIES.get(group, groups.index(group)))


def batch_chart(
    series: str, counts: Sequence[tuple[str, int]], highlighted: str | None, lang: Lang, *, narrow: bool = False
) -> Chart:
    """Additions of each batch of a series, one of them marked.

    Args:
        series: the series, which gives the colour.
        counts: (period "YYYY-MM" or "YYYY-MM-DD", how many), the oldest first; equal periods are added up.
        highlighted: the period of the batch that stands out, if any.
        lang: the language of names and words.
        narrow: drawn for a phone.
    """
    title = chart_word("batches", lang, series=source_name(series, lang))
    headings = (word("batch", lang), chart_word("additions", lang), chart_word("this_batch", lang))
    added: dict[str, int] = {}
    for period, count in counts:
        added[period] = added.get(period, 0) + count
    if not added:
        return Chart(title, chart_word("no_batches", lang, series=source_name(series, lang)), (headings, ()), None)
    marked = (highlighted, added[highlighted]) if highlighted in added else None
    yes = chart_word("yes", lang)
    data = tuple(
        (period_text(period, lang), count, yes if period == highlighted else "") for period, count in added.items()
    )
    columns = [_column(period, count, period == highlighted) for period, count in added.items()]
    drawing = draw_columns(columns, mark_colour(_SERIES.get(series, 0)), narrow=narrow)
    return Chart(title, batches_words(series, tuple(added.items()), marked, lang), (headings, data), drawing)


def _column(period: str, count: int, marked: bool) -> Column:
    found = _MONTH.fullmatch(period)
    if not found:
        return Column(year="", label=one_line(period, 10), count=count, marked=marked)
    return Column(year=found[1], label=period[5:], count=count, marked=marked)
