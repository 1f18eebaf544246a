"""Numbers in addresses: whatever they hold, they come back, through the real server and a real browser's rules."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
import uvicorn
from datasette import Response
from hypothesis import given
from hypothesis import strategies as st

from tests.support.waiting import wait_until
from tests.web.conftest import Served, Visitor
from tracker.settings.model import Settings
from tracker.web import plugin, urls
from tracker.web.app import ReloadingApp
from tracker.web.middleware import Middleware
from tracker.web.request import View
from tracker.web.routes import HttpRoute, expression

NASTY = (
    "Beijing-WenXinYiYan-20230821", "Guangdong-Dr.GDCDC-20260706S0054", "网信算备110108224236606220017号",
    "a/b", "a//b/", "/", "..", ".", "../..", "...", ". ", "a.json", "x.csv", "50%", "%2F", "%252F", "~2Fa~", "\\x",
    "a b", " a", "a\tb", "a\nb", "a+b", "a?b=c", "a#b", "a&b;c", "lang=zh", "a:b@c", "'\"<script>", "{series}",
    "é", "𠮷", "-", "_", "*", "(1)", "[1]", "|", "$1",
)  # fmt: skip


async def echo(view: View, *, series: str, number: str) -> Response:
    return view.json({"series": series, "number": number, "params": view.params, "as_of": view.as_of})


@pytest.fixture
def echoing(history: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server in this process with one more route, which says what it was asked for."""
    monkeypatch.setattr(plugin, "ROUTES", (HttpRoute("/filing/{series}/{number}", echo),))
    app = ReloadingApp(Settings(data_dir=history), sql=False)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        config = uvicorn.Config(Middleware(app, "en"), log_config=None, lifespan="off", ws="none", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
    app.close()


def test_every_number_comes_back(echoing: str) -> None:
    with httpx.Client(trust_env=False) as client:
        for number in NASTY:
            path = urls.filing_path("genai_service", number)
            answer = client.get(f"{echoing}{path}?as_of=2024&x=1")
            expected = number if number != ". " else "."
            assert answer.status_code == 200, number
            assert answer.json() == {
                "series": "genai_service", "number": expected, "params": [["x", "1"]], "as_of": "2024-12-31"
            }, number  # fmt: skip


@pytest.mark.slow
def test_a_browser_sends_every_number_as_it_is(browser: Visitor, served: Served) -> None:
    page = browser().go("/about")
    for number in NASTY:
        path = urls.filing_path("genai_service", number)
        assert page.evaluate("p => new URL(p, location.href).pathname", path) == path


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_piece_is_one_piece(number: str) -> None:
    raw = urls.piece(number)
    assert "/" not in raw
    assert raw.isascii()
    assert urlsplit(urljoin("http://host/filing/x/", f"./{raw}")).path == f"/filing/x/{raw}"
    assert urls.read_piece(raw) == (number[:-1] if number in (". ", ".. ") else number)


def test_a_piece_that_is_no_text() -> None:
    assert urls.read_piece("%FF") is None


def test_patterns() -> None:
    assert expression("/changes.atom") == r"/changes\.atom\Z"
    assert expression("/entity/{id:int}") == r"/entity/(?P<id>\d{1,18})\Z"
    assert expression("/batch/{series}/{period}") == r"/batch/(?P<series>[^/]+)/(?P<period>[^/]+)\Z"


def test_parameters() -> None:
    assert urls.with_params("/a", {"x": None, "y": "", "z": ["1", "二"], "w": 0}) == "/a?z=1&z=%E4%BA%8C&w=0"
    assert urls.with_params("/a", {}) == "/a"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("https://www.cac.gov.cn/x.htm", True), ("http://a", True), ("javascript:alert(1)", False),
     ("data:text/html,x", False), (" https://a", True), ("//a", False), ("", False), (None, False),
     ("https://[x", False)],
)  # fmt: skip
def test_what_may_be_linked_to(text: str | None, is_one: bool) -> None:
    assert urls.is_web_address(text) is is_one


def test_names_of_downloads() -> None:
    assert urls.disposition('附件："一".docx') == (
        "attachment; filename=\"______.docx\"; filename*=UTF-8''%E9%99%84%E4%BB%B6%EF%BC%9A_%E4%B8%80_.docx"
    )
    for odd in ("", "..", "a\r\nSet-Cookie: x", "../../etc/passwd", "a\"; filename=b"):
        name = urls.disposition(odd)
        assert name.isprintable()
        assert name.count('"') == 2
        assert "/" not in name.partition("''")[0]
