"""Mail against real servers: what arrives, read as a mail program reads it, and what is said where it does not."""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.notify import samples
from tests.notify.mail_server import Post, running, saying
from tracker.core.errors import DeliveryError
from tracker.core.messages import Lang
from tracker.notify.channels.base import Accepted
from tracker.notify.channels.email import EmailChannel, build_mail
from tracker.notify.forms.table import render_csv
from tracker.notify.forms.text import render_text
from tracker.notify.message import Message
from tracker.settings.subscriptions import EmailSubscription, SmtpSettings

ANNA, BO = "anna@example.org", "bo@example.org"
PASSWORD = "correct horse/battery+staple"
LANGS: tuple[Lang, ...] = ("zh", "en")


def channel(port: int, to: tuple[str, ...] = (ANNA, BO), timeout: float = 60, **smtp: Any) -> EmailChannel:
    usual = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "Tracker <alerts@mail.example.org>"}
    subscription = EmailSubscription(name="team", channel="email", to=list(to))
    return EmailChannel(subscription, SmtpSettings(**usual | smtp), timeout)


def send(one: EmailChannel, message: Message, done: frozenset[str] = frozenset()) -> tuple[list[Accepted], str]:
    """Who took it, and the error that came after."""
    taken = []
    try:
        for accepted in one.send(message, done):
            taken.append(accepted)  # one by one, for an error must not lose what came before it
    except DeliveryError as error:
        return taken, str(error)
    return taken, ""


def deliver(message: Message) -> EmailMessage:
    """The message as it comes out at the other end."""
    with running(Post()) as post:
        assert send(channel(post.port), message)[1] == ""
    return post.letters[0].mail


def parts(mail: EmailMessage) -> dict[str, EmailMessage]:
    """The leaves of a mail by type."""
    return {part.get_content_type(): part for part in mail.walk() if not part.is_multipart()}


@pytest.mark.parametrize("lang", LANGS)
def test_headers_survive_the_way(lang: Lang) -> None:
    message = samples.additions(lang)
    mail = deliver(message)
    assert mail["Subject"] == message.subject
    assert [address.addr_spec for address in mail["To"].addresses] == [ANNA, BO]
    assert str(mail["From"]) == "Tracker <alerts@mail.example.org>"
    assert mail["Date"].datetime == datetime(2024, 8, 6, 2, 16, tzinfo=UTC)
    assert mail["Message-ID"] == f"<{message.id}@mail.example.org>"
    assert mail["List-Id"] == "team <team.cac-filing-tracker.mail.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not mail.defects


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", samples.every_message("en"))
def test_text_and_html_arrive_whole(lang: Lang, name: str) -> None:
    message = samples.every_message(lang)[name]
    leaves = parts(deliver(message))
    assert leaves["text/plain"].get_content().splitlines() == render_text(message, 50).splitlines()
    assert leaves["text/plain"].get_content_charset() == leaves["text/html"].get_content_charset() == "utf-8"
    assert leaves["text/html"].get_content().rstrip().endswith("</html>")


@pytest.mark.parametrize("message", [samples.additions("zh", 10), samples.incidents("en")])
def test_a_mail_is_text_and_html_without_pictures(message: Message) -> None:
    mail = deliver(message)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert "<img" not in parts(mail)["text/html"].get_content()


@pytest.mark.parametrize(("count", "attached"), [(50, False), (51, True), (3000, True)])
def test_a_long_list_comes_along_as_a_table(count: int, attached: bool) -> None:
    message = samples.additions("zh", count)
    tables = list(deliver(message).iter_attachments())
    assert bool(tables) is attached
    for table in tables:
        assert (table.get_filename(), table.get_content_type()) == ("changes.csv", "text/csv")
        assert table.get_content_charset() == "utf-8"
        assert table.get_payload(decode=True) == render_csv(message)


@pytest.mark.parametrize("text", samples.HOSTILE)
def test_text_of_the_site_never_becomes_a_header(text: str) -> None:
    shown = replace(samples.hostile("en", text), subscription="team", created_at="2024-08-06T02:16:00Z")
    mail = deliver(replace(shown, subject=f"Added: {text}"))
    usual = deliver(samples.additions("en"))
    assert set(mail.keys()) == set(usual.keys())
    assert "\n" not in mail["Subject"]
    assert mail["Subject"].startswith("Added: ")


