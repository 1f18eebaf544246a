"""Open the archive that the settings name."""

from __future__ import annotations

from pathlib import Path

from storage.archive.archive import Archive
from tracker.core.errors import OptionError
from tracker.settings.model import Settings
from tracker.settings.secrets import Secret


def open_archive(settings: Settings, *, within: float | None = None) -> Archive:
    """Open the archive in the data folder, or in the bucket of `archive.url`. This sends no request.

    `within` limits the seconds for an answer, one retry included, for readers who wait less than the settings allow.

    Raises:
        OptionError: a secret cannot be looked up, or the library for buckets is not installed.
    """
    own = settings.archive
    if not own.url:
        return Archive(settings.archive_folder)
    from storage.archive.s3 import Bucket, ObjectStore

    timeout, retries = own.timeout, own.retries
    if within is not None:
        timeout, retries = min(timeout, within / 2), min(retries, 1)
    bucket = Bucket(
        own.url, own.endpoint, own.region, _reveal("access_key", own.access_key), _reveal("secret_key", own.secret_key),
        timeout, retries, own.may_use_http, own.bucket_in_host, own.conditional_writes, _read(own.ca_file),
    )  # fmt: skip
    return Archive(ObjectStore(bucket))


def _reveal(name: str, secret: Secret | None) -> str:
    try:
        return secret.reveal() if secret else ""
    except ValueError as error:
        raise OptionError(f"archive.{name}: {error}") from None


def _read(ca_file: str) -> str:
    try:
        return Path(ca_file).expanduser().read_text(encoding="utf-8") if ca_file else ""
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        raise OptionError(f"archive.ca_file cannot be read: {error}", file=ca_file) from error
