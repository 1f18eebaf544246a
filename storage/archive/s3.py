"""An archive's files as objects below a prefix of a bucket, on S3 or any service that speaks its protocol.

An object becomes visible when all of its bytes have arrived: the signature of a request covers their hash, and what is
cut short is refused by the service. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from storage.archive.s3_errors import lacks_object, service_fault
from tracker.core.errors import OptionError, StorageError

if TYPE_CHECKING:
    from obstore.store import S3Store

_CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the objects lie and how they are asked for; what is empty is as the environment (AWS_…) says."""

    url: str  # s3://bucket/prefix
    endpoint: str = ""
    region: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    timeout: float = 60.0  # seconds of one request
    retries: int = 3
    allow_http: bool = False
    bucket_in_host: bool = False  # the endpoint names the bucket
    conditional_writes: bool = True
    certificates: str = field(default="", repr=False)  # to trust besides the usual ones, as PEM


class ObjectStore:
    """The objects of one archive."""

    at_once = 16

    def __init__(self, bucket: Bucket) -> None:
        """Asks nothing of the service yet.

        Raises:
            OptionError: the library for it is not installed, or what is set makes no sense to it.
        """
        self.url = bucket.url.rstrip("/")
        self._is_conditional = bucket.conditional_writes
        self._objects = _connect(bucket)

    def address(self, key: str) -> str:
        """Its address, as other programs for S3 take it."""
        return f"{self.url}/{key}"

    def has(self, key: str) -> bool:
        """True where there is such an object.

        Raises:
            ArchiveUnreachable: the service does not answer, or refuses.
        """
        try:
            with self._told(key):
                self._objects.head(key)
        except FileNotFoundError:
            return False
        return True

    def read(self, key: str) -> bytes:
        """All bytes of an object.

        Raises:
            ArchiveUnreachable: the service does not answer, or refuses.
            StorageError: there is none.
        """
        try:
            with self._told(key):
                return bytes(self._objects.get(key).bytes())
        except FileNotFoundError as error:
            raise StorageError(
                "A file of the archive cannot be read: the bucket does not hold it", file=self.address(key)
            ) from error

    def write(self, key: str, data: bytes) -> bool:
        """Keep an object, unless there is one; the service itself refuses to overwrite one that came meanwhile.

        Raises:
            ArchiveUnreachable: the service does not answer, or refuses.
        """
        if self.has(key):  # saves sending the bytes again
            return False
        mode: Literal["create", "overwrite"] = "create" if self._is_conditional else "overwrite"
        try:
            with self._told(key):
                # One request: an upload in parts cannot be conditional.
                self._objects.put(key, data, mode=mode, use_multipart=False)
        except FileExistsError:
            return False
        return True

    def rename(self, key: str, name: str) -> None:
        """Give an object another key. Stopped on the way it lies under both: S3 knows no renaming.

        Raises:
            ArchiveUnreachable: the service does not answer, or refuses.
            StorageError: there is no such object.
        """
        self.write(name, self.read(key))
        with self._told(key):
            self._objects.delete(key)

    def walk(self, folder: str = "") -> Iterator[str]:
        """The objects below a folder; one request for each thousand.

        Raises:
            ArchiveUnreachable: the service does not answer, or refuses.
        """
        with self._told(folder):
            for some in self._objects.list(folder or None, chunk_size=1000):
                yield from (one["path"] for one in some)

    def leftovers(self) -> int:
        """None: what was cut short leaves nothing."""
        return 0

    def clear_leftovers(self) -> int:
        """Nothing to do."""
        return 0

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        """Have the library's errors raised as ours; FileNotFoundError and FileExistsError where they say just that.

        Raises:
            ArchiveUnreachable: the service does not answer, or refuses.
            FileNotFoundError: there is no such object.
            FileExistsError: there is one already.
        """
        from obstore.exceptions import AlreadyExistsError, BaseError

        try:
            yield
        except AlreadyExistsError as error:
            raise FileExistsError(key) from error
        except (BaseError, FileNotFoundError) as error:
            if lacks_object(error):
                raise FileNotFoundError(key) from error
            raise service_fault(str(error), self.address(key)) from error


def _connect(bucket: Bucket) -> S3Store:
    try:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store
    except ImportError as error:
        raise OptionError(
            f"An archive at {bucket.url} needs the package obstore", hint="pip install 'cac-filing-tracker[s3]'"
        ) from error
    place = urlsplit(bucket.url)
    named = {
        "endpoint": bucket.endpoint, "region": bucket.region, "access_key_id": bucket.access_key,
        "secret_access_key": bucket.secret_key,
    }  # fmt: skip
    options: dict[str, object] = {
        "allow_http": bucket.allow_http,
        "timeout": timedelta(seconds=bucket.timeout),
        "connect_timeout": timedelta(seconds=min(_CONNECT_SECONDS, bucket.timeout)),
    }
    if bucket.certificates:
        options["root_certificate"] = bucket.certificates
    try:
        return S3Store(
            place.netloc, prefix=place.path.strip("/") or None,
            client_options=options,  # type: ignore[arg-type]
            retry_config={
                "max_retries": bucket.retries, "retry_timeout": timedelta(seconds=bucket.timeout * (bucket.retries + 1))
            },
            virtual_hosted_style_request=bucket.bucket_in_host,
            **{name: value for name, value in named.items() if value},  # type: ignore[arg-type]
        )  # fmt: skip
    except BaseError as error:
        raise OptionError(
            f"The archive's settings make no sense to its library: {str(error).splitlines()[0]}"
        ) from error
