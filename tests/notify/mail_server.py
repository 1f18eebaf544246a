"""Mail servers on 127.0.0.1 that behave well or badly, and keep what they are given."""

from __future__ import annotations

import contextlib
import email.policy
import socket
import ssl
import threading
from asyncio import AbstractServer
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Letter:
    """A mail as it came: the envelope, and the bytes off the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        """The mail as a mail program reads it."""
        mail = message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        return mail


@dataclass
class Post:
    """Takes mail; `answers` holds what it says at MAIL, RCPT (by address) and DATA in place of 250."""

    answers: dict[str, str] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    hang_up: bool = False  # after the final dot, before any answer
    login: tuple[str, str] = ("", "")
    port: int = 0

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.get("DATA", "250 2.0.0 queued as 4bXyz")
        assert isinstance(envelope.content, bytes)
        if answer.startswith("250"):
            self.letters.append(Letter(str(envelope.mail_from), tuple(envelope.rcpt_tos), envelope.content))
        if self.hang_up:
            assert server.transport is not None
            server.transport.abort()
        return answer

    def check_login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        """Refuses as careless servers do, with all that it was sent."""
        if (data.login.decode(), data.password.decode()) == self.login:
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message=self.answers["AUTH"])


class _AnyPort(Controller):
    """Listens where the system has a port free."""

    def _create_server(self) -> Coroutine[Any, Any, AbstractServer]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listener, ssl=self.ssl_context)


@contextlib.contextmanager
def running(post: Post, *, tls: ssl.SSLContext | None = None, implicit: bool = False) -> Iterator[Post]:
    """The server of that post: plain, or with STARTTLS required, or (`implicit`) TLS from the first byte."""
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0}
    if implicit:
        options["ssl_context"] = tls
    elif tls:
        options |= {"tls_context": tls, "require_starttls": True}
    if any(post.login):
        options |= {"authenticator": post.check_login, "auth_required": True}
    controller = _AnyPort(post, **options)
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()


@contextlib.contextmanager
def saying(*answers: bytes) -> Iterator[int]:
    """The port of a server that says these lines, one after each command or mail (the first unasked), then nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError), listener.accept()[0] as connection, connection.makefile("rb") as lines:
            for answer in answers:
                connection.sendall(answer)
                line = lines.readline()
                while answer.startswith(b"354") and line not in (b"", b".\r\n"):
                    line = lines.readline()
            over.wait(30)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)  # a thread that waits in accept() does not see it closed
        listener.close()
        thread.join(30)
