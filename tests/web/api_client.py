"""Help for tests of the interface for programs: asking it, and asking the command line the same."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.program import run_program
from tracker.web.api.routes import ENDPOINTS

# A filing of the history that tests serve, in place of the real one that the examples name.
REAL, MADE = "Beijing-WenXinYiYan-20230821", "Beijing-MoXing3-202401010003"
EXAMPLES = [one.example.replace(REAL, MADE) for one in ENDPOINTS]


class Api:
    """One connection to a server."""

    def __init__(self, address: str) -> None:
        self.client = httpx.Client(base_url=address, trust_env=False, timeout=60)

    def ask(self, path: str, /, **params: Any) -> Any:
        """What is answered below /api/v1; a parameter that ends with _ is named without it."""
        named = {name.rstrip("_"): value for name, value in params.items()}
        answer = self.client.get(f"/api/v1{path}", params=named)
        assert answer.status_code == 200, (answer.url, answer.text)
        return answer.json()

    def pages(self, path: str, /, **params: Any) -> Iterator[list[Any]]:
        """The rows of each page of a list, to the last one."""
        asked = dict(params)
        while True:
            page = self.ask(path, **asked)
            assert set(page) == {"data", "next", "note"}
            yield page["data"]
            if page["next"] is None:
                return
            asked["cursor"] = page["next"]

    def every(self, path: str, /, **params: Any) -> list[Any]:
        """All rows of a list."""
        return [row for page in self.pages(path, **params) for row in page]


@contextmanager
def api_of(address: str) -> Iterator[Api]:
    """A connection that is closed at the end."""
    api = Api(address)
    with api.client:
        yield api


def command_line(data: Path, *arguments: str) -> Any:
    """What `tracker … --json` answers over a data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    settings = {"TRACKER_DATA_DIR": str(data), "TRACKER_POLL__KNOWN_FACTS": "false"}
    done = run_program((*arguments, "--json"), kept | settings, data)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
