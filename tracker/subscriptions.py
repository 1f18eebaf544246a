"""Who is told of what, by which channel: the tables `[notify]` and `[[subscriptions]]` of the configuration.

Only shape and meaning are checked here; `tracker.config` names the line, `tracker.secret` looks secrets up.
"""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tracker.models import ChangeKind, Kind
from tracker.secret import Endpoint, Secret
from tracker.series import SERIES

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def check_url(text: str) -> str:
    """An HTTP(S) address with a host.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text):
        raise ValueError("this is no http:// or https:// address")
    _ = parts.port  # raises ValueError where it is no number
    return text


def _check_secret_url(secret: Secret) -> Secret:
    if secret.is_literal:
        check_url(secret.reveal())
    return secret


def _check_email(text: str) -> str:
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError("this is no e-mail address") from error
    if not address.username or not address.domain or not address.addr_spec.isascii():
        raise ValueError("this is no e-mail address")
    return text


def _check_series(name: str) -> str:
    if name not in {series.id for series in SERIES}:
        raise ValueError(f"there is no such series; series: {', '.join(series.id for series in SERIES)}")
    return name


def _check_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("there is no such time zone; one is Asia/Shanghai") from error
    return name


Url = Annotated[str, AfterValidator(check_url)]
SecretUrl = Annotated[Secret, AfterValidator(_check_secret_url)]
EndpointUrl = Annotated[Endpoint, AfterValidator(_check_secret_url)]
Email = Annotated[str, AfterValidator(_check_email)]
SeriesId = Annotated[str, AfterValidator(_check_series)]
Words = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class SmtpSettings(_Table):
    """How mail leaves: by an SMTP server, or by the machine's own sendmail."""

    host: str = Field("", description="SMTP server; empty: none")
    port: int = Field(0, ge=0, le=65535, description="its port; 0: 587 with starttls, 465 with tls, else 25")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="starttls, tls or none")
    user: str = Field("", description="login name; empty: no login")
    password: Secret | None = Field(None, description="env:NAME, file:PATH (mode 600), or itself in a file of mode 600")
    sender: str = Field("", description="address in From")
    sendmail: str = Field("", description="path of a sendmail program, used in place of a server")
    ca_file: str = Field("", description="certificates to trust in place of the system's")


class NotifySettings(_Table):
    """How alerts go out."""

    timezone: Annotated[str, AfterValidator(_check_timezone)] = Field(
        "Asia/Shanghai", description="zone of the times of daily and weekly digests"
    )
    failed_polls: int = Field(3, ge=1, description="an unreachable source is told after so many polls in a row")
    remind_hours: float = Field(24, gt=0, description="an incident that goes on is told again after so many hours")
    retry_minutes: list[Annotated[float, Field(ge=0)]] = Field(
        [1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440],
        min_length=1,
        description="waits between tries of an alert, in minutes; after the last one it is given up and told elsewhere",
    )
    timeout: float = Field(20, gt=0, description="seconds until a channel must have answered")
    allow_private: bool = Field(False, description="let alerts go to private and loopback addresses")
    smtp: SmtpSettings = SmtpSettings.model_construct()


class _Subscription(_Table):
    """What every subscription has: a name, a filter (each part that is set must fit) and a form."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
    lang: Literal["zh", "en", ""] = ""
    # the filter
    series: list[SeriesId] = []
    kinds: list[ChangeKind] = []
    filing_kinds: list[Kind] = []
    provinces: list[Words] = []
    entities: list[Words] = []
    keywords: list[Words] = []
    changes: bool = True
    incidents: bool = True
    # the form
    form: Literal["poll", "batch", "daily", "weekly"] = "poll"
    at: str = Field("09:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    on: Weekday = "mon"


class EmailSubscription(_Subscription):
    """Mail to a group of recipients: one message for all of them."""

    channel: Literal["email"]
    to: list[Email] = Field(min_length=1)


class WebhookSubscription(_Subscription):
    """JSON by POST, as Standard Webhooks has it; signed where there is a secret (whsec_…)."""

    channel: Literal["webhook"]
    url: EndpointUrl
    secret: Secret | None = None


class FeishuSubscription(_Subscription):
    """A custom bot of Feishu (or Lark)."""

    channel: Literal["feishu"]
    url: SecretUrl
    secret: Secret | None = None


class DingTalkSubscription(_Subscription):
    """A custom robot of DingTalk."""

    channel: Literal["dingtalk"]
    url: SecretUrl
    secret: Secret | None = None


class WeComSubscription(_Subscription):
    """A group robot of WeCom."""

    channel: Literal["wecom"]
    url: SecretUrl


class SlackSubscription(_Subscription):
    """An incoming webhook of Slack."""

    channel: Literal["slack"]
    url: SecretUrl


class TelegramSubscription(_Subscription):
    """A Telegram bot; `chat` is the id or @name of a chat."""

    channel: Literal["telegram"]
    token: Secret
    chat: str = Field(min_length=1)
    api: Url = "https://api.telegram.org"


class AppriseSubscription(_Subscription):
    """Any other service, by an Apprise address."""

    channel: Literal["apprise"]
    url: Secret


class FeedSubscription(_Subscription):
    """An Atom file and a JSON Feed file, `<path>.atom` and `<path>.json`."""

    channel: Literal["feed"]
    path: Path
    entries: int = Field(100, ge=1)


class FileSubscription(_Subscription):
    """JSON lines appended to a file."""

    channel: Literal["file"]
    path: Path


class StdoutSubscription(_Subscription):
    """Standard output: JSON lines for pipes, or plain text for the mail that cron sends."""

    channel: Literal["stdout"]
    text: bool = False


Subscription = Annotated[
    EmailSubscription
    | WebhookSubscription
    | FeishuSubscription
    | DingTalkSubscription
    | WeComSubscription
    | SlackSubscription
    | TelegramSubscription
    | AppriseSubscription
    | FeedSubscription
    | FileSubscription
    | StdoutSubscription,
    Field(discriminator="channel"),
]
AnySubscription = _Subscription
