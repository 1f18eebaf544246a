"""What nobody may do: write, read what is private, ask in SQL, bring in scripts of others, see a trace."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.web.conftest import Served, serving
from tracker.web.authorizer import PRIVATE, authorize

PAGES = (
    "/", "/about", "/nothing", "/?as_of=never", "/history", "/history?_show_hidden=1", "/history/filing",
    "/history/filing_current?_facet=province&status=active", "/history/change_log?_search=x", "/history/filing/1",
    "/history/filing/99999", "/history/delivery", "/history/filing.json", "/history/filing.csv", "/static/shell.css",
    "/static/nothing.css", "/-/settings", "/history.db", "/history?sql=select+1", "/original/x", "/.json",
)  # fmt: skip
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}

pytestmark = pytest.mark.slow  # most of them start servers of their own


@pytest.fixture(scope="module")
def console(history: Path) -> Iterator[Served]:
    """The server with the SQL console on."""
    with serving(history, "--sql", LANG="en") as one:
        yield one


def ask(served: Served, sql: str, form: str = ".json") -> httpx.Response:
    return httpx.get(f"{served.address}/history{form}", params={"sql": sql, "_shape": "array"}, trust_env=False)


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_headers(served: Served, path: str) -> None:
    answer = served.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert answer.headers.get_list("vary") == ["Accept-Language, Cookie"]
    assert "server" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert answer.status_code < 500


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_a_style_of_its_own(served: Served, console: Served, path: str) -> None:
    for one in (served, console):
        answer = one.get(path)
        if answer.headers["content-type"].startswith("text/html"):
            assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=\"/static/)|\son\w+=|javascript:", answer.text)
            assert not re.search(r"<(?:link|img|script|source)[^>]*(?:href|src|srcset)=\"(?!/)", answer.text.replace(
                f'href="{one.address}', 'href="/'
            ))  # fmt: skip


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/history/filing", "/history", "/api/v1/filings", "/-/messages"])
def test_reading_is_all_that_can_be_done(served: Served, method: str, path: str) -> None:
    answer = httpx.request(method, served.address + path, content=b"{}", trust_env=False)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/", "/about", "/history/filing", "/history/filing.json", "/static/shell.css"])
def test_the_head_of_a_page(served: Served, path: str) -> None:
    head = httpx.head(served.address + path, trust_env=False)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == served.get(path).headers["content-type"]


@pytest.mark.parametrize("name", sorted(PRIVATE))
def test_private_tables_are_not_shown(served: Served, console: Served, name: str) -> None:
    for one in (served, console):
        for end in ("", ".json", ".csv?_stream=1", "/1", "?_facet=id"):
            path = f"/history/{name}{end}"
            assert one.get(path).status_code in (403, 404), path
        assert one.get(f"/history/{name.upper()}").status_code in (403, 404)
        listed = one.get("/history?_show_hidden=1").text
        assert f'href="/history/{name}"' not in listed
        assert name not in [table["name"] for table in one.get("/history.json?_show_hidden=1").json()["tables"]]
    for sql in (f"select * from {name}", f"select count(*) from {name}", f'select 1 from "{name.upper()}" limit 1',
                f"with x as (select * from main.{name}) select * from x",
                f"select (select count(*) from [{name}]) from filing",
                f"select * from filing where exists (select 1 from {name})"):  # fmt: skip
        answer = ask(console, sql)
        assert answer.status_code == 400, sql
        assert "prohibited" in answer.text or "not authorized" in answer.text, answer.text


def test_rows_that_refer_to_changes_do_not_tell_of_deliveries(served: Served) -> None:
    page = served.get("/history/change/1")
    assert page.status_code == 200
    assert "delivery" not in page.text


def test_the_guard_of_connections(history: Path) -> None:
    conn = sqlite3.connect(f"{(history / 'history.db').as_uri()}?mode=ro", uri=True)
    conn.set_authorizer(authorize)
    assert conn.execute("SELECT count(*) FROM filing_current").fetchone()[0] == 21
    for sql in ("ATTACH ':memory:' AS x", "PRAGMA query_only = OFF", "PRAGMA writable_schema = ON",
                "DELETE FROM filing", "CREATE TEMP TABLE t (x)", "SELECT * FROM delivery",
                "DROP VIEW change_log", "REINDEX",
                "INSERT INTO sqlite_master VALUES (1, 2, 3, 4, 5)"):  # fmt: skip
        with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited|may not be modified"):
            conn.execute(sql)
    conn.close()


def test_sql_is_off_unless_it_is_switched_on(served: Served, console: Served) -> None:
    assert ask(served, "select 1").status_code == 403
    assert ask(served, "select 1", "").status_code == 403
    assert served.get("/history/filing.json?_where=1").status_code == 403
    assert "<textarea" not in served.get("/history").text
    assert ask(console, "select count(*) as n from filing").json() == [{"n": 21}]
    assert "<textarea" in console.get("/history").text
    assert "21" in ask(console, "select count(*) as n from filing", "").text


@pytest.mark.parametrize(
    "sql", ["delete from filing", "update filing set number = 1", "attach ':memory:' as x", "pragma query_only = 0",
            "select load_extension('x')", "select FTS3_tokenizer('simple')", "pragma database_list",
            "select file from pragma_database_list", "select 1; drop table filing", "vacuum into '/tmp/x'"],
)  # fmt: skip
def test_the_console_only_reads(console: Served, sql: str) -> None:
    assert ask(console, sql).status_code == 400
    assert ask(console, "select count(*) as n from filing").json() == [{"n": 21}]


def test_the_console_has_a_time_limit(console: Served) -> None:
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) from n"
    page = ask(console, endless, "")
    assert page.status_code in (400, 503)
    assert "<script>" not in page.text
    assert "took too long" in page.text
    assert ask(console, "select 1 as n").json() == [{"n": 1}]


@pytest.mark.parametrize(
    "path", ["/-/settings", "/-/settings.json", "/-/plugins.json", "/-/databases", "/-/actor", "/-/logout",
             "/-/messages", "/-/allow-debug", "/-/permissions", "/-/auth-token?token=x", "/-/patterns",
             "/-/threads.json", "/-/metadata", "/-/static/app.css", "/-/static-plugins/x/y",
             "/_internal", "/_internal.json", "/_internal/tables",
             "/_memory", "/_memory.json?sql=select+1"],
)  # fmt: skip
def test_pages_of_datasette_about_itself_are_closed(served: Served, path: str) -> None:
    assert served.get(path).status_code == 404


def test_the_database_cannot_be_downloaded(served: Served) -> None:
    assert served.get("/history.db").status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/?q=" + "x" * 5000, 414), ("/?" + "&".join(f"a{n}=1" for n in range(150)), 414), ("/" + "x" * 3000, 414),
        ("/history/filing?_size=9999", 400), ("/history/filing?_size=x", 400), ("/history/filing.json?_next=x", 200),
        ("/history/filing?_sort=nothing", 400), ("/history/filing?_facet=nothing", 400), ("/%FF%FE", 404),
        ("/original/%FF", 404), ("/%2e%2e/%2e%2e/etc/passwd", 404), ("/static/..%2F..%2Fconfig.py", 404),
        ("/original/..%2F..%2Fhistory.db", 404), ("//evil.example/", 400), ("//evil.example/about", 400),
        ("/history/filing/", 404), ("/\\evil", 400), ("/history/filing?_through=1", 400),
        ("/history/filing?_through=x", 400),
        ("/history/filing.json?_timelimit=x", 400), ("/history/filing?id__gt=%C2%B2", 400),
        ("/history/filing?a%00", 400),
        ("/history/filing?_facet%ED%A0%80=1", 400), ("/history/change_log?_next=%00", 400),
    ],
)  # fmt: skip
def test_odd_addresses(served: Served, path: str, status: int) -> None:
    answer = served.get(path)
    if answer.status_code in (301, 302):
        assert re.match(r"/(?!/)", answer.headers["location"]), answer.headers
    else:
        assert answer.status_code == status
        assert "Traceback" not in answer.text


def test_no_error_says_where_anything_lies(served: Served, history: Path) -> None:
    for path in PAGES:
        text = served.get(path).text
        assert str(history) not in text
        assert "site-packages" not in text


def test_what_is_installed_beside_us_is_not_loaded(history: Path, tmp_path: Path) -> None:
    package = tmp_path / "strange.py"
    package.write_text(
        "from datasette import hookimpl, Response\n"
        "@hookimpl\ndef register_routes():\n    return [(r'/strange$', lambda: Response.text('here'))]\n"
    )
    info = tmp_path / "strange-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[datasette]\nstrange = strange\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        with serving(history) as served:
            assert served.get("/strange").status_code == 404
