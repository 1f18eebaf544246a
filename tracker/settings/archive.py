"""The table `[archive]` of the configuration: where the original files are stored. It checks form and meaning only."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from tracker.settings.secrets import Secret

_PLACE = re.compile(r"s3://[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9](/[A-Za-z0-9_=@+.-]+)*/?")


def check_place(text: str) -> str:
    """Return the address of an archive: a bucket with or without a prefix, or "".

    Raises:
        ValueError: the value has another form.
    """
    if not text or (_PLACE.fullmatch(text) and not re.search(r"/\.{1,2}(/|$)", text)):
        return text
    raise ValueError("this is no place for an archive; one is s3://bucket/prefix")


def check_endpoint(text: str) -> str:
    """Return the address of a service, host and port only, or "".

    Raises:
        ValueError: the value has another form.
    """
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and parts.path in ("", "/")
    except ValueError:
        right = False
    if text and (not right or not re.fullmatch(r"[^\s@?#]+", text)):
        raise ValueError("this is no endpoint; one is https://s3.example.org")
    return text.rstrip("/")


class ArchiveSettings(BaseModel):
    """Where the original files are stored: in the data folder or in a bucket."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: Annotated[str, AfterValidator(check_place)] = Field(
        "", description="s3://bucket/prefix: store original files on S3 or a compatible service; empty: `data_dir`"
    )
    endpoint: Annotated[str, AfterValidator(check_endpoint)] = Field(
        "", description="address of the storage service; empty: AWS_ENDPOINT_URL, else Amazon's"
    )
    region: str = Field("", description="region of the service; empty: AWS_REGION")
    access_key: Secret | None = Field(
        None, description="env:NAME, file:PATH (mode 600), or the key itself if tracker.toml has mode 600; empty: AWS_…"
    )
    secret_key: Secret | None = Field(None, description="secret key, in the same forms")
    timeout: float = Field(60.0, gt=0, le=3600, description="time limit in seconds to upload or download a file")
    retries: int = Field(3, ge=0, le=20, description="retries if the service fails or does not answer")
    conditional_writes: bool = Field(
        True, description="the service refuses to overwrite files; false if it does not support If-None-Match"
    )
    bucket_in_host: bool = Field(False, description="the host of `endpoint` begins with the bucket's name")
    ca_file: str = Field("", description="file of additional certificates to trust")
    allow_http: bool = Field(False, description="allow unencrypted transfer to other machines")

    @model_validator(mode="after")
    def _check_together(self) -> ArchiveSettings:
        if (self.access_key is None) != (self.secret_key is None):
            raise ValueError("access_key and secret_key belong together: one of them is not set")
        if self.endpoint.startswith("http:") and not self.may_use_http:
            raise ValueError("endpoint is not encrypted; write https://, or set allow_http")
        return self

    @property
    def may_use_http(self) -> bool:
        """Return True if the endpoint is on this machine, or unencrypted transfers are allowed."""
        return self.allow_http or is_loopback(urlsplit(self.endpoint).hostname or "")


def is_loopback(host: str) -> bool:
    """Return True for this machine, by name or by address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
