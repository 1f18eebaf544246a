"""Every channel at once, from the poll to what comes off the wire: refusals with status 200, and 3,000 changes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import feedparser
import pytest

from tests.notify import chat_services as chats
from tests.notify.mail_server import Post, running
from tests.notify.receivers import Receiver
from tests.support.polling import GENAI_PAGE, GENAI_TITLE, Desk, genai_docx, genai_rows, label

SUBJECT = "生成式AI备案 2024年8月：新增 3,000 款备案"


@dataclass
class World:
    """All the services there are, and a configuration that subscribes to each."""

    folder: Path
    post: Post = field(default_factory=Post)
    hook: Receiver = field(default_factory=Receiver)
    apprise: Receiver = field(default_factory=lambda: Receiver(answer=200))
    feishu: chats.Feishu = field(default_factory=lambda: chats.Feishu("feishu-secret"))
    dingtalk: chats.DingTalk = field(default_factory=lambda: chats.DingTalk("SECdingtalk"))
    wecom: chats.WeCom = field(default_factory=chats.WeCom)
    slack: chats.Slack = field(default_factory=chats.Slack)
    telegram: chats.Telegram = field(default_factory=chats.Telegram)

    @property
    def chats(self) -> list[chats.Service]:
        return [self.feishu, self.dingtalk, self.wecom, self.slack, self.telegram]

    def configuration(self) -> str:
        tables: list[dict[str, Any]] = [
            {"channel": "email", "to": ["a@example.org", "b@example.org"]},
            {"channel": "webhook", "url": self.hook.url},
            {"channel": "apprise", "url": f"json://{self.apprise.url.removeprefix('http://')}/"},
            {"channel": "feishu", "url": self.feishu.url, "secret": self.feishu.secret},
            {"channel": "dingtalk", "url": self.dingtalk.url, "secret": self.dingtalk.secret},
            {"channel": "wecom", "url": self.wecom.url},
            {"channel": "slack", "url": self.slack.url},
            {"channel": "telegram", "api": self.telegram.origin, "token": chats.Telegram.token,
             "chat": chats.Telegram.chat},
            {"channel": "feed", "path": str(self.folder / "feed")},
            {"channel": "file", "path": str(self.folder / "alerts.jsonl")},
        ]  # fmt: skip
        smtp = {"host": "127.0.0.1", "port": self.post.port, "security": "none", "sender": "tracker@example.org"}
        lines = ["[notify]", "allow_private = true", "retry_minutes = [0, 0, 0]", "timeout = 30", "[notify.smtp]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in smtp.items()]
        for table in tables:
            lines.append("[[subscriptions]]")
            named = {"name": table["channel"], "lang": "zh", "incidents": False} | table
            lines += [f"{key} = {json.dumps(value)}" for key, value in named.items()]
        return "\n".join(lines)


@pytest.fixture
def world(desk: Desk, tmp_path: Path) -> Iterator[World]:
    """The services run, everything is subscribed to, and the baseline is told."""
    one = World(tmp_path / "told")
    with ExitStack() as stack:
        stack.enter_context(running(one.post))
        for service in (one.hook, one.apprise, *one.chats):
            stack.enter_context(service)
        desk.subscribe(one.configuration())
        files = [(label("2024-04"), genai_docx(genai_rows(1, 20)))]
        desk.site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00", files)
        assert desk.poll()["deliveries"] == {"sent": 10}
        yield one


def test_an_answer_of_200_that_refuses_is_no_delivery(desk: Desk, world: World) -> None:
    """Three services answer 200 to what they refuse, each in its own words; the next poll tells it again."""
    before = [len(service.requests) for service in world.chats]
    world.feishu.answers.append(chats.Answer(200, {"code": 19024, "msg": "Key Words Not Found"}))
    world.dingtalk.answers.append(chats.Answer(200, {"errcode": 310000, "errmsg": "keywords not in content"}))
    world.wecom.answers.append(chats.Answer(200, {"errcode": 93000, "errmsg": "invalid webhook url"}))
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 20, r3c3="改名公司")))
    assert desk.poll(exit_code=5)["deliveries"] == {"sent": 7, "pending": 3}
    waiting = {row["subscription"]: row["answer"] for row in json.loads(desk.run("notify", "list", "--json").stdout)}
    assert waiting.keys() == {"feishu", "dingtalk", "wecom"}
    assert "19024" in waiting["feishu"]
    assert "310000" in waiting["dingtalk"]
    assert "93000" in waiting["wecom"]
    assert desk.poll()["deliveries"] == {"sent": 3}
    assert [len(s.requests) - n for s, n in zip(world.chats, before, strict=True)] == [2, 2, 2, 1, 1]
    for service in world.chats:
        assert "第3科技有限公司 → 改名公司" in service.text(), type(service).__name__


@pytest.mark.slow
def test_three_thousand_changes_are_within_the_limits_of_every_channel(desk: Desk, world: World) -> None:
    """The stand-ins enforce the limits of their services; what is left out is counted."""
    for received in (world.post.letters, world.hook.requests, world.apprise.requests):
        received.clear()
    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(21, 3020)))
    assert desk.poll()["deliveries"] == {"sent": 10}

    [letter] = world.post.letters
    assert letter.recipients == ("a@example.org", "b@example.org")
    assert letter.mail["Subject"] == SUBJECT
    assert len(letter.mail.get_body(("html",)).get_content()) < 100_000
    [table] = [part for part in letter.mail.walk() if part.get_content_type() == "text/csv"]
    rows = list(csv.DictReader(io.StringIO(table.get_content().removeprefix("\ufeff"))))
    assert len({row["number"] for row in rows}) == 3000
    assert "另有 2,950 条未列出" in letter.mail.get_body(("plain",)).get_content()

    assert all(len(request.body) < 20_000 for request in world.hook.requests)
    documents = [json.loads(request.body) for request in world.hook.requests]
    told = [change["number"] for document in documents for change in document["data"]["changes"]]
    assert len(told) == len(set(told)) == 3000

    for service in world.chats:
        text, name = service.text(), type(service).__name__
        assert "3,000" in text, name
        assert "未列出" in text, name
    [pushed] = world.apprise.requests
    assert SUBJECT in json.loads(pushed.body)["title"]

    [line] = (world.folder / "alerts.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    assert len(json.loads(line)["data"]["changes"]) == 3000
    feed = feedparser.parse(str(world.folder / "feed.atom"))
    assert (feed.bozo, feed.entries[0].title) == (False, SUBJECT)
    entries = json.loads((world.folder / "feed.json").read_text(encoding="utf-8"))["items"]
    assert [entry["id"] for entry in entries] == [entry.id for entry in feed.entries]
