"""Preview an alert as its subscription would get it: of a delivery, or of the last changes.

Writes and sends nothing.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from storage.queries import outbox
from storage.write.outbox import message_id
from tracker.core.errors import OptionError
from tracker.notify.channels.email import build_mail
from tracker.notify.compose import series_concerned, subject_of
from tracker.notify.forms.html import render_html
from tracker.notify.forms.payload import encode, parts
from tracker.notify.forms.table import render_csv
from tracker.notify.forms.text import render_text
from tracker.notify.message import Message
from tracker.poll.deliver import lang_of, make_rules, message_of
from tracker.settings.model import Settings
from tracker.settings.subscriptions import AnySubscription, EmailSubscription


def preview(db: Database, settings: Settings, subscription: AnySubscription, id_: str | None, now: str) -> Message:
    """Return the delivery of that id (or its first digits), else the newest one, else matching changes.

    Raises:
        OptionError: there is no such delivery, or no matching change yet.
    """
    rows = [row for row in outbox.deliveries(db) if row["subscription"] == subscription.name]
    if id_ is not None:
        rows = [row for row in rows if row["id"].startswith(id_)]
        if len(rows) != 1:
            raise OptionError(f"{id_} is {'no' if not rows else 'more than one'} alert of {subscription.name}")
    if rows:
        return message_of(db, settings, _sealed(db, settings, rows[-1]["seq"], now))
    rule = next(rule for rule in make_rules(db, settings, now) if rule.subscription == subscription.name)
    ids = [change_id for change_id, change in outbox.latest_changes(db) if rule.accepts(change)]
    if not ids:
        raise OptionError(
            f"Nothing of the last changes fits the subscription {subscription.name}",
            hint="`tracker notify test` sends a test message",
        )
    contents = outbox.contents_of_changes(db, ids)
    return message_of(db, settings, _made(db, settings, subscription.name, "changes", contents, now), contents)


def _sealed(db: Database, settings: Settings, seq: int, now: str) -> dict[str, Any]:
    """Return a delivery, or the form that it would have if it were closed now."""
    row = next(db.query("SELECT * FROM delivery WHERE seq = ?", [seq]))
    if row["sealed_at"]:
        return row
    contents = outbox.contents(db, seq)
    return _made(db, settings, row["subscription"], row["topic"], contents, now) | {"seq": seq, "id": row["id"]}


def _made(
    db: Database, settings: Settings, subscription: str, topic: str, contents: dict[str, Any], now: str
) -> dict[str, Any]:
    lang = lang_of(settings, subscription)
    return {
        "seq": 0, "id": message_id(subscription, topic, ["preview"]), "subscription": subscription, "topic": topic,
        "sealed_at": now, "lang": lang, "subject": subject_of(topic, contents, lang),
        "facts": outbox.facts_json(db, series_concerned(contents)),
    }  # fmt: skip


def render_as(message: Message, form: str, subscription: AnySubscription, settings: Settings) -> bytes:
    """Render the message as text, html, mail (with headers), json (one document per line) or csv."""
    match form:
        case "html":
            return render_html(message).encode()
        case "mail":
            to = subscription.to if isinstance(subscription, EmailSubscription) else ["you@example.org"]
            return build_mail(message, to, settings.notify.smtp.sender or "tracker@example.org").as_bytes()
        case "json":
            return b"".join(encode(document) + b"\n" for document in parts(message))
        case "csv":
            return render_csv(message)
        case _:
            return f"{message.subject}\n\n{render_text(message)}\n".encode()
