"""A feed: an Atom file and a JSON Feed file, for a web server or a reader of local files.

In: a `Message`. Out: `<path>.json`, which also stores the entries, and `<path>.atom` with the same entries. A message
that is delivered twice is one entry. Files are replaced as a whole; a file that is not this feed is not overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from tracker.core.errors import DeliveryError
from tracker.core.files import try_writing, write_atomically
from tracker.notify.channels.base import Accepted
from tracker.notify.forms.feed import LANGUAGES, NAME, Feed, Item, Mark, render_atom, render_json
from tracker.notify.forms.html import render_fragment
from tracker.notify.forms.text import render_text
from tracker.notify.message import Message
from tracker.notify.wording import links, web_address
from tracker.notify.words import one_line
from tracker.settings.subscriptions import FeedSubscription

_LOCK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class FeedChannel:
    """The two files of a feed."""

    subscription: FeedSubscription

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Add the message to both files as one part.

        Raises:
            DeliveryError: a file cannot be written, or the JSON file is not this feed.
        """
        path = self.subscription.path.expanduser()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_SECONDS):
                feed = _put(self._read(_with_ending(path, "json")), _item(message), self.subscription.entries)
                # The memory first: after a crash in between, the message comes again and both are written.
                _write(_with_ending(path, "json"), render_json(feed))
                _write(_with_ending(path, "atom"), render_atom(feed))
        except OSError as error:
            raise DeliveryError(f"the feed {path} cannot be written: {error.strerror or error}") from error
        yield Accepted("1", f"written to {path}.json and {path}.atom")

    def probe(self) -> str:
        """Test that the folder is writable, and read the feed if there is one, without changing it.

        Raises:
            DeliveryError: the folder cannot be written to, or the JSON file is not this feed.
        """
        path = self.subscription.path.expanduser()
        try:
            try_writing(path.parent)
            self._read(_with_ending(path, "json"))
        except OSError as error:
            raise DeliveryError(f"the feed {path} cannot be written: {error.strerror or error}") from error
        return str(path)

    def _read(self, path: Path) -> Feed:
        """Return the feed of the file, or an empty one if there is no file."""
        mark = Mark(id=f"urn:{NAME}:feed:{self.subscription.name}")
        try:
            feed = Feed.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return Feed(title=f"{NAME}: {self.subscription.name}", mark=mark)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise DeliveryError(f"{path} is damaged or no feed of ours ({place}: {first['msg']}). {_TO_DO}") from error
        if feed.mark != mark:
            raise DeliveryError(f"{path} is another feed, {feed.mark.id}. {_TO_DO}")
        return feed


_TO_DO = "It was left as it is: move it away or set another path, and the next message begins a new feed"


def _item(message: Message) -> Item:
    addresses = [address for _, address in links(message)]
    addresses += [web_address(row["address"]) for row in message.unclassified]
    return Item(
        id=f"urn:{NAME}:{message.id}",
        url=next(filter(None, addresses), None),
        title=one_line(message.subject),
        content_html=render_fragment(message),
        content_text=render_text(message),
        date_published=datetime.fromisoformat(message.created_at),
        language=LANGUAGES[message.lang],
    )


def _put(feed: Feed, item: Item, most: int) -> Feed:
    """Return the feed with the item, replacing one of the same id: the newest `most`, newest first."""
    items = [item, *(other for other in feed.items if other.id != item.id)]
    newest = sorted(items, key=lambda one: one.date_published, reverse=True)
    return feed.model_copy(update={"items": newest[:most]})


def _with_ending(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")


def _write(path: Path, data: bytes) -> None:
    """Replace a file atomically and durably; needs the lock, because the scratch file has a fixed name."""
    write_atomically(path, data, path.with_name(f".{path.name}.new"))
