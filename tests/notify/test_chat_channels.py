"""The chat channels against stand-ins of their services: what arrives, what is a refusal, and what is never told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.notify import samples
from tests.notify.chat_services import Answer, DingTalk, Feishu, Service, Slack, Telegram, TelegramHtml, WeCom
from tracker.core.errors import DeliveryError
from tracker.core.messages import Lang
from tracker.notify import wording
from tracker.notify.channels import dingtalk, feishu
from tracker.notify.channels.base import Accepted, Channel
from tracker.notify.channels.chat_bots import ChatBot
from tracker.notify.channels.chat_bots import Service as ChatService
from tracker.notify.channels.dingtalk import DINGTALK
from tracker.notify.channels.feishu import FEISHU
from tracker.notify.channels.http import Route
from tracker.notify.channels.slack import SLACK
from tracker.notify.channels.telegram import TELEGRAM
from tracker.notify.channels.wecom import WECOM
from tracker.notify.message import Message
from tracker.settings.subscriptions import AnySubscription, Subscription

ROUTE = Route(timeout=60, allow_private=True)
SECRET = "SEC-signing-secret-of-the-robot"
SERVICES: dict[str, type[Service]] = {
    "feishu": Feishu, "dingtalk": DingTalk, "wecom": WeCom, "slack": Slack, "telegram": Telegram,
}  # fmt: skip
DECLARED: dict[str, ChatService] = {
    "feishu": FEISHU, "dingtalk": DINGTALK, "wecom": WECOM, "slack": SLACK,
    "telegram": TELEGRAM,
}  # fmt: skip
TAKEN = {"feishu": "code 0: success", "dingtalk": "errcode 0: ok", "wecom": "errcode 0: ok", "slack": "ok",
         "telegram": "ok"}  # fmt: skip
ROBOTS = ("feishu", "dingtalk", "wecom")
SIGNED = ("feishu", "dingtalk")
READ: TypeAdapter[AnySubscription] = TypeAdapter(Subscription)
every_service = pytest.mark.parametrize("service", SERVICES, indirect=True)
EVIL = "<b>x</b> [x](http://evil.example) @all *_~ <at id=all></at> <!channel> </b></a>"


@pytest.fixture
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    with SERVICES[request.param](SECRET if request.param in SIGNED else "") as running:
        yield running


def name_of(service: Service) -> str:
    return type(service).__name__.lower()


def open_to(service: Service, **table: Any) -> Channel:
    """The channel of a service, as a subscription has it."""
    name = name_of(service)
    values: dict[str, Any] = {"url": service.url}
    if isinstance(service, Telegram):
        values = {"token": service.token, "chat": service.chat, "api": service.origin}
    if service.secret:
        values["secret"] = service.secret
    read = READ.validate_python({"name": "team", "channel": name} | values | table)
    channel: Channel = ChatBot(read, ROUTE, DECLARED[name])
    return channel


def send(service: Service, message: Message, **table: Any) -> list[Accepted]:
    return list(open_to(service, **table).send(message, frozenset()))


def refused(service: Service, answer: Answer | None = None, **table: Any) -> DeliveryError:
    """The error that a message ends with, which must not tell where it was sent."""
    if answer is not None:
        service.answers.append(answer)
    with pytest.raises(DeliveryError) as caught:
        send(service, samples.test_message("en"), **table)
    check_nothing_is_told(service, str(caught.value))
    return caught.value


def check_nothing_is_told(service: Service, text: str) -> None:
    secrets = [SECRET, Feishu.path[-12:], DingTalk.token, WeCom.key, Slack.path[-20:], Telegram.token]
    secrets += [value for request in service.requests for key, value in request.query.items() if key == "sign"]
    assert not [secret for secret in secrets if secret in text]
    assert "\n" not in text


def title_of(service: Service) -> str:
    """The title of the last message, off the wire."""
    told = service.requests[-1].json
    match service:
        case Feishu():
            return str(told["card"]["header"]["title"]["content"])
        case DingTalk():
            return str(told["markdown"]["title"])
        case Slack():
            return str(told["blocks"][0]["text"]["text"])
        case Telegram():
            return TelegramHtml(told["text"]).bold[0]
    first: str = told["markdown"]["content"].split("\n")[0]
    return first.removeprefix("**").removesuffix("**")


def folded(text: str) -> str:
    """Full-width letters, which stand in for marks, as narrow ones."""
    return text.translate({0xFF01 + n: 0x21 + n for n in range(94)})


# --- what arrives ---------------------------------------------------------------------------------


@every_service
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_message_arrives(service: Service, lang: Lang) -> None:
    message = samples.additions(lang)
    assert send(service, message) == [Accepted("1", TAKEN[name_of(service)])]
    assert folded(title_of(service)) == folded(message.subject)
    text = folded(service.text())
    said = (
        ("新增 71 款备案", "累计", "变更明细", "退订") if lang == "zh" else ("71 filed", "totals", "Changes", "unsub")
    )
    assert [said_one for said_one in said if said_one not in text] == []
    assert samples.GENAI_PAGE in text
    assert len(service.requests) == 1


@every_service
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_of_message_is_taken(service: Service, lang: Lang) -> None:
    for message in samples.every_message(lang).values():
        assert send(service, message) == [Accepted("1", TAKEN[name_of(service)])]


@every_service
def test_hostile_text_is_taken_as_text(service: Service) -> None:
    for text in (*samples.HOSTILE, EVIL):
        assert send(service, samples.hostile("en", text)) == [Accepted("1", TAKEN[name_of(service)])]
    wire = service.requests[-1].body.decode()
    assert "<at id" not in wire
    assert "<!channel>" not in wire
    assert "](http://" not in service.text()
    assert "@all" not in wire


@every_service
def test_three_thousand_changes_arrive_within_the_limit(service: Service) -> None:
    message = samples.large("zh", count=2900)
    assert len(message.changes) == 3000
    assert send(service, message) == [Accepted("1", TAKEN[name_of(service)])]
    text = folded(service.text())
    shown = text.count("• 新增")
    assert f"另有 {3000 - shown:,} 条未列出" in text
    assert shown > 15
    assert folded(wording.unsubscribe_text(message))[-30:-10] in text.replace("&#91;", "[").replace("&#93;", "]")


@every_service
def test_a_huge_title_arrives_cut(service: Service) -> None:
    send(service, replace(samples.additions("zh"), subject="\U0001f4a9" * 100_000))
    assert title_of(service) == "\U0001f4a9" * 74 + "…"


@every_service
def test_what_was_taken_is_not_sent_again(service: Service) -> None:
    assert list(open_to(service).send(samples.additions("zh"), frozenset({"1"}))) == []
    assert service.requests == []


def test_nobody_is_mentioned_and_no_link_unfolds() -> None:
    with DingTalk() as ding, Slack() as slack, Telegram() as telegram:
        for service in (ding, slack, telegram):
            send(service, samples.additions("zh"))
        assert "at" not in ding.requests[0].json
        told = slack.requests[0].json
        assert (told["unfurl_links"], told["unfurl_media"]) == (False, False)
        assert all(block["text"]["verbatim"] for block in told["blocks"][1:])
        assert told["text"] == samples.additions("zh").subject
        assert telegram.requests[0].json["link_preview_options"] == {"is_disabled": True}


# --- signatures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SIGNED, indirect=True)
def test_a_right_signature_is_taken_and_a_wrong_one_refused(service: Service) -> None:
    assert send(service, samples.test_message("zh")) == [Accepted("1", TAKEN[name_of(service)])]
    for table in ({"secret": "another"}, {"secret": None}):
        error = refused(service, **table)
        assert "sign" in str(error) or "timestamp" in str(error)
        assert error.retry_after is None


def test_signatures_are_those_of_the_documents() -> None:
    text = b"1599360473\nsecret"
    of_nothing = base64.b64encode(hmac.new(text, b"", hashlib.sha256).digest()).decode()
    assert feishu.sign("secret", 1599360473) == {"timestamp": "1599360473", "sign": of_nothing}
    signed = dingtalk.sign("https://oapi.dingtalk.com/robot/send?access_token=a", "secret", 1599360473000)
    assert signed.startswith("https://oapi.dingtalk.com/robot/send?access_token=a&timestamp=1599360473000&sign=")
    assert "+" not in signed.partition("sign=")[2]
    assert dingtalk.sign("http://127.0.0.1/robot", "s", 1).startswith("http://127.0.0.1/robot?timestamp=1&sign=")


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "answer", "said"),
    [
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, "HTTP 200: code 19024: Key Words Not Found"),
        ("feishu", {"StatusCode": 1, "StatusMessage": "no"}, "HTTP 200: StatusCode 1: no"),
        ("feishu", {"code": 19001, "StatusCode": 0, "msg": "bad"}, "HTTP 200: code 19001: bad"),
        ("dingtalk", {"errcode": 400102, "errmsg": "机器人已停用"}, "HTTP 200: errcode 400102: 机器人已停用"),
        ("dingtalk", {"errcode": -1, "errmsg": "系统繁忙"}, "HTTP 200: errcode -1: 系统繁忙"),
        ("wecom", {"errcode": 40058, "errmsg": "too\nlong"}, "HTTP 200: errcode 40058: too long"),
        ("wecom", {"errcode": "0", "errmsg": "ok"}, "HTTP 200: errcode 0: ok"),
        ("wecom", {"errcode": False}, "HTTP 200: errcode False:"),
        ("slack", "invalid_token", "HTTP 200: invalid_token"),
        ("slack", '{"ok":true}', 'HTTP 200: {"ok":true}'),
        ("telegram", {"ok": False, "description": "Bad Request: chat not found"}, "HTTP 200: Bad Request: chat not"),
        ("telegram", {"ok": "true"}, 'HTTP 200: answered without ok: {"ok": "true"}'),
    ],
    indirect=["service"],
)
def test_a_refusal_comes_with_status_200(service: Service, answer: Any, said: str) -> None:
    error = refused(service, Answer(200, answer))
    assert str(error).startswith(said)
    assert (error.retry_after, error.gone) == (None, False)


@every_service
@pytest.mark.parametrize("body", ["", " \n", "<html><h1>504</h1></html>", "[]", "null", "{", '"ok"', '{"errmsg":"ok"}'])
def test_an_answer_of_another_shape_is_a_refusal(service: Service, body: str) -> None:
    name = name_of(service)
    lacks = {"feishu": "code", "slack": "ok", "telegram": "ok"}.get(name, "errcode")
    error = refused(service, Answer(200, body))
    assert str(error).startswith("HTTP 200: ")
    if name != "slack" or not body.strip():
        assert f"answered without {lacks}" in str(error)
    assert body.strip()[:20] in str(error)


@every_service
@pytest.mark.parametrize("status", [201, 302, 400, 404, 500, 502])
def test_another_status_is_no_success(service: Service, status: int) -> None:
    taken = {"code": 0, "errcode": 0, "ok": True}
    body = "ok" if isinstance(service, Slack) else taken
    if status == 201 and name_of(service) in ROBOTS:
        service.answers.append(Answer(status, body))
        assert send(service, samples.test_message("en"))
    else:
        assert str(refused(service, Answer(status, body))).startswith(f"HTTP {status}")


@pytest.mark.parametrize(
    ("service", "answer", "wait"),
    [
        ("feishu", Answer(200, {"code": 11232, "msg": "frequency limited psm[lark.oapi]appID[1500]"}), 60),
        ("feishu", Answer(400, {"code": 9499, "msg": "too many request", "data": {}}), 60),
        ("feishu", Answer(400, {"code": 9499, "msg": "Bad Request: parse card json err"}), None),
        ("feishu", Answer(429, {"code": 99991400, "msg": "limit"}, {"x-ogw-ratelimit-reset": "52"}), 52),
        ("feishu", Answer(429, {"code": 99991400, "msg": "limit"}, {"x-ogw-ratelimit-reset": "soon"}), 60),
        ("feishu", Answer(200, {"code": 19021, "msg": "sign match fail"}), None),
        ("dingtalk", Answer(200, {"errcode": 410100, "errmsg": "发送速度太快而限流"}), 600),
        ("dingtalk", Answer(200, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}), 600),
        ("wecom", Answer(200, {"errcode": 45009, "errmsg": "api freq out of limit"}), 60),
        ("wecom", Answer(200, {"errcode": 45009, "errmsg": "api freq out of limit"}, {"Retry-After": "5"}), 5),
        ("slack", Answer(429, "rate_limited", {"Retry-After": "30"}), 30),
        ("slack", Answer(429, "rate_limited"), 60),
        ("telegram", Answer(429, {"ok": False, "description": "Too Many Requests: retry after 17",
                                  "parameters": {"retry_after": 17}}, {"Retry-After": "99"}), 17),
        ("telegram", Answer(429, {"ok": False, "description": "Too Many Requests", "parameters": []}), 60),
        ("telegram", Answer(200, '{"ok": false, "parameters": {"retry_after": Infinity}}'), None),
        ("telegram", Answer(429, {"ok": False, "parameters": {"retry_after": -1}}), 60),
        ("telegram", Answer(429, {"ok": False, "parameters": {"retry_after": 10**400}}), 60),
        *((name, Answer(429, "<html>slow down</html>"), 600 if name == "dingtalk" else 60) for name in ROBOTS),
        *((name, Answer(429, "", {"Retry-After": "7"}), 7) for name in SERVICES),
    ],
    indirect=["service"],
)  # fmt: skip
def test_too_many_messages_are_to_wait(service: Service, answer: Answer, wait: float | None) -> None:
    assert refused(service, answer).retry_after == wait


def test_an_archived_channel_wants_no_more() -> None:
    with Slack() as service:
        error = refused(service, Answer(410, "channel_is_archived"))
    assert error.gone
    assert str(error) == "HTTP 410: channel_is_archived"


def test_an_old_bot_of_feishu_takes_it() -> None:
    with Feishu() as service:
        service.answers.append(Answer(200, {"Extra": None, "StatusCode": 0, "StatusMessage": "success"}))
        assert send(service, samples.test_message("zh")) == [Accepted("1", "StatusCode 0: success")]


# --- what the services themselves refuse ----------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "table", "said"),
    [
        (Feishu, {"url": "/open-apis/bot/v2/hook/0000-another"}, "code 19001"),
        (DingTalk, {"url": "/robot/send?access_token=another-token"}, "errcode 300005: token is not exist"),
        (WeCom, {"url": "/cgi-bin/webhook/send?key=another-key"}, "errcode 93000: invalid webhook url"),
        (Slack, {"url": "/services/T00000000/B00000000/another"}, "HTTP 404: no_service"),
        (Telegram, {"token": "110201543:another"}, "HTTP 401: Unauthorized"),
        (Telegram, {"chat": "@another"}, "HTTP 400: Bad Request: chat not found"),
    ],
)
def test_a_wrong_address_is_refused(kind: type[Service], table: dict[str, str], said: str) -> None:
    with kind() as service:
        table = {key: service.origin + value if key == "url" else value for key, value in table.items()}
        error = refused(service, **table)
    assert said in str(error)
    assert not any(value.rpartition("=")[2].rpartition("/")[2] in str(error) for value in table.values())


def test_the_stand_ins_refuse_what_is_too_large() -> None:
    """Otherwise a message that is within no limit would pass here."""
    with Feishu() as bot, DingTalk() as ding, WeCom() as wecom, Slack() as slack, Telegram() as telegram:
        card = {"header": {"title": {"tag": "plain_text", "content": "t"}}, "elements": []}
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
        for service, body, said in (
            (bot, {"msg_type": "interactive", "card": card | {"x": "x" * 20_000}}, "9499"),
            (ding, {"msgtype": "markdown", "markdown": {"title": "t", "text": "x" * 20_000}}, "460101"),
            (wecom, {"msgtype": "markdown", "markdown": {"content": "长" * 1366}}, "40058"),
            (slack, {"text": "t", "blocks": [section]}, "invalid_blocks"),
            (telegram, {"chat_id": Telegram.chat, "text": "\U0001f4a9" * 2049, "parse_mode": "HTML",
                        "link_preview_options": {"is_disabled": True}}, "too long"),
        ):  # fmt: skip
            assert said in post_raw(service, body)


def post_raw(service: Service, body: Any) -> str:
    from tracker.notify.channels.http import post

    data = json.dumps(body, ensure_ascii=False).encode()
    return post(service.url, data, {"Content-Type": "application/json"}, ROUTE).text


# --- what is never told ---------------------------------------------------------------------------


@every_service
@pytest.mark.parametrize("status", [200, 403, 500])
def test_an_answer_that_tells_the_address_is_not_passed_on(service: Service, status: int) -> None:
    secrets = [service.url, service.path, service.url.partition("//")[2], SECRET, DingTalk.token, WeCom.key]
    for body in (f"cannot POST {' '.join(secrets)}", {"code": 5, "errcode": 5, "errmsg": secrets, "msg": secrets,
                                                     "description": " ".join(secrets)}):  # fmt: skip
        if not isinstance(service, Telegram):
            secrets = [*secrets, Telegram.token]
        error = refused_with(service, Answer(status, body))
        own = {"feishu": [SECRET, Feishu.path[-12:]], "dingtalk": [SECRET, DingTalk.token], "wecom": [WeCom.key],
               "slack": [Slack.path[-20:]], "telegram": [Telegram.token]}[name_of(service)]  # fmt: skip
        assert not [secret for secret in own if secret in error]


def refused_with(service: Service, answer: Answer) -> str:
    service.answers.append(answer)
    with pytest.raises(DeliveryError) as caught:
        send(service, samples.test_message("en"))
    return str(caught.value)


@every_service
def test_a_long_answer_is_cut_to_one_line(service: Service) -> None:
    error = str(refused(service, Answer(500, "line\n\x1b[31m" * 1000)))
    assert len(error) <= len("HTTP 500: ") + 200
    assert error.isprintable()


@every_service
def test_a_service_that_cannot_be_reached_is_named_by_its_host(service: Service) -> None:
    channel = open_to(service)
    port = service.origin.rpartition(":")[2]
    service.__exit__(None, None, None)
    with pytest.raises(DeliveryError) as caught:
        list(channel.send(samples.test_message("en"), frozenset()))
    assert str(caught.value) == f"127.0.0.1:{port}: the connection was refused or the network cannot be reached"
    service.__enter__()


@every_service
def test_a_secret_that_is_missing_is_a_failed_delivery(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_SECRET", raising=False)
    field = "token" if isinstance(service, Telegram) else "url"
    with pytest.raises(DeliveryError, match=f"^{field}: the environment variable NO_SUCH_SECRET is not set$"):
        send(service, samples.test_message("en"), **{field: "env:NO_SUCH_SECRET"})
    assert service.requests == []