@pytest.mark.parametrize("name", ["large", "additions", "reissue"])
def test_lines_on_the_wire_are_within_the_limits(name: str) -> None:
    """RFC 5322, 2.1.1: 998 bytes; and 7 bits, for a server that does not offer 8BITMIME."""
    message = replace(samples.every_message("zh")[name], subject="生成式人工智能服务备案" * 20)
    with running(Post()) as post:
        send(channel(post.port), message)
    content = post.letters[0].content
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert post.letters[0].mail["Subject"] == "生成式人工智能服务备案" * 20


@pytest.mark.parametrize(
    ("name", "list_id"),
    [
        ("a..b.", '"a..b." <a.b.cac-filing-tracker.mail.example.org>'),
        ("n" * 64, f"{'n' * 64} <{'n' * 64}.cac-filing-tracker.mail.example.org>"),
    ],
)
def test_list_id_is_one_whatever_the_name(name: str, list_id: str) -> None:
    message = replace(samples.test_message("en"), subscription=name)
    with running(Post()) as post:
        send(channel(post.port), message)
    assert f"List-Id: {list_id}\r\n".encode() in post.letters[0].content


def test_a_dot_alone_on_a_line_ends_nothing() -> None:
    message = replace(samples.test_message("en"), entry="\n.\nand more")
    assert "and more" in parts(deliver(message))["text/plain"].get_content()


# --- encryption and login ----------------------------------------------------------------------


@pytest.fixture
def ca(tmp_path: Path) -> trustme.CA:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return authority


