"""The store of an archive as objects below a prefix of a bucket, on S3 or a service with the same protocol.

An object becomes visible when all of its bytes have arrived: the signature of a request covers their hash, and the
service refuses a truncated body. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
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
    """Location of the objects and options of requests; empty values come from the environment (AWS_…)."""

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
    certificates: str = field(default="", repr=False)  # to trust in addition to the usual ones, as PEM


class ObjectStore:
    """The objects of one archive."""

    at_once = 16

    def __init__(self, bucket: Bucket) -> None:
        """Connect without sending a request yet.

        Raises:
            OptionError: the library for S3 is not installed, or it refuses the settings.
        """
        self.url = bucket.url.rstrip("/")
        self._is_conditional = bucket.conditional_writes
        self._objects = _connect(bucket)

    def address(self, key: str) -> str:
        """Return its address in the form that other S3 programs use."""
        return f"{self.url}/{key}"

    def has(self, key: str) -> bool:
        """Return True if the object exists.

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
        """Return the bytes of an object.

        Raises:
            ArchiveUnreachable: the service does not answer, or refuses.
            StorageError: the object does not exist.
        """
        try:
            with self._told(key):
                return bytes(self._objects.get(key).bytes())
        except FileNotFoundError as error:
            raise StorageError(
                "A file of the archive cannot be read: the bucket does not hold it", file=self.address(key)
            ) from error

    def write(self, key: str, data: bytes) -> bool:
        """Write an object unless it exists; the service itself refuses to overwrite one written in the meantime.

        Raises:
            ArchiveUnreachable: the service does not answer, or refuses.
        """
        if self.has(key):  # avoids sending the bytes again
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
        """Rename an object. S3 can only copy and delete: if interrupted, the object has both keys.

        Raises:
            ArchiveUnreachable: the service does not answer, or refuses.
            StorageError: there is no such object.
        """
        self.write(name, self.read(key))
        with self._told(key):
            self._objects.delete(key)

    def walk(self, folder: str = "") -> Iterator[str]:
        """Yield the keys below a folder; one request per thousand.

        Raises:
            ArchiveUnreachable: the service does not answer, or refuses.
        """
        with self._told(folder):
            for some in self._objects.list(folder or None, chunk_size=1000):
                yield from (one["path"] for one in some)

    def leftovers(self) -> int:
        """Return 0: an interrupted write leaves nothing."""
        return 0

    def clear_leftovers(self) -> int:
        """Return 0: there is nothing to remove."""
        return 0

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        """Map the library's errors to ours; a missing or existing object to FileNotFoundError or FileExistsError.

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
            f"The S3 library refuses the archive's settings: {str(error).splitlines()[0]}"
        ) from error
