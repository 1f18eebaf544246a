"""Subscriptions and channels: the tables `[notify]` and `[[subscriptions]]` of the configuration.

This module checks form and meaning; `load` names the line, `secrets` looks secrets up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from tracker.core.models import ChangeKind, Kind
from tracker.settings.secrets import Endpoint, Secret
from tracker.settings.values import (
    check_email,
    check_host,
    check_name,
    check_sender,
    check_series,
    check_time,
    check_timezone,
    check_words,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def check_url(text: str) -> str:
    """Return an HTTP(S) address with a host.

    Raises:
        ValueError: the value has another form.
    """
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # its message would show a part of the address
        right = False
    if not right or not text.isprintable() or re.search(r"\s", text):
        raise ValueError("this is no http:// or https:// address")
    return text


def _check_secret_url(secret: Secret) -> Secret:
    if secret.is_literal:
        check_url(secret.reveal())
    return secret


_IS_ADDRESS = AfterValidator(_check_secret_url)
Url = Annotated[str, AfterValidator(check_url)]
SecretUrl = Annotated[Secret, _IS_ADDRESS]
EndpointUrl = Annotated[Endpoint, _IS_ADDRESS]
Email = Annotated[str, AfterValidator(check_email)]
SeriesId = Annotated[str, AfterValidator(check_series)]
Words = Annotated[str, AfterValidator(check_words)]


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, hide_input_in_errors=True, allow_inf_nan=False
    )


class SmtpSettings(_Table):
    """How mail is sent: by an SMTP server, or by the machine's own sendmail."""

    host: Annotated[str, AfterValidator(check_host)] = Field("", description="SMTP server; empty: no server")
    port: int = Field(0, ge=0, le=65535, description="port of the server; 0: 587 with starttls, 465 with tls, else 25")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="starttls, tls or none")
    user: str = Field("", description="login name; empty: no login")
    password: Secret | None = Field(
        None, description="env:NAME, file:PATH (mode 600), or the password itself if tracker.toml has mode 600"
    )
    sender: Annotated[str, AfterValidator(check_sender)] = Field(
        "", description="address in From, such as Tracker <tracker@example.org>"
    )
    sendmail: str = Field("", description="path of a sendmail program, used instead of a server")
    ca_file: str = Field("", description="file of certificates to trust instead of the system's")

    @model_validator(mode="after")
    def _check_login(self) -> SmtpSettings:
        if bool(self.user) != (self.password is not None):
            raise ValueError("user and password belong together: one of them is not set")
        return self


class NotifySettings(_Table):
    """How alerts are sent."""

    timezone: Annotated[str, AfterValidator(check_timezone)] = Field(
        "Asia/Shanghai", description="time zone of daily and weekly digests"
    )
    failed_polls: int = Field(3, ge=1, description="failed polls in a row until an unreachable source is reported")
    remind_hours: float = Field(
        24, gt=0, le=87600, description="hours until an open incident is reported again"
    )
    retry_minutes: list[Annotated[float, Field(ge=0, le=525600)]] = Field(
        [1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440],
        min_length=1,
        description="minutes between retries of an alert; after the last one it is given up and reported elsewhere",
    )
    timeout: float = Field(20, gt=0, le=3600, description="time limit in seconds for the response of a channel")
    allow_private: bool = Field(False, description="allow alerts to private and loopback addresses")
    smtp: SmtpSettings = SmtpSettings.model_construct()


class _Subscription(_Table):
    """The common part of every subscription: a name, a filter (each part that is set must match) and a form."""

    name: Annotated[str, AfterValidator(check_name)]
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
    at: Annotated[str, AfterValidator(check_time)] = "09:00"
    on: Weekday = "mon"


    @property
    def destination(self) -> str:
        """Return the destination in a form that may be stored: the channel with a fingerprint of its address."""
        places = (getattr(self, name, None) for name in ("url", "token", "chat", "path"))
        parts = [one.fingerprint if isinstance(one, Secret) else str(one) for one in places if one is not None]
        return " ".join([str(getattr(self, "channel", "")), *parts])


class EmailSubscription(_Subscription):
    """Mail to a group of recipients: one message for all of them."""

    channel: Literal["email"]
    to: list[Email] = Field(min_length=1)


class WebhookSubscription(_Subscription):
    """JSON by POST, as Standard Webhooks has it; signed if there is a secret (whsec_…)."""

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


AnySubscription = (
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
    | StdoutSubscription
)
Subscription = Annotated[AnySubscription, Field(discriminator="channel")]

CHANNELS: dict[str, type[_Subscription]] = {
    get_args(model.model_fields["channel"].annotation)[0]: model for model in get_args(get_args(Subscription)[0])
}


def secrets_of(table: BaseModel) -> Iterator[tuple[str, Secret, bool]]:
    """Return the secrets of a table: field, secret, and whether it must be an HTTP(S) address."""
    for name, field in type(table).model_fields.items():
        value = getattr(table, name)
        if isinstance(value, Secret):
            yield name, value, _IS_ADDRESS in field.metadata


def private_fields(model: type[BaseModel]) -> list[str]:
    """Return the fields whose value is allowed only in a file that nobody else can read."""
    return [
        name
        for name, field in model.model_fields.items()
        for kind in (field.annotation, *get_args(field.annotation))
        if isinstance(kind, type) and issubclass(kind, Secret) and kind.must_be_private
    ]