@pytest.fixture
def tls(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_over_tls(security: str, tls: ssl.SSLContext, tmp_path: Path) -> None:
    with running(Post(), tls=tls, implicit=security == "tls") as post:
        one = channel(post.port, security=security, ca_file=str(tmp_path / "ca.pem"))
        taken, error = send(one, samples.test_message("en"))
    assert (error, [accepted.part for accepted in taken]) == ("", [ANNA, BO])
    assert "4bXyz" in taken[0].answer
    assert post.letters[0].recipients == (ANNA, BO)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_nobody_known_stops_it(security: str, tls: ssl.SSLContext) -> None:
    with running(Post(), tls=tls, implicit=security == "tls") as post:
        taken, error = send(channel(post.port, security=security), samples.test_message("en"))
    assert (taken, post.letters) == ([], [])
    assert f"127.0.0.1:{post.port}" in error
    assert "certificate verify failed" in error


def test_a_certificate_of_another_host_stops_it(ca: trustme.CA, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("mail.example.org").configure_cert(context)
    with running(Post(), tls=context) as post:
        one = channel(post.port, security="starttls", ca_file=str(tmp_path / "ca.pem"))
        taken, error = send(one, samples.test_message("en"))
    assert (taken, post.letters) == ([], [])
    assert "certificate verify failed" in error


def test_nothing_goes_in_the_clear_where_starttls_is_asked_for() -> None:
    with running(Post()) as post:
        taken, error = send(channel(post.port, security="starttls"), samples.test_message("en"))
    assert (taken, post.letters) == ([], [])
    assert "STARTTLS" in error


def test_a_missing_file_of_certificates_is_named() -> None:
    error = send(channel(1, ca_file="/nowhere/ca.pem"), samples.test_message("en"))[1]
    assert error == "notify.smtp.ca_file /nowhere/ca.pem cannot be used: No such file or directory"


@pytest.fixture
def login(tls: ssl.SSLContext, tmp_path: Path) -> Callable[[Post, str], tuple[list[Accepted], str]]:
    """Logs in at that post with that password and sends a test message."""

    def attempt(post: Post, password: str) -> tuple[list[Accepted], str]:
        post.login = ("alerts", PASSWORD)
        more = {"user": "alerts", "password": password, "ca_file": str(tmp_path / "ca.pem")}
        with running(post, tls=tls):
            return send(channel(post.port, security="starttls", **more), samples.test_message("en"))

    return attempt


def test_login(login: Callable[[Post, str], tuple[list[Accepted], str]]) -> None:
    post = Post()
    assert [accepted.part for accepted in login(post, PASSWORD)[0]] == [ANNA, BO]
    assert len(post.letters) == 1


def _echoes(password: str) -> list[str]:
    plain = base64.b64encode(f"\0alerts\0{password}".encode()).decode()
    return [password, plain, plain[:20], base64.b64encode(password.encode()).decode()]


@pytest.mark.parametrize("n", range(4))
def test_a_refused_login_tells_no_password(n: int, login: Callable[[Post, str], tuple[list[Accepted], str]]) -> None:
    wrong = "wrong/battery+staple"
    post = Post({"AUTH": f"535 5.7.8 bad credentials: {_echoes(wrong)[n]} (see manual)"})
    taken, error = login(post, wrong)
    assert (taken, post.letters) == ([], [])
    assert error == f"127.0.0.1:{post.port}: 535 5.7.8 bad credentials: ********** (see manual)"


def test_a_login_beyond_ascii_is_refused_without_telling_it(
    login: Callable[[Post, str], tuple[list[Accepted], str]],
) -> None:
    assert login(Post(), "geheim-ß")[1].endswith("the login has characters beyond ASCII")


def test_a_missing_password_is_a_failed_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_PASSWORD", raising=False)
    one = channel(1, user="alerts", password="env:NO_SUCH_PASSWORD")
    error = send(one, samples.test_message("en"))[1]
    assert error == "notify.smtp.password: the environment variable NO_SUCH_PASSWORD is not set"


# --- servers that refuse -----------------------------------------------------------------------


def test_one_of_two_recipients_refused() -> None:
    """The one that was accepted is not sent to again; the other one's answer is told."""
    message = samples.test_message("en")
    with running(Post({BO: "550 5.1.1 no such user"})) as post:
        one = channel(post.port)
        taken, error = send(one, message)
        assert [accepted.part for accepted in taken] == [ANNA]
        assert error == f"127.0.0.1:{post.port} refused {BO}: 550 5.1.1 no such user"
        post.answers.clear()
        assert [accepted.part for accepted in send(one, message, frozenset({ANNA}))[0]] == [BO]
    assert [letter.recipients for letter in post.letters] == [(ANNA,), (BO,)]
    first, second = (letter.mail for letter in post.letters)
    assert first["To"] == second["To"] == f"{ANNA}, {BO}"
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"MAIL": "550 5.7.1 sender not welcome"}, ": 550 5.7.1 sender not welcome"),
        ({"DATA": "451 4.3.0 try again later"}, ": 451 4.3.0 try again later"),
        ({ANNA: "450 greylisted", BO: "550 no"}, f" refused {ANNA}: 450 greylisted; {BO}: 550 no"),
        ({BO: "421 4.7.0 too many"}, f" refused {BO}: 421 4.7.0 too many"),
    ],
)
def test_what_the_server_refuses(answers: dict[str, str], said: str) -> None:
    with running(Post(answers)) as post:
        taken, error = send(channel(post.port), samples.test_message("en"))
    assert (taken, post.letters) == ([], [])
    assert error == f"127.0.0.1:{post.port}{said}"


def test_a_server_that_closes_after_the_mail_is_tried_again_as_the_same_mail() -> None:
    with running(Post(hang_up=True)) as post:
        for _ in range(2):
            taken, error = send(channel(post.port), samples.test_message("en"))
            assert taken == []
            assert f"127.0.0.1:{post.port}: SMTPServerDisconnected" in error
    first, second = (letter.mail for letter in post.letters)
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize("greeting", [b"554 5.3.2 no service here\r\n", b"421 too busy\r\n"])
def test_a_server_that_greets_with_a_refusal(greeting: bytes) -> None:
    with saying(greeting) as port:
        taken, error = send(channel(port), samples.test_message("en"))
    assert (taken, error) == ([], f"127.0.0.1:{port}: {greeting.decode().strip()}")


