"""Mail: one message for all recipients of a subscription, by an SMTP server or the machine's own sendmail.

In: a `Message` and the settings of the server. Out: a mail of text and HTML, with a table attached if the list is long.
Message-ID and Date stay the same over all retries; each recipient is a part. Nothing is sent to a server whose
certificate is not valid, or unencrypted where STARTTLS is set. No error repeats the password.
"""

from __future__ import annotations

import base64
import contextlib
import shutil
import smtplib
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formataddr
from functools import lru_cache
from pathlib import Path
from typing import Any

from tracker.core.errors import DeliveryError
from tracker.notify.channels.base import Accepted
from tracker.notify.channels.http import shorten
from tracker.notify.channels.redact import redact, reveal
from tracker.notify.forms.html import render_html
from tracker.notify.forms.table import render_csv
from tracker.notify.forms.text import render_text
from tracker.notify.message import Message
from tracker.notify.words import one_line
from tracker.settings.subscriptions import EmailSubscription, SmtpSettings

MOST = 50  # changes in the body; a longer list comes along as a table
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_BEFORE_THE_MAIL = 4  # time-outs; the mail itself takes two more, and after six of them the sender gives up
_PARTING = 1.0  # seconds for the answer to QUIT, which nothing hangs on


class _Policy(EmailPolicy):
    """Mail in 7 bits, which every server takes.

    Python 3.11 folds a List-Id that is too long for a line into encoded words, which no reader of lists undoes.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == "List-Id":
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n", cte_type="7bit")


def build_mail(message: Message, recipients: Sequence[str], sender: str) -> EmailMessage:
    """Return the mail that tells a message to a group.

    Raises:
        DeliveryError: the sender is no address.
    """
    domain = _address(sender).rpartition("@")[2]
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = datetime.fromisoformat(message.created_at)
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["List-Id"] = _list_id(message.subscription, domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(render_text(message, MOST))
    mail.add_alternative(render_html(message, MOST), subtype="html")
    if len(message.changes) > MOST:
        mail.add_attachment(
            render_csv(message), maintype="text", subtype="csv", filename="changes.csv", params={"charset": "utf-8"}
        )
    return mail


def _list_id(name: str, domain: str) -> str:
    """RFC 2919: a phrase and a dot-atom in brackets; a name like "a..b." would be none."""
    label = ".".join(filter(None, name.split(".")))
    return formataddr((name, f"{label}.cac-filing-tracker.{domain}"))


def _address(sender: str) -> str:
    """Return the bare address of "Tracker <tracker@example.org>"."""
    try:
        header = _POLICY.header_factory("From", sender)
        (address,) = header.addresses
    except (ValueError, IndexError) as error:
        raise DeliveryError(f"notify.smtp.sender is no e-mail address: {sender!r}") from error
    if header.defects or not address.domain or not address.addr_spec.isascii():
        raise DeliveryError(f"notify.smtp.sender is no e-mail address: {sender!r}")
    return str(address.addr_spec)


class _Session(smtplib.SMTP):
    """Remembers what the server said to the mail itself, which `sendmail` does not hand on."""

    taken: tuple[int, bytes] | None = None
    latest: float = float("inf")  # second of the monotonic clock from which on the mail itself is not sent any more

    def data(self, msg: Any) -> tuple[int, bytes]:
        if time.monotonic() > self.latest:  # the caller has given up by the time that it would be taken
            raise TimeoutError
        code, text = super().data(msg)
        self.taken = code, text
        return code, text


class _TlsSession(_Session, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """Mail to a group of recipients: one message for all; those that were refused are tried again alone."""

    subscription: EmailSubscription
    smtp: SmtpSettings
    timeout: float

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """One transaction for all recipients that are not `done`; each of them is a part.

        Raises:
            DeliveryError: nobody took the mail, or the recipients that it names were refused.
        """
        group = list(dict.fromkeys(self.subscription.to))
        left = [recipient for recipient in group if recipient not in done]
        if not left:
            return
        sender, mail = _address(self.smtp.sender), build_mail(message, group, self.smtp.sender)
        refused: dict[str, str] = {}
        if self.smtp.sendmail:
            answer = _hand_over(self.smtp.sendmail, mail, sender, left, self.timeout)
        elif self.smtp.host:
            answer, refused = self._submit(mail, sender, left)
        else:
            raise DeliveryError("neither notify.smtp.host nor notify.smtp.sendmail is set")
        if answer:
            yield from (Accepted(recipient, answer) for recipient in left if recipient not in refused)
        if refused:
            named = "; ".join(f"{recipient}: {text}" for recipient, text in refused.items())
            raise DeliveryError(f"{self._server} refused {named}")

    def probe(self) -> str:
        """Greet the server, encrypted and logged in as the settings ask for, and take leave; or look for sendmail.

        Raises:
            DeliveryError: it cannot be reached, refuses the login, or there is no such program.
        """
        _address(self.smtp.sender)
        if self.smtp.sendmail:
            if shutil.which(self.smtp.sendmail) is None:
                raise DeliveryError(f"{self.smtp.sendmail} is no program that can be run")
            return self.smtp.sendmail
        if not self.smtp.host:
            raise DeliveryError("neither notify.smtp.host nor notify.smtp.sendmail is set")
        password = reveal(self.smtp.password, "notify.smtp.password") if self.smtp.password else ""
        try:
            with self._session(password) as session:
                session.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise DeliveryError(self._clean(f"{self._server}: {_reason(error)}", password)) from None
        return self._server

    @property
    def _port(self) -> int:
        return self.smtp.port or _PORTS[self.smtp.security]

    @property
    def _server(self) -> str:
        return f"{self.smtp.host}:{self._port}"

    def _submit(self, mail: EmailMessage, sender: str, recipients: Sequence[str]) -> tuple[str, dict[str, str]]:
        """Return what the server said to the mail ("": it did not get it), and whom it refused with which answer."""
        password = reveal(self.smtp.password, "notify.smtp.password") if self.smtp.password else ""
        taken, refused = None, {}
        try:
            with self._session(password) as session:
                refused = session.sendmail(sender, recipients, mail.as_bytes())
                taken = session.taken
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            # Not chained: the server's own words may repeat the password.
            raise DeliveryError(self._clean(f"{self._server}: {_reason(error)}", password)) from None
        answers = {name: self._clean(_said(*answer), password) for name, answer in refused.items()}
        return self._clean(_said(*taken), password) if taken else "", answers

    def _clean(self, text: str, password: str) -> str:
        return shorten(redact(text, "", *_secrets(self.smtp.user, password)))

    @contextlib.contextmanager
    def _session(self, password: str) -> Iterator[_Session]:
        """A session that is encrypted and logged in as the settings ask for."""
        smtp, context, started = self.smtp, self._trust(), time.monotonic()
        if smtp.security == "tls":
            session: _Session = _TlsSession(smtp.host, self._port, timeout=self.timeout, context=context)
        else:
            session = _Session(smtp.host, self._port, timeout=self.timeout)
        session.latest = started + self.timeout * _BEFORE_THE_MAIL
        try:
            if smtp.security == "starttls":
                session.starttls(context=context)  # raises where the server offers none
            if smtp.user:
                session.login(smtp.user, password)
            yield session
        finally:
            # A parting that fails takes nothing back: what was accepted stays so, and an error is on its way already.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                if session.sock:
                    session.sock.settimeout(_PARTING)
                session.quit()
            session.close()

    def _trust(self) -> ssl.SSLContext:
        try:
            file = self.smtp.ca_file
            return _read_trust(file or None, Path(file).stat().st_mtime_ns if file else 0)
        except OSError as error:
            raise DeliveryError(f"notify.smtp.ca_file {self.smtp.ca_file} cannot be used: {_reason(error)}") from error


@lru_cache(maxsize=4)  # the certificates of the system take longer to read than a mail takes to be sent
def _read_trust(ca_file: str | None, changed: int) -> ssl.SSLContext:
    """Return a context that trusts the file's authorities, or else the system's; `changed` is the file's time."""
    return ssl.create_default_context(cafile=ca_file)


