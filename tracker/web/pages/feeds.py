"""The change log as feeds: the newest changes that fit the filter of the address, as Atom and as JSON Feed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from datasette import Response
from markupsafe import Markup
from sqlite_utils import Database

from storage.queries.changes import find_changes
from storage.queries.entities import entity_name
from tracker.core.messages import Lang
from tracker.notify.forms.feed import ATOM_TYPE, JSON_TYPE, LANGUAGES, NAME, Feed, Item, Mark, render_atom, render_json
from tracker.notify.wording import change_fields, change_head, web_address
from tracker.notify.words import beijing_time, one_line, place_text, source_name
from tracker.web.pages.change_filter import ChangeFilterForm, read_change_filter, to_query
from tracker.web.pages.changes import heading
from tracker.web.request import View
from tracker.web.words import say

ENTRIES = 100
_NEVER = "1970-01-01T00:00:00+00:00"
_ALL = 1_000_000  # characters of a value: no limit


async def atom(view: View) -> Response:
    """Return the feed as Atom; raises `BadParameter` like the page of the change log."""
    feed = await _feed(view)
    poll = await view.site.last_poll()
    updated = poll.finished_at if poll and poll.finished_at else _NEVER
    return Response(render_atom(feed, updated), content_type=f"{ATOM_TYPE}; charset=utf-8")


async def json(view: View) -> Response:
    """Return the feed as JSON Feed; raises `BadParameter` like the page of the change log."""
    return Response(render_json(await _feed(view)), content_type=f"{JSON_TYPE}; charset=utf-8")


async def _feed(view: View) -> Feed:
    asked = read_change_filter(view)
    entity = asked.values.get("entity", "")

    def ask(db: Database) -> tuple[list[dict[str, Any]], str | None]:
        query = to_query(asked)
        rows = find_changes(db, query, order="newest", limit=ENTRIES) if query else []
        return rows, entity_name(db, int(entity)) if entity.isdigit() else None

    rows, name = await view.ask(ask)
    return Feed(
        title=heading(view, asked, name),
        description=view.say("site_motto"),
        home_page_url=view.absolute(view.link("/changes", **asked.values, lang=view.lang)),
        feed_url=view.absolute(view.here(lang=view.lang)),
        language=LANGUAGES[view.lang],
        mark=Mark(id=feed_id(asked, view.lang)),
        items=[change_item(row, view.lang, lambda one: view.absolute(_filing(view, one))) for row in rows],
    )


def feed_id(asked: ChangeFilterForm, lang: Lang) -> str:
    """Return the id of a feed, which is the same on every host."""
    days = {"as_of": asked.as_of, "known_on": asked.known_on}
    query = urlencode(asked.values | {name: day for name, day in days.items() if day} | {"lang": lang})
    return f"urn:{NAME}:changes:{query}"


def change_item(change: dict[str, Any], lang: Lang, address: Callable[[dict[str, Any]], str]) -> Item:
    """Return an entry of a feed; `address` returns the URL of the filing's page."""
    lines = change_lines(change, lang)
    announcement = web_address(change["source"]["announcement"])
    html = [Markup("<p>{}</p>").format(line) for line in lines]
    if announcement:
        html.append(Markup('<p><a href="{0}">{0}</a></p>').format(announcement))
    return Item(
        id=f"urn:{NAME}:change:{change['id']}",
        url=address(change),
        title=change_head(change, lang),
        content_html=str(Markup("").join(html)),
        content_text="\n".join([*lines, *filter(None, [announcement])]),
        date_published=datetime.fromisoformat(change["recorded_at"]),
        language=LANGUAGES[lang],
    )


def change_lines(change: dict[str, Any], lang: Lang) -> list[str]:
    """Return a change in lines: before → after, the filing, dates, and the file that states it."""
    colon = "：" if lang == "zh" else ": "
    source = change["source"]
    parts = {
        "name": change["name"], "entity": change["entity"], "number": change["number"],
        "province": place_text(change["province"], lang) if change["province"] else None,
        "series": source_name(change["series"], lang), "published": change["published_on"],
        "recorded": say("feed_beijing", lang, at=beijing_time(change["recorded_at"])),
        "where_written": say("feed_place", lang, attachment=one_line(source["attachment"]),
                             table=source["table"], row=source["row"])
        if source["row"] else source["attachment"],
    }  # fmt: skip
    named = [
        f"{_capital(say(key, lang))}{colon}{one_line(value, _ALL)}" for key, value in parts.items() if value
    ]  # fmt: skip
    return [*change_fields(change, lang, _ALL), *named]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _filing(view: View, change: dict[str, Any]) -> str:
    return view.filing(change["series"], change["number_now"])