@pytest.mark.parametrize("security", ["none", "tls"])
@pytest.mark.parametrize("answers", [[], [b"220 hello\r\n"]])
def test_a_server_that_hangs(answers: list[bytes], security: str) -> None:
    with saying(*answers) as port:
        began = time.monotonic()
        taken, error = send(channel(port, timeout=0.5, security=security), samples.test_message("en"))
    assert taken == []
    assert error.startswith(f"127.0.0.1:{port}: ")
    assert time.monotonic() - began < 60


def test_a_server_that_hangs_at_the_parting_has_taken_the_mail() -> None:
    answers = [b"220 hello", b"250 hello", b"250 ok", b"250 ok", b"250 ok", b"354 go on", b"250 taken"]
    with saying(*(answer + b"\r\n" for answer in answers)) as port:
        began = time.monotonic()
        taken, error = send(channel(port, timeout=600), samples.test_message("en"))
    assert (taken, error) == ([Accepted(ANNA, "250 taken"), Accepted(BO, "250 taken")], "")
    assert time.monotonic() - began < 300


def test_nobody_listens() -> None:
    with saying() as port:
        pass
    assert send(channel(port), samples.test_message("en")) == ([], f"127.0.0.1:{port}: Connection refused")


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465)])
def test_the_port_follows_from_the_security(security: str, port: int) -> None:
    """Whoever listens there has no certificate for 127.0.0.1."""
    taken, error = send(channel(0, security=security, timeout=1), samples.test_message("en"))
    assert (taken, error.startswith(f"127.0.0.1:{port}: ")) == ([], True)


# --- settings that do not do -------------------------------------------------------------------


@pytest.mark.parametrize("sender", ["", "alerts", "alerts@", "a@b.org, c@d.org", "a@b.org\nBcc: c@d.org", "a@例子.org"])
def test_a_sender_that_is_none(sender: str) -> None:
    with pytest.raises(DeliveryError, match=r"notify\.smtp\.sender is no e-mail address"):
        build_mail(samples.test_message("en"), [ANNA], sender)


def test_no_way_out_is_set() -> None:
    error = send(channel(0, host=""), samples.test_message("en"))[1]
    assert error == "neither notify.smtp.host nor notify.smtp.sendmail is set"


# --- sendmail ----------------------------------------------------------------------------------


@pytest.fixture
def sendmail(tmp_path: Path) -> Callable[[str], str]:
    """A program that does what the lines of shell say."""

    def program(lines: str) -> str:
        path = tmp_path / "sendmail"
        path.write_text(f"#!/bin/sh\ncd {tmp_path}\n{lines}\n")
        path.chmod(0o755)
        return str(path)

    return program


def test_sendmail_gets_the_mail_and_its_recipients(sendmail: Callable[[str], str], tmp_path: Path) -> None:
    path = sendmail('printf "%s\\n" "$@" > arguments; cat > mail')
    message = samples.additions("zh")
    taken, error = send(channel(0, sendmail=path), message, frozenset({ANNA}))
    assert (taken, error) == ([Accepted(BO, f"handed to {path}")], "")
    assert (tmp_path / "arguments").read_text().split() == ["-i", "-f", "alerts@mail.example.org", "--", BO]
    content = (tmp_path / "mail").read_bytes()
    assert b"\r" not in content
    assert f"Message-ID: <{message.id}@mail.example.org>\n".encode() in content


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("echo 'no such user' >&2; echo more >&2; exit 67", "ended with exit code 67: no such user"),
        ("exit 1", "ended with exit code 1: no reason given"),
        ("exec sleep 600", "did not end within 0.5 s"),
    ],
)
def test_sendmail_refuses(sendmail: Callable[[str], str], lines: str, said: str) -> None:
    path = sendmail(lines)
    assert send(channel(0, sendmail=path, timeout=0.5), samples.large("zh")) == ([], f"{path} {said}")


def test_sendmail_is_not_there() -> None:
    error = send(channel(0, sendmail="/nowhere/sendmail"), samples.test_message("en"))[1]
    assert error == "/nowhere/sendmail cannot be run: No such file or directory"
