"""The texts of charts in Chinese and English: titles, and one or two sentences on the data.

Pure: names and numbers in, text out.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracker.core.messages import Lang
from tracker.notify.words import counted, period_text, place_text, say, source_name

WORDS: dict[str, tuple[str, str]] = {
    "growth": ("各系列累计数量", "Running totals by series"),
    "provinces": ("各属地备案数量", "Filings by province"),
    "entities": ("各主体备案数量", "Filings by entity"),
    "batches": ("{series}各批新增数量", "{series}: additions by batch"),
    # for a chart without data
    "no_growth": ("尚未收录任何批次，没有增长可画。", "No batch is recorded yet, so there is no growth to draw."),
    "no_filings": ("没有符合条件的备案，没有数量可画。", "No filing fits, so there is nothing to draw."),
    "no_batches": ("{series}：尚未收录任何批次。", "{series}: no batch is recorded yet."),
    # sentences
    "growth_all": ("{title}（{span}）：{some}。", "{title}, {span}: {some}."),
    "grown": ("{name} {n}（{batches}）", "{name} {n} ({batches})"),
    "places_all": (
        "{title}：{n}，分布于 {rows} 个属地；最多的是{some}。",
        "{title}: {n} in {rows} places; most in {some}.",
    ),
    "entities_all": (
        "{title}：图中 {rows} 个主体共 {n}；最多的是{some}。",
        "{title}: {n} by the {rows} shown; most by {some}.",
    ),
    "unplaced": ("另有{some}。", "Besides: {some}."),
    "parts": ("其中{some}。", "Of all: {some}."),
    "batches_all": (
        "{title}（{span}）：{batches}，共 {n}；最多的一批是{most}。",
        "{title}, {span}: {n} in {batches}; most in {most}.",
    ),
    "this": ("本批：{some}。", "This batch: {some}."),
    "span": ("{first}至{last}", "{first} to {last}"),
    # headings of the data
    "place": ("属地", "place"), "total": ("合计", "total"), "batches_of_month": ("当月批次", "batches of the month"),
    "additions": ("新增", "additions"), "this_batch": ("本批", "this batch"), "yes": ("是", "yes"),
    "no_kind": ("未注明", "not stated"),
}  # fmt: skip

Named = tuple[str, int]


def chart_word(key: str, lang: Lang, **values: object) -> str:
    """Return a word or sentence of charts."""
    text = WORDS[key][0 if lang == "zh" else 1]
    return text.format(**values) if values else text


def growth_words(grown: Sequence[tuple[str, int, int]], first: str, last: str, lang: Lang) -> str:
    """Describe a chart of growth; `grown` is (series, count at the end, number of batches)."""
    some = [
        chart_word(
            "grown", lang, name=source_name(series, lang), n=counted(series, {"": n}, lang) or f"{n:,}",
            batches=_batches(batches, lang),
        )
        for series, n, batches in grown
    ]  # fmt: skip
    title = chart_word("growth", lang)
    return chart_word(
        "growth_all", lang, title=title, span=_span(first, last, lang), some=_join(some, lang, "semicolon")
    )


def rows_words(key: str, rows: Sequence[Named], groups: Sequence[Named], unplaced: int, lang: Lang) -> str:
    """Describe bars by place ("provinces") or entity ("entities").

    `rows` are (name, count), the largest first; `groups` are (name, count) of the legend; `unplaced` is the number of
    filings without a place.
    """
    n = _filings(sum(count for _, count in rows) + unplaced, lang)
    sentence = "places_all" if key == "provinces" else "entities_all"
    title, some = chart_word(key, lang), _join([f"{name} {count:,}" for name, count in rows[:3]], lang)
    told = [chart_word(sentence, lang, title=title, n=n, rows=f"{len(rows):,}", some=some)] if rows else []
    if unplaced:
        told.append(chart_word("unplaced", lang, some=f"{place_text('', lang)} {_filings(unplaced, lang)}"))
    if len(groups) > 1:
        told.append(chart_word("parts", lang, some=_join([f"{name} {count:,}" for name, count in groups], lang)))
    return ("" if lang == "zh" else " ").join(told)


def batches_words(series: str, counts: Sequence[Named], marked: Named | None, lang: Lang) -> str:
    """Describe a chart of additions by batch; `counts` are (period, count) in order."""
    title = chart_word("batches", lang, series=source_name(series, lang))
    most = max(counts, key=lambda one: one[1])
    told = chart_word(
        "batches_all", lang, title=title, span=_span(counts[0][0], counts[-1][0], lang), most=_batch(most, lang),
        n=counted(series, {"": sum(n for _, n in counts)}, lang), batches=_batches(len(counts), lang),
    )  # fmt: skip
    if marked is None:
        return told
    return f"{told}{'' if lang == 'zh' else ' '}{chart_word('this', lang, some=_batch(marked, lang))}"


def _batch(one: Named, lang: Lang) -> str:
    return f"{period_text(one[0], lang)} {'' if lang == 'zh' else '('}{one[1]:,}{'' if lang == 'zh' else ')'}"


def _filings(n: int, lang: Lang) -> str:
    return f"{n:,} 条" if lang == "zh" else f"{n:,} filing{'' if n == 1 else 's'}"


def _batches(n: int, lang: Lang) -> str:
    return f"{n:,} 批" if lang == "zh" else f"{n:,} batch{'' if n == 1 else 'es'}"


def _span(first: str, last: str, lang: Lang) -> str:
    if first == last:
        return period_text(first, lang)
    return chart_word("span", lang, first=period_text(first, lang), last=period_text(last, lang))


def _join(texts: Sequence[str], lang: Lang, sign: str = "list") -> str:
    return say(sign, lang).join(texts)
