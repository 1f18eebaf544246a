"""Feeds as readers see them: Atom through feedparser and the rules of RFC 4287, JSON Feed by its required fields."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree

from tests.notify import samples
from tracker.core.errors import DeliveryError
from tracker.notify.channels.base import Accepted
from tracker.notify.channels.feed import FeedChannel
from tracker.notify.forms.html import render_fragment
from tracker.notify.forms.text import render_text
from tracker.notify.message import Message
from tracker.settings.subscriptions import FeedSubscription

ATOM = "{http://www.w3.org/2005/Atom}"


def channel(path: Path, entries: int = 100, name: str = "team") -> FeedChannel:
    return FeedChannel(FeedSubscription(name=name, channel="feed", path=path, entries=entries))


def send(one: FeedChannel, message: Message) -> list[Accepted]:
    return list(one.send(message, frozenset()))


def numbered(n: int) -> Message:
    """The n-th message of a subscription, a minute after the one before it."""
    return replace(
        samples.test_message("en"), id=f"{n:06d}", created_at=f"2024-08-06T02:{n:02d}:00Z", subject=f"No. {n}"
    )


def read_json(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Path(f"{path}.json").read_bytes())
    return document


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_files_tell_every_message(lang: Any, tmp_path: Path) -> None:
    path = tmp_path / "web" / "feeds" / "team.v1"
    messages = [replace(one, id=name) for name, one in samples.every_message(lang).items()]
    for message in messages:
        assert [accepted.part for accepted in send(channel(path), message)] == ["1"]
    read, items = feedparser.parse(f"{path}.atom"), read_json(path)["items"]
    assert not read.bozo
    assert read.version == "atom10"
    for message in messages:
        (entry,) = (one for one in read.entries if one.id == f"urn:cac-filing-tracker:{message.id}")
        (item,) = (one for one in items if one["id"] == entry.id)
        assert entry.title == item["title"] == message.subject
        assert entry.published == item["date_published"].replace("Z", "+00:00") == "2024-08-06T02:16:00+00:00"
        assert entry.link == item.get("url", entry.id)  # where there is none, the parser gives the id
        assert item["content_html"] == render_fragment(message)
        assert item["content_text"] == render_text(message)
        assert item["language"] == {"zh": "zh-CN", "en": "en"}[lang]


def test_an_entry_links_the_first_announcement(tmp_path: Path) -> None:
    send(channel(tmp_path / "feed"), replace(samples.cancellation("zh"), id="a"))
    assert read_json(tmp_path / "feed")["items"][0]["url"] == samples.NOTICE_PAGE
    send(channel(tmp_path / "feed"), replace(samples.test_message("zh"), id="b"))
    assert "url" not in read_json(tmp_path / "feed")["items"][0]
    send(channel(tmp_path / "feed"), replace(samples.incidents("zh"), id="c"))
    assert read_json(tmp_path / "feed")["items"][0]["url"] == samples.unclassified()[0]["address"]


def test_atom_has_what_rfc_4287_asks_for(tmp_path: Path) -> None:
    for n in (2, 1):
        send(channel(tmp_path / "feed"), numbered(n))
    root = etree.parse(tmp_path / "feed.atom").getroot()
    assert root.tag == f"{ATOM}feed"
    assert [len(root.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated", "author")] == [1, 1, 1, 1]
    assert root.findtext(f"{ATOM}id") == "urn:cac-filing-tracker:feed:team"
    assert root.findtext(f"{ATOM}updated") == "2024-08-06T02:02:00+00:00"
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    for entry in root.findall(f"{ATOM}entry"):
        for name in ("id", "title", "updated", "published", "summary", "content"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1
        content = entry.find(f"{ATOM}content")
        assert content is not None
        assert content.get("type") == "html"
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "").tzinfo == UTC


def test_json_has_what_json_feed_asks_for(tmp_path: Path) -> None:
    send(channel(tmp_path / "feed"), samples.additions("zh"))
    feed = read_json(tmp_path / "feed")
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "cac-filing-tracker: team"
    assert all(author["name"] for author in feed["authors"])
    for item in feed["items"]:
        assert {"id", "title", "content_html", "content_text", "date_published", "url"} <= set(item)
        assert all(isinstance(value, str) for value in item.values())


def test_the_newest_entries_stay_newest_first(tmp_path: Path) -> None:
    for n in (1, 3, 2, 5, 4):
        send(channel(tmp_path / "feed", entries=3), numbered(n))
    titles = ["No. 5", "No. 4", "No. 3"]
    assert [item["title"] for item in read_json(tmp_path / "feed")["items"]] == titles
    assert [entry.title for entry in feedparser.parse(str(tmp_path / "feed.atom")).entries] == titles


def test_a_message_that_comes_twice_is_one_entry(tmp_path: Path) -> None:
    for message in (numbered(1), numbered(2), replace(numbered(1), subject="No. 1 again")):
        send(channel(tmp_path / "feed"), message)
    assert [item["title"] for item in read_json(tmp_path / "feed")["items"]] == ["No. 2", "No. 1 again"]


def test_the_atom_file_comes_back_after_a_crash_between_the_two(tmp_path: Path) -> None:
    send(channel(tmp_path / "feed"), numbered(1))
    whole = (tmp_path / "feed.atom").read_bytes()
    (tmp_path / "feed.atom").unlink()
    (tmp_path / ".feed.atom.new").write_bytes(whole[:100])
    send(channel(tmp_path / "feed"), numbered(1))
    assert (tmp_path / "feed.atom").read_bytes() == whole
    assert not (tmp_path / ".feed.atom.new").exists()


@pytest.mark.parametrize("text", samples.HOSTILE)
def test_text_of_the_site_breaks_no_feed(text: str, tmp_path: Path) -> None:
    hostile = replace(samples.hostile("zh", text), subscription="team", created_at="2024-08-06T02:16:00Z")
    send(channel(tmp_path / "feed"), replace(hostile, subject=text))
    send(channel(tmp_path / "feed"), numbered(1))
    read = feedparser.parse(str(tmp_path / "feed.atom"))
    assert not read.bozo
    assert len(read.entries) == len(read_json(tmp_path / "feed")["items"]) == 2
    html = read.entries[0].content[0].value
    assert "<script" not in html
    assert "javascript:" not in "".join(etree.HTML(html).xpath("//@href"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"version": "https://jsonfeed.org/version/1.1", "title": "somebody else\'s", "items": []}',
        b"\xff\xfe{}",
        b'{"version": "https://jsonfeed.org/version/1.1", "title": "", "_cac_filing_tracker": {"id": ""}, "items": 3}',
    ],
)
def test_a_file_that_is_no_feed_of_ours_is_left_alone(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "feed.json").write_bytes(content)
    with pytest.raises(DeliveryError, match="move it away or set another path") as caught:
        send(channel(tmp_path / "feed"), numbered(1))
    assert str(tmp_path / "feed.json") in str(caught.value)
    assert "somebody" not in str(caught.value)
    assert (tmp_path / "feed.json").read_bytes() == content
    assert not (tmp_path / "feed.atom").exists()


def test_two_subscriptions_do_not_share_a_path(tmp_path: Path) -> None:
    send(channel(tmp_path / "feed"), numbered(1))
    with pytest.raises(DeliveryError, match="is another feed, urn:cac-filing-tracker:feed:team"):
        send(channel(tmp_path / "feed", name="other"), numbered(2))
    assert len(read_json(tmp_path / "feed")["items"]) == 1


def test_a_web_server_may_read_the_files(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        send(channel(tmp_path / "feed"), numbered(1))
    finally:
        os.umask(before)
    assert [(tmp_path / f"feed.{ending}").stat().st_mode & 0o777 for ending in ("json", "atom")] == [0o644, 0o644]


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    threads = [threading.Thread(target=send, args=(channel(tmp_path / "feed"), numbered(n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [item["title"] for item in read_json(tmp_path / "feed")["items"]] == [f"No. {n}" for n in range(7, -1, -1)]


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeliveryError, match=r"cannot be written: (Not a directory|File exists)"):
        send(channel(tmp_path / "file" / "feed"), numbered(1))
