"""POST: what is let through, what is refused, and that no error tells more than host and port."""

from __future__ import annotations

import base64
import contextlib
import io
import itertools
import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from tests.notify.receivers import Answer, Receiver
from tracker.core.errors import DeliveryError
from tracker.notify.channels.http import Route, is_public, post, refuse, retry_after
from tracker.notify.channels.redact import redact

OPEN = Route(timeout=60, allow_private=True)
GUARDED = Route(timeout=60, allow_private=False)


def refusal(url: str, route: Route = OPEN) -> str:
    with pytest.raises(DeliveryError) as caught:
        post(url, b"{}", {}, route)
    assert "secret" not in str(caught.value)
    return str(caught.value)


@contextlib.contextmanager
def speaking(pieces: Iterable[bytes], pause: float = 0.05) -> Iterator[str]:
    """The address of a server that takes one request and says these pieces, whatever HTTP is, then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def speak() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):  # the sender has hung up
                connection.recv(65536)
                for piece in pieces:
                    connection.sendall(piece)
                    if over.wait(pause):
                        break

        thread = threading.Thread(target=speak)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        thread.join()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Who vouches for certificates, trusted as the system's own are."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return ca


def tls_for(name: str, authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_body_and_headers_arrive_and_the_reply_comes_back() -> None:
    with Receiver(answer=Answer(201, '{"a": 1}', {"X-Kind": "yes"})) as receiver:
        reply = post(f"{receiver.url}/path?q=1", "备案".encode(), {"Content-Type": "text/plain"}, OPEN)
    [request] = receiver.requests
    assert (request.method, request.path, request.body) == ("POST", "/path?q=1", "备案".encode())
    assert request.headers["User-Agent"].startswith("cac-filing-tracker/")
    assert (reply.status, reply.json(), reply.headers["x-kind"]) == (201, {"a": 1}, "yes")


def test_a_redirect_is_returned_and_not_followed() -> None:
    with Receiver() as other, Receiver(answer=Answer(302, "", {"Location": f"{other.url}/x"})) as receiver:
        assert post(receiver.url, b"", {}, OPEN).status == 302
        assert other.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_a_private_address_is_refused_before_anything_is_sent(host: str) -> None:
    with Receiver() as receiver:
        url = receiver.url.replace("127.0.0.1", host)
        assert "leads to a private or loopback address" in refusal(f"{url}/secret", GUARDED)
        assert receiver.requests == []
        assert post(url, b"", {}, OPEN).status == 204


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("10.1.2.3", False), ("172.16.0.1", False),
        ("192.168.1.1", False), ("169.254.169.254", False), ("0.0.0.0", False), ("224.0.0.1", False),
        ("255.255.255.255", False), ("100.64.0.1", False), ("::1", False), ("::", False), ("fe80::1%eth0", False),
        ("fc00::1", False), ("ff02::1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False), ("2002:808:808::", True), ("64:ff9b::808:808", True), ("::10.0.0.1", False),
        ("fec0::1", False), ("64:ff9b:1::a00:1", False), ("::ffff:0:10.0.0.1", False),
        ("2001:0:808:808::f5ff:fffe", False), ("100.100.100.200", False), ("240.0.0.1", False), ("2001:db8::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_failures_name_host_and_port_only() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        assert refusal(f"http://user:secret@127.0.0.1:{port}/secret?secret=1") == (
            f"127.0.0.1:{port}: the connection was refused or the network cannot be reached"
        )
    assert refusal("http://no-such-name.invalid/secret") == "no-such-name.invalid: the name is not known"


@pytest.mark.parametrize(
    "url",
    [
        "http://user:sec/ret@host/", "ftp://host/secret", "http:///secret", "http://[::1/secret", "secret",
        "http://127.0.0.1:99999/secret", "http://127.0.0.1/\x00secret",
    ],
)  # fmt: skip
def test_what_is_no_address_is_told_without_it(url: str) -> None:
    assert refusal(url) == "this is no http:// or https:// address"


def test_name_and_password_of_an_address_are_sent_as_a_login() -> None:
    with Receiver() as receiver:
        for login, expected in (("anna:p%40ss%E5%AF%86@", "anna:p@ss密"), ("token@", "token:")):
            post(receiver.url.replace("://", f"://{login}"), b"", {}, OPEN)
            scheme, pair = receiver.requests[-1].headers["Authorization"].split()
            assert (scheme, base64.b64decode(pair).decode()) == ("Basic", expected)
        post(receiver.url, b"", {}, OPEN)
        assert receiver.requests[-1].headers["Authorization"] is None


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with Receiver() as receiver:
        assert post(receiver.url, b"", {}, OPEN).status == 204


def test_no_log_tells_the_address(capfd: pytest.CaptureFixture[str]) -> None:
    log = io.StringIO()
    root, handler = logging.getLogger(), logging.StreamHandler(log)  # caplog also takes what is not handed on
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        logging.getLogger("test").debug("is logged")
        with speaking([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nno header\r\nA: b\r\n\r\n"]) as url:
            assert post(f"{url}/secret?key=secret", b"", {}, OPEN).status == 200
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert log.getvalue() == "is logged\n"
    assert capfd.readouterr() == ("", "")


def test_a_certificate_must_be_vouched_for_and_of_that_name(authority: trustme.CA) -> None:
    with Receiver(tls=tls_for("127.0.0.1", authority)) as receiver:
        assert post(receiver.url, b"{}", {}, OPEN).status == 204
        assert len(receiver.requests) == 1
    with Receiver(tls=tls_for("example.org", authority)) as receiver:
        assert "TLS failed: " in refusal(f"{receiver.url}/secret")
        assert receiver.requests == []
    with Receiver(tls=tls_for("127.0.0.1", trustme.CA())) as receiver:
        assert "TLS failed: " in refusal(f"{receiver.url}/secret")
        assert receiver.requests == []


def test_a_private_address_is_refused_before_any_handshake() -> None:
    said: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"https://127.0.0.1:{server.getsockname()[1]}/secret"
        assert "leads to a private or loopback address" in refusal(url, GUARDED)
        connection, _ = server.accept()
        with connection:
            said.append(connection.recv(100))
    assert said == [b""]


def test_a_hanging_and_a_dripping_answer_end_at_the_deadline() -> None:
    route = Route(timeout=0.5, allow_private=True)
    with Receiver(delay=600) as receiver:
        start = time.monotonic()
        assert "no answer within 0.5 s" in refusal(f"{receiver.url}/secret", route)
        assert time.monotonic() - start < 60
    with Receiver(answer=Answer(200, "x" * 6000, drip=0.1)) as receiver:
        start = time.monotonic()
        assert "no answer within 0.5 s" in refusal(f"{receiver.url}/secret", route)
        assert time.monotonic() - start < 60


def test_headers_that_never_end_are_no_answer() -> None:
    head = itertools.chain([b"HTTP/1.1 200 OK\r\n", b"A: "], itertools.repeat(b"x"))
    start = time.monotonic()
    with speaking(head) as url:
        assert "no answer within 0.5 s" in refusal(f"{url}/secret", Route(timeout=0.5, allow_private=True))
        assert time.monotonic() - start < 60


def test_of_a_large_answer_only_the_beginning_is_read() -> None:
    with Receiver(answer=Answer(500, "x" * 10_000_000)) as receiver:
        reply = post(receiver.url, b"", {}, OPEN)
    assert len(reply.body) == 64 * 1024
    assert len(str(refuse(reply))) < 250


def test_what_a_refusal_says() -> None:
    headers = {"Retry-After": "120"}
    with Receiver(answer=Answer(429, "slow\r\n down\x07", headers)) as receiver:
        error = refuse(post(receiver.url, b"", {}, OPEN))
    assert (str(error), error.retry_after, error.gone) == ("HTTP 429: slow down", 120.0, False)
    with Receiver(answer=Answer(410)) as receiver:
        error = refuse(post(receiver.url, b"", {}, OPEN))
    assert (str(error), error.gone) == ("HTTP 410", True)


@pytest.mark.parametrize("value", ["soon", "-1", "٣", "1" * 20, "", "Wed, 99 Foo 2026"])
def test_a_retry_after_that_is_none(value: str) -> None:
    with Receiver(answer=Answer(503, "", {"Retry-After": value} if value.isascii() else {})) as receiver:
        assert retry_after(post(receiver.url, b"", {}, OPEN), datetime.now(UTC)) is None


def test_a_retry_after_that_is_a_date_and_at_most_a_week() -> None:
    now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    week = timedelta(days=7)
    dates = {now + timedelta(minutes=5): 300.0, now - timedelta(hours=1): 0.0, now + 99 * week: week.total_seconds()}
    values = {f"{moment:%a, %d %b %Y %H:%M:%S} GMT": expected for moment, expected in dates.items()}
    for value, expected in (values | {"9" * 11: week.total_seconds()}).items():
        headers = {"Retry-After": value}
        with Receiver(answer=Answer(503, "", headers)) as receiver:
            assert retry_after(post(receiver.url, b"", {}, OPEN), now) == expected


def test_nothing_of_an_address_is_left_in_an_answer() -> None:
    address = "https://hooks.example.org/services/T0123/B%2F45/tok-en?key=abcd1234"
    said = "no such T0123 or B/45 or B%2F45, tok-en, ABCD1234, signed with hushhush"
    clean = redact(said, address, "hushhush")
    for secret in ("T0123", "B/45", "B%2F45", "tok-en", "ABCD1234", "hushhush"):
        assert secret not in clean
    assert clean.startswith("no such ")


def test_a_login_and_json_forms_of_a_secret_are_hidden_too() -> None:
    echo = 'Basic Ym90Omh1bnRlcjJzZWNyZXQ= and {"k": "a\\/bcd", "m": "\\u5bc6\\u94a5"}'
    said = redact(echo, "http://bot:hunter2secret@h/x", "a/bcd", "密钥")
    assert "Ym90" not in said
    assert "bcd" not in said
    assert "5bc6" not in said
