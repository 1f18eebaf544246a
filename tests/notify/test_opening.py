"""Each kind of subscription has a channel, which opens without its secrets and tells those that are missing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from tests.notify import samples
from tracker.core.errors import DeliveryError
from tracker.notify.channels.chat_bots import ChatBot
from tracker.notify.channels.dingtalk import DINGTALK
from tracker.notify.channels.feishu import FEISHU
from tracker.notify.channels.registry import open_channel
from tracker.notify.channels.slack import SLACK
from tracker.notify.channels.telegram import TELEGRAM
from tracker.notify.channels.wecom import WECOM
from tracker.settings.subscriptions import AnySubscription, NotifySettings, Subscription

# Loading apprise imports a module that Python 3.13 lacks (apprise 2.3.0).
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

CHAT_SERVICES = {"feishu": FEISHU, "dingtalk": DINGTALK, "wecom": WECOM, "slack": SLACK, "telegram": TELEGRAM}
KINDS = {kind.model_fields["channel"].annotation: kind for kind in get_args(get_args(Subscription)[0])}
NAMES = {get_args(literal)[0] for literal in KINDS}
# Every field that may hold a secret, missing.
TABLES: dict[str, dict[str, Any]] = {
    "email": {"to": ["anna@example.org"]},
    "webhook": {"url": "env:NO_SUCH_SECRET"},
    "feishu": {"url": "env:NO_SUCH_SECRET"},
    "dingtalk": {"url": "env:NO_SUCH_SECRET"},
    "wecom": {"url": "env:NO_SUCH_SECRET"},
    "slack": {"url": "env:NO_SUCH_SECRET"},
    "telegram": {"token": "env:NO_SUCH_SECRET", "chat": "@team"},
    "apprise": {"url": "env:NO_SUCH_SECRET"},
    "feed": {"path": "feed"},
    "file": {"path": "alerts.jsonl"},
    "stdout": {},
}
SMTP = {"host": "127.0.0.1", "user": "alerts", "password": "env:NO_SUCH_SECRET", "sender": "alerts@example.org"}
SIGNED = [(name, "http://127.0.0.1:9/hook") for name in ("webhook", "feishu", "dingtalk")]

READ: TypeAdapter[AnySubscription] = TypeAdapter(Subscription)


def subscription(channel: str, **table: Any) -> AnySubscription:
    return READ.validate_python({"name": "team", "channel": channel} | table)


def settings() -> NotifySettings:
    return NotifySettings.model_validate({"smtp": SMTP, "timeout": 60, "allow_private": True})


def test_every_kind_is_tried_here() -> None:
    assert set(TABLES) == NAMES


@pytest.mark.parametrize("channel", TABLES)
def test_every_kind_opens_without_its_secrets(channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_SECRET", raising=False)
    opened = open_channel(subscription(channel, **TABLES[channel]), settings(), io.StringIO())
    if isinstance(opened, ChatBot):
        assert opened.service is CHAT_SERVICES[channel]
    else:
        assert type(opened).__name__.lower() == f"{channel}channel"


@pytest.mark.parametrize("channel", [name for name in TABLES if name not in ("feed", "file", "stdout")])
def test_a_missing_secret_is_a_failed_delivery(channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_SECRET", raising=False)
    opened = open_channel(subscription(channel, **TABLES[channel]), settings(), io.StringIO())
    with pytest.raises(DeliveryError, match=r"^[a-z.]+: the environment variable NO_SUCH_SECRET is not set$"):
        list(opened.send(samples.test_message("en"), frozenset()))


@pytest.mark.parametrize(("channel", "url"), SIGNED)
def test_a_missing_signing_secret_is_a_failed_delivery(channel: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_SECRET", raising=False)
    one = subscription(channel, url=url, secret="env:NO_SUCH_SECRET")
    with pytest.raises(DeliveryError, match=r"^secret: the environment variable NO_SUCH_SECRET is not set$"):
        list(open_channel(one, settings(), io.StringIO()).send(samples.test_message("en"), frozenset()))


def test_standard_output_is_the_one_that_is_given() -> None:
    stream = io.StringIO()
    opened = open_channel(subscription("stdout", text=True), settings(), stdout=stream)
    list(opened.send(samples.test_message("en"), frozenset()))
    assert stream.getvalue()


def test_files_are_not_touched_before_a_message(tmp_path: Path) -> None:
    for channel in ("feed", "file"):
        open_channel(subscription(channel, path=str(tmp_path / "a" / channel)), settings(), io.StringIO())
    assert list(tmp_path.iterdir()) == []