def _hand_over(program: str, mail: EmailMessage, sender: str, recipients: Sequence[str], timeout: float) -> str:
    """Give the mail to sendmail, which takes all recipients or none."""
    content = mail.as_bytes(policy=_POLICY.clone(linesep="\n"))
    command = [program, "-i", "-f", sender, "--", *recipients]
    try:
        run = subprocess.run(command, input=content, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise DeliveryError(f"{program} did not end within {timeout:g} s") from error
    except OSError as error:
        raise DeliveryError(f"{program} cannot be run: {error.strerror}") from error
    if run.returncode:
        first = next(iter(run.stderr.splitlines()), b"no reason given")
        raise DeliveryError(shorten(_said(f"{program} ended with exit code {run.returncode}:", first)))
    return f"handed to {program}"


def _said(code: object, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"


def _reason(error: Exception) -> str:
    match error:
        case smtplib.SMTPResponseException():
            return _said(error.smtp_code, error.smtp_error)
        case UnicodeEncodeError():
            return "the login has characters beyond ASCII"  # the error itself shows some of them
        case TimeoutError():
            return "no answer in time"
        case OSError(strerror=str(text)):
            return text
    return _said(type(error).__name__, str(error))


def _secrets(user: str, password: str) -> list[str]:
    """Return the password and what a login makes of it, also cut short, as a careless server repeats it."""
    forms = [password, *(base64.b64encode(form.encode()).decode() for form in (password, f"\0{user}\0{password}"))]
    return [password, *(form[:length] for form in forms for length in range(8, len(form) + 1))] if password else []
