"""A real server that speaks S3, on loopback: moto's, in a process of its own. For tests of the archive in a bucket.

It is started once for each process of the tests; each test takes a bucket of its own.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import obstore
from obstore.store import S3Store

from storage.archive.archive import Store
from storage.archive.s3 import Bucket, ObjectStore

_REGION, _ACCESS, _SECRET = "us-east-1", "AKIATESTS", "not-so-secret"
_RUN = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("port", server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
_services: dict[str, Service] = {}


@dataclass
class Service:
    """The server: its address, and its process."""

    endpoint: str
    process: subprocess.Popen[str]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @staticmethod
    def of(store: Store) -> Service:
        """The server that holds a store."""
        assert isinstance(store, ObjectStore)
        return _services[str(store._objects.config["endpoint"])]

    def bucket(self, name: str = "") -> str:
        """A bucket of that name, made where there is none; without a name, a new one. Returns its address."""
        name = name or f"bucket{next(self._numbers)}"
        answer = httpx.put(f"{self.endpoint}/{name}", headers={"Authorization": self._mark()}, trust_env=False)
        assert answer.status_code in (200, 409), answer.text
        return f"s3://{name}"

    def _mark(self) -> str:
        """From this the server takes the region; it looks at signatures only where it is told to."""
        return f"AWS4-HMAC-SHA256 Credential={_ACCESS}/20260101/{_REGION}/s3/aws4_request"

    def options(self, url: str, **more: Any) -> Bucket:
        """How the program is to ask for what lies below an address."""
        usual = {"timeout": 10.0, "retries": 1, "allow_http": True}
        return Bucket(url, self.endpoint, _REGION, _ACCESS, _SECRET, **usual | more)

    def store(self, url: str, **more: Any) -> ObjectStore:
        """What lies below an address, as the program sees it."""
        return ObjectStore(self.options(url, **more))

    def environment(self, url: str, **more: str) -> dict[str, str]:
        """The settings of a run whose archive lies there, each without TRACKER_."""
        own = {
            "URL": url, "ENDPOINT": self.endpoint, "REGION": _REGION, "ACCESS_KEY": _ACCESS, "SECRET_KEY": _SECRET,
            "TIMEOUT": "10", "RETRIES": "1",
        }  # fmt: skip
        return {f"ARCHIVE__{name}": value for name, value in (own | more).items()}

    def raw(self, url: str) -> S3Store:
        """A bucket past the program, through the library alone."""
        return S3Store(
            urlsplit(url).netloc, endpoint=self.endpoint, region=_REGION, access_key_id=_ACCESS,
            secret_access_key=_SECRET, client_options={"allow_http": True},
        )  # fmt: skip

    def objects(self, url: str) -> dict[str, bytes]:
        """Every object of a bucket with its bytes, past the program."""
        raw = self.raw(url)
        keys = [one["path"] for some in obstore.list(raw) for one in some]
        return {key: bytes(obstore.get(raw, key).bytes()) for key in sorted(keys)}

    def overwrite(self, address: str, data: bytes) -> None:
        """Give an object other bytes."""
        obstore.put(self.raw(address), urlsplit(address).path.strip("/"), data)

    def delete(self, address: str) -> None:
        """Take an object away."""
        obstore.delete(self.raw(address), urlsplit(address).path.strip("/"))


@contextlib.contextmanager
def object_service(**environment: str) -> Iterator[Service]:
    """A server of its own, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        log = (Path(folder) / "log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN], env=os.environ | environment, cwd=folder, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
        try:
            assert process.stdout
            found = next((re.match(r"port (\d+)", line) for line in process.stdout if line.startswith("port")), None)
            assert found, (Path(folder) / "log").read_text()
            service = Service(f"http://127.0.0.1:{found[1]}", process)
            _services[service.endpoint] = service
            yield service
        finally:
            process.kill()
            process.communicate()
            log.close()


class Line:
    """A way to a server that can be cut: after so many bytes that were sent on one connection, or all at once."""

    def __init__(self, service: Service, after: int = 10**9) -> None:
        self._to, self._after = urlsplit(service.endpoint), after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends = [self._listener]
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._take, daemon=True).start()

    def cut(self) -> None:
        """Nobody can be reached any more."""
        for end in self._ends:
            _close(end)

    def _take(self) -> None:
        with contextlib.suppress(OSError):  # it is cut
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection((str(self._to.hostname), int(self._to.port or 0)))
                self._ends += [near, far]
                for pair in ((near, far, self._after), (far, near, 10**9)):
                    threading.Thread(target=_pass_on, args=pair, daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, most: int) -> None:
    with contextlib.suppress(OSError):  # it is cut
        while most > 0 and (data := source.recv(min(65536, most))):
            target.sendall(data)
            most -= len(data)
    for end in (source, target):
        _close(end)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is closed already
        end.shutdown(socket.SHUT_RDWR)
    end.close()
