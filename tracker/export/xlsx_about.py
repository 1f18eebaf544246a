"""What the sheets of a workbook say that hold no data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tracker.core.messages import Lang
from tracker.core.series import SERIES, sites_of
from tracker.export.contents import Contents
from tracker.export.declare import Table, in_language
from tracker.export.tables import table_by_name
from tracker.export.words import say, state_text


def about_rows(contents: Contents, rows: Mapping[str, int], lang: Lang) -> Iterator[tuple[str, ...]]:
    """What it is, of which day, from where, how to cite it; and each table with the number of its rows."""
    state = state_text(contents.scope.as_of, contents.scope.known_on, lang)
    recorded = contents.created or say("no_poll", lang)
    names = {one.id: one.zh if lang == "zh" else one.en for one in SERIES}
    chosen = contents.scope.series
    yield say("about", lang), say("heading", lang)
    yield say("state", lang), state
    yield say("recorded", lang), recorded
    yield say("series", lang), f"{names.get(chosen, chosen)} ({chosen})" if chosen else say("all", lang)
    for site in sites_of(contents.ahead):
        yield say("sources", lang), f"{site.zh if lang == 'zh' else site.en} {site.url}"
    yield say("cite", lang), say("cited", lang, state=state, recorded=recorded)
    yield say("licence", lang), say("licensed", lang)
    yield say("notes", lang), say("control", lang)
    for name, count in rows.items():
        table = table_by_name(name)
        title, meaning = in_language(table.title, lang), in_language(table.meaning, lang)
        yield title, f"{meaning} ({say('rows_of', lang)}: {count:,})"


def column_rows(tables: Iterable[Table], lang: Lang) -> Iterator[tuple[str, ...]]:
    """Each column of each table: its title and name, its type, what it means, what it can hold."""
    yield tuple(say(key, lang) for key in ("table", "title", "name", "type", "meaning", "values"))
    for table in tables:
        for column in table.columns:
            yield (
                in_language(table.title, lang), in_language(column.title, lang), f"{table.name}.{column.name}",
                say(column.type, lang), in_language(column.meaning, lang), ", ".join(column.values),
            )  # fmt: skip
