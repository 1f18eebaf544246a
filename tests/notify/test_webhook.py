"""Standard Webhooks against a real receiver; signatures are checked by an implementation of their own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.notify import samples
from tests.notify.receivers import Answer, Receiver, Request
from tracker.core.errors import DeliveryError
from tracker.notify.channels.http import Route
from tracker.notify.channels.webhook import WebhookChannel
from tracker.notify.message import Message
from tracker.settings.subscriptions import WebhookSubscription

KEY = b"a key of the tests, 32 bytes ..."
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


def channel(receiver: Receiver, secret: str | None = SECRET, path: str = "/hook") -> WebhookChannel:
    table = {"name": "team", "channel": "webhook", "url": receiver.url + path, "secret": secret}
    subscription = WebhookSubscription.model_validate(table)
    return WebhookChannel(subscription, Route(timeout=60, allow_private=True))


def message() -> Message:
    return samples.additions("zh", 10)


def is_signed(request: Request) -> bool:
    """As the specification says: HMAC-SHA256 over id, timestamp and body, joined by full stops."""
    id_, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    assert abs(int(timestamp) - time.time()) < 60
    digest = hmac.new(KEY, f"{id_}.{timestamp}.".encode() + request.body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}" in request.headers["webhook-signature"].split(" ")


def refusal(channel: WebhookChannel, message: Message, done: frozenset[str] = frozenset()) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        list(channel.send(message, done))
    return caught.value


def test_one_message_as_the_specification_has_it(receiver: Receiver) -> None:
    accepted = list(channel(receiver).send(message(), frozenset()))
    assert [(one.part, one.answer) for one in accepted] == [("1", "HTTP 204")]
    [request] = receiver.requests
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["webhook-id"] == message().id
    assert is_signed(request)
    document = json.loads(request.body)
    assert (document["version"], document["type"]) == ("1", "filings.changed")
    assert document["data"]["subject"] == message().subject


def test_a_secret_may_lack_its_padding(receiver: Receiver) -> None:
    assert SECRET.endswith("=")
    list(channel(receiver, SECRET.rstrip("=")).send(message(), frozenset()))
    assert is_signed(receiver.requests[0])


def test_a_changed_body_is_not_signed(receiver: Receiver) -> None:
    list(channel(receiver).send(message(), frozenset()))
    [request] = receiver.requests
    forged = Request(request.method, request.path, request.headers, request.body + b" ", request.at)
    assert not is_signed(forged)


def test_without_a_secret_there_is_no_signature(receiver: Receiver) -> None:
    list(channel(receiver, None).send(message(), frozenset()))
    assert receiver.requests[0].headers["webhook-signature"] is None


def test_the_id_stays_over_all_tries(receiver: Receiver) -> None:
    receiver.answer = 500
    for _ in range(2):
        refusal(channel(receiver), message())
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1


def test_three_thousand_changes_in_numbered_parts(receiver: Receiver) -> None:
    large = samples.large("zh")
    accepted = list(channel(receiver).send(large, frozenset()))
    assert all(len(request.body) <= 20_000 and is_signed(request) for request in receiver.requests)
    documents = [json.loads(request.body) for request in receiver.requests]
    assert [one.part for one in accepted] == [str(n) for n in range(1, len(documents) + 1)]
    assert [document["id"] for document in documents] == [f"{large.id}.{n}" for n in range(1, len(documents) + 1)]
    ids = [change["id"] for document in documents for change in document["data"]["changes"]]
    assert ids == [change["id"] for change in large.changes]
    assert len(ids) >= 3000


def test_a_refusal_in_the_middle_keeps_what_was_taken(receiver: Receiver) -> None:
    def third_is_refused(request: Request) -> int:
        return 503 if request.headers["webhook-id"].endswith(".3") else 200

    receiver.answer = third_is_refused
    sending = channel(receiver).send(samples.large("zh"), frozenset())
    assert [next(sending).part, next(sending).part] == ["1", "2"]
    with pytest.raises(DeliveryError, match="HTTP 503"):
        next(sending)
    receiver.answer, before = 200, len(receiver.requests)
    done = frozenset({"1", "2"})
    list(channel(receiver).send(samples.large("zh"), done))
    assert receiver.requests[before].headers["webhook-id"].endswith(".3")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(400, "bad\nbody"), "HTTP 400: bad body"), (Answer(500), "HTTP 500"),
        (Answer(410, "bye"), "HTTP 410: bye"),
        (Answer(302, "", {"Location": "http://127.0.0.1:9/"}), "HTTP 302: redirects are not followed"),
        (Answer(429, "", {"Retry-After": "7"}), "HTTP 429"),
    ],
)  # fmt: skip
def test_refusals(receiver: Receiver, answer: Answer, said: str) -> None:
    receiver.answer = answer
    error = refusal(channel(receiver), message())
    assert str(error) == said
    assert error.gone == (answer.status == 410)
    assert error.retry_after == (7.0 if answer.status == 429 else None)


def test_no_secret_is_in_an_answer(receiver: Receiver) -> None:
    receiver.answer = lambda request: Answer(403, f"{request.path} {SECRET} {SECRET[6:]}")
    said = str(refusal(channel(receiver, path="/a/token1234?key=abcd"), message()))
    for secret in ("token1234", "abcd", SECRET, SECRET[6:]):
        assert secret not in said


@pytest.mark.parametrize("secret", ["whsec_", "whsec_???", "no base64!", "whsec_密钥", "whsec_A"])
def test_a_secret_that_is_none_is_told_without_it(receiver: Receiver, secret: str) -> None:
    said = str(refusal(channel(receiver, secret), message()))
    assert said.startswith("secret: a signing secret is base64")
    assert receiver.requests == []


def test_a_secret_that_is_missing_is_a_failed_delivery(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH", raising=False)
    assert "NO_SUCH is not set" in str(refusal(channel(receiver, "env:NO_SUCH"), message()))


def test_a_private_address_is_refused(receiver: Receiver) -> None:
    guarded: Any = WebhookChannel(channel(receiver).subscription, Route(timeout=60, allow_private=False))
    assert "private or loopback" in str(refusal(guarded, message()))
    assert receiver.requests == []
