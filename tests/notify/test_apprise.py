"""Apprise, the real library, to a server on this machine: what is delivered, and what is told of a refusal."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from apprise import Apprise

from tests.notify import samples
from tracker.core.errors import DeliveryError
from tracker.notify.channels.apprise import AppriseChannel, fit
from tracker.notify.channels.redact import redact
from tracker.notify.forms.text import render_text
from tracker.settings.subscriptions import AppriseSubscription

# The library loads its e-mail plugin, which imports a module that Python 3.13 lacks (apprise 2.3.0).
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

USER, PASSWORD, TOKEN, QUERY = "robot-user", "pass/word%40x", "t0ken-of-the-path", "value-of-the-query"


@dataclass
class Service:
    """Takes JSON by POST and answers with `status`."""

    status: int = 200
    port: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)


@contextlib.contextmanager
def serving(service: Service) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            service.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(service.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield service
        server.shutdown()
        thread.join()


def channel(address: str) -> AppriseChannel:
    return AppriseChannel(AppriseSubscription(name="team", channel="apprise", url=address))


def address(port: int) -> str:
    return f"json://{USER}:{PASSWORD.replace('/', '%2F')}@127.0.0.1:{port}/{TOKEN}?-key={QUERY}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_title_and_text_arrive(lang: Any) -> None:
    message = samples.additions(lang)
    with serving(Service()) as service:
        (accepted,) = channel(address(service.port)).send(message, frozenset())
    assert accepted.part == "1"
    assert accepted.answer == "JSON took it"
    (body,) = service.bodies
    assert body["title"] == message.subject
    assert body["message"].splitlines() == render_text(message, 50).rstrip().splitlines()


@pytest.mark.parametrize(("status", "said"), [(500, "error=500"), (404, "error=404"), (302, "error=302")])
def test_a_refusal_is_told_without_the_address(
    status: int, said: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(Service(status)) as service, pytest.raises(DeliveryError, match=f"^JSON: .*{said}") as caught:
        list(channel(address(service.port)).send(samples.test_message("en"), frozenset()))
    seen = str(caught.value) + "".join(capfd.readouterr()) + "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("apprise")
    )  # fmt: skip
    for secret in (USER, PASSWORD, "pass%2Fword", TOKEN, QUERY):
        assert secret not in seen


def test_nobody_listens() -> None:
    with serving(Service()) as service:
        pass
    with pytest.raises(DeliveryError, match=r"^JSON: A Connection error occurred") as caught:
        list(channel(address(service.port)).send(samples.test_message("en"), frozenset()))
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize("wrong", ["nonsense", "nope://host/secret-token", "json://", "slack://secret-token"])
def test_an_address_that_is_none(wrong: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DeliveryError, match="no address that Apprise can use") as caught:
        list(channel(wrong).send(samples.test_message("en"), frozenset()))
    assert "secret-token" not in str(caught.value) + "".join(capfd.readouterr())


def test_a_missing_secret_is_a_failed_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_ADDRESS", raising=False)
    with pytest.raises(DeliveryError, match=r"^url: the environment variable NO_SUCH_ADDRESS is not set$"):
        list(channel("env:NO_SUCH_ADDRESS").send(samples.test_message("en"), frozenset()))


def test_answers_of_channels_at_work_at_once_do_not_mix() -> None:
    """Each runs in a thread of its own, and the library has one log for all."""
    said: dict[int, str] = {}

    def refuse(service: Service) -> None:
        try:
            list(channel(address(service.port)).send(samples.test_message("en"), frozenset()))
        except DeliveryError as error:
            said[service.status] = str(error)

    with contextlib.ExitStack() as stack:
        services = [stack.enter_context(serving(Service(status))) for status in range(500, 508)]
        threads = [threading.Thread(target=refuse, args=(service,)) for service in services]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {status: text.count("error=") for status, text in said.items()} == dict.fromkeys(range(500, 508), 1)
    assert all(f"error={status}" in text for status, text in said.items())


# --- how much a service takes ------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["tgram://123456789:abcdefg_hijklmnop/12315544/", "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"]
)
@pytest.mark.parametrize("name", ["large", "additions", "baseline", "test"])
def test_the_list_is_cut_to_what_a_service_takes(url: str, name: str) -> None:
    service = Apprise.instantiate(url)
    message = samples.every_message("zh")[name]
    assert len(fit(message, service)) + len(message.subject) <= service.body_maxlen
    assert fit(message, service) in {render_text(message, most) for most in (50, 20, 10, 5, 0)}


def test_a_text_that_is_too_long_all_the_same_goes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    message = samples.additions("zh")
    with serving(Service()) as service:
        one = channel(address(service.port))
        monkeypatch.setattr("apprise.plugins.custom_json.NotifyJSON.body_maxlen", 200)
        list(one.send(message, frozenset()))
    assert len(service.bodies) > 1
    assert all(len(body["message"]) <= 200 for body in service.bodies)
    sent = "".join("".join(body["message"].split()) for body in service.bodies)
    assert sent == "".join(render_text(message, 0).split())


def test_the_address_may_ask_for_a_cut_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Service()) as service:
        one = channel(f"{address(service.port)}&overflow=truncate")
        monkeypatch.setattr("apprise.plugins.custom_json.NotifyJSON.body_maxlen", 200)
        list(one.send(samples.additions("zh"), frozenset()))
    assert [len(body["message"]) <= 200 for body in service.bodies] == [True]


# --- what is hidden ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlaz/#channel", "no a1brtd4jd or TIiajkdnlaz"),
        ("mailto://user:pa%24%24word@example.org?smtp=mail.host.org", "login user pa$$word pa%24%24word mail.host.org"),
        ("json://host.org/p%20th+x?-key=val+ue", "host.org p th+x p%20th+x val ue val+ue"),
        ("json://user:ab;cdef@host.org/", "ab;cdef ab%3Bcdef cdef"),
        ("tgram://123456789:AAF-x_y/12315544", "POST https://api/bot123456789:AAF-x_y/12315544"),
    ],
)
def test_no_part_of_an_address_is_told(url: str, text: str) -> None:
    hidden = redact(f"said: {text}", url)
    assert hidden.startswith("said: ")
    kept = hidden.replace("*" * 10, "").removeprefix("said:").split()
    assert set(kept) <= {"no", "or", "login", "POST", "https://api/bot"}


def test_what_is_no_part_of_the_address_stays() -> None:
    said = "Failed to send JSON POST notification: Internal Server Error, error=500."
    assert redact(said, "json://a:b@c/d") == said
