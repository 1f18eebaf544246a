"""A real server over a small real history, and a real browser that may ask nobody else.

With SCREENSHOTS=DIR in the environment `Visit.keep_picture` writes there.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.storage.keep import two_polls
from tests.support.polling import Desk
from tests.support.sharing import copy_of_shared
from tests.web.many import many_polls
from tracker.demo.site import StandIn

PROGRAM = (sys.executable, "-m", "tracker")
Scheme = Literal["light", "dark"]


@dataclass
class Served:
    """A server that runs: its address without the last slash, its data folder, its process."""

    address: str
    data: Path
    process: subprocess.Popen[str]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """One answer; no redirect is followed. A header is named with `_`: `if_none_match="…"`."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return httpx.get(f"{self.address}{path}", headers=named, timeout=60, trust_env=False)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


def start_server(data: Path, *arguments: str, **settings: str) -> Served:
    """`tracker serve` on a free port; each setting without TRACKER_."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    environment = kept | {"TRACKER_DATA_DIR": str(data)} | {f"TRACKER_{k}": v for k, v in settings.items()}
    command = [*PROGRAM, "--lang", "en", "serve", "--port", "0", *arguments]
    with (data / "serve.log").open("w") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=data, stdout=subprocess.PIPE, stderr=log, text=True
        )  # fmt: skip
    assert process.stdout
    line = process.stdout.readline()
    found = re.search(r"http://\S+:\d+", line)
    if not found:
        process.kill()
        raise AssertionError(f"it said {line!r}, and {(data / 'serve.log').read_text()[-2000:]}")
    return Served(found[0], data, process)


@contextlib.contextmanager
def serving(data: Path, *arguments: str, **settings: str) -> Iterator[Served]:
    """A server for as long as it is needed; what it logged on the way may hold no trace of a fault."""
    served = start_server(data, *arguments, **settings)
    try:
        yield served
    finally:
        code = served.process.poll()
        if code is None:
            code = served.stop()
        if served.process.stdout:
            served.process.stdout.close()
    assert code == 0, code
    log = (data / "serve.log").read_text()
    assert "Traceback" not in log, log[-3000:]


def polled(polls: Callable[[Desk], None]) -> Callable[[Path], None]:
    """Make the data folder of these polls."""

    def make(folder: Path) -> None:
        with StandIn(hang_seconds=20) as site:
            polls(Desk(site, folder / "data"))

    return make


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after two polls: 21 filings, one entity renamed, one algorithm cancelled. Not to be changed."""
    return copy_of_shared(tmp_path_factory, "web", polled(two_polls)) / "data"


@pytest.fixture(scope="session")
def many_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after `many_polls`. Not to be changed."""
    return copy_of_shared(tmp_path_factory, "many", polled(many_polls)) / "data"


@pytest.fixture(scope="session")
def served(history: Path) -> Iterator[Served]:
    """The server over that history; its pages are English where a request names no language."""
    with serving(history, LANG="en") as one:
        yield one


@pytest.fixture(scope="session")
def many(many_history: Path) -> Iterator[Served]:
    """The server over the history of many filings."""
    with serving(many_history, LANG="en") as one:
        yield one


@dataclass
class Visit:
    """A page in the browser, and what went wrong in it."""

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)

    def go(self, path: str, status: int = 200) -> Page:
        """Open a page; it must answer with that status."""
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status == status, (path, answer.status)
        return self.page

    def check(self, name: str = "") -> None:
        """The page is wholly usable: nothing overflows, axe finds nothing serious, nothing went wrong."""
        width = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], (self.page.url, width)
        self.check_axe()
        if name:
            self.keep_picture(name)
        assert self.troubles == [], self.troubles

    def check_axe(self) -> None:
        """Axe finds no violation of serious or critical impact."""
        found: list[dict[str, Any]] = Axe().run(self.page).response["violations"]
        grave = [
            (one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert grave == [], (self.page.url, grave)

    def keep_picture(self, name: str) -> None:
        """A picture of the whole page, where they are asked for."""
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


Visitor = Callable[..., Visit]


@pytest.fixture
def browser(chromium: Browser, served: Served) -> Iterator[Visitor]:
    """Opens windows: `browser(width=360, scheme="dark", lang="zh-CN", javascript=False)`; mark its tests slow.

    At the end of the test it fails on any error in the console (so also what the Content-Security-Policy refused), any
    script that failed, and any request to another host.
    """
    visits: list[Visit] = []

    def visit(
        width: int = 1200, scheme: Scheme = "light", lang: str = "en-GB", *, javascript: bool = True,
        address: str = served.address,
    ) -> Visit:  # fmt: skip
        page = chromium.new_page(
            viewport={"width": width, "height": 800}, color_scheme=scheme, locale=lang, java_script_enabled=javascript
        )
        one = Visit(page, address)
        _watch(one)
        visits.append(one)
        return one

    yield visit
    for one in visits:
        one.page.context.close()
    assert [one.troubles for one in visits if one.troubles] == []


def _watch(visit: Visit) -> None:
    troubles, page = visit.troubles, visit.page

    def told(message: Any) -> None:
        # Chromium itself reports each answer from 400 on as an error of the console; those are asked for by tests.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            troubles.append(f"console: {message.text}")

    def asked(request: Any) -> None:
        if not request.url.startswith((visit.address, "data:", "blob:")):
            troubles.append(f"asked {request.url}")

    def answered(response: Any) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            troubles.append(f"{response.status} {response.url}")

    page.on("console", told)
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on("request", asked)
    page.on("response", answered)
