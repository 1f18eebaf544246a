"""The tests of an answer's bytes, without a site."""

import pytest

from spiders.content_checks import fault_of_answer, fault_of_file, fault_of_page, is_challenge, looks_like_html, type_of
from spiders.middlewares import Pace, is_loopback
from spiders.settings import crawl_settings
from tests.spiders.crawling import DOCX, PDF
from tracker.core.errors import OptionError
from tracker.core.models import IncidentKind
from tracker.demo.faults import CHALLENGE_PAGE
from tracker.demo.markup import Article, article_html

SPEAKS_OF_IT = Article("/a", "知道创宇云防御通过评估", "2024-01-05 10:00", "浏览器安全检查等要求，现予公告。")


def test_challenge_page():
    assert is_challenge(CHALLENGE_PAGE)
    assert is_challenge(CHALLENGE_PAGE.decode().encode("gb18030"))
    assert is_challenge(b"\xef\xbb\xbf\n" + CHALLENGE_PAGE)


def test_an_announcement_may_speak_of_the_firewall():
    assert not is_challenge(article_html(SPEAKS_OF_IT))
    assert fault_of_page(article_html(SPEAKS_OF_IT)) is None
    assert not is_challenge('{"list": [{"topic": "知道创宇云防御"}]}'.encode())
    assert not is_challenge('<ul><li><h5>浏览器安全检查</h5><div class="times">2026-03-17</div></li></ul>'.encode())


@pytest.mark.parametrize("body", [b"", b" \r\n\t "])
def test_empty(body):
    assert fault_of_answer(body).kind is IncidentKind.EMPTY_ANSWER


@pytest.mark.parametrize(("body", "is_html"), [
    (b"<!DOCTYPE html><p>", True), (b"\xef\xbb\xbf \n<HTML lang=zh>", True), (b"<!-- x --><head>", True),
    (b"<script>location='/'</script>", True), (b'<?xml version="1.0"?><html>', True),
    (b'<?xml version="1.0"?><w:document>', False), (PDF, False), (DOCX, False), (b"words <html>", False),
])  # fmt: skip
def test_html(body, is_html):
    assert looks_like_html(body) is is_html


@pytest.mark.parametrize(("body", "media_type"), [
    (DOCX, "docx"), (PDF, "pdf"), (b"PK\x03\x04 xl/workbook.xml", "xlsx"), (b"PK\x03\x04other", "zip"),
    (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512), "ole2"), (b"{\\rtf1 a}", "rtf"), (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff\xe0", "jpeg"), (b"garbage", None), (b"", None),
])  # fmt: skip
def test_type(body, media_type):
    assert type_of(body) == media_type


@pytest.mark.parametrize("body", [DOCX, PDF])
def test_any_cut_is_seen(body):
    assert fault_of_file(body) is None
    for share in (0.1, 0.5, 0.9, 0.99):
        assert fault_of_file(body[: int(len(body) * share)]).kind is IncidentKind.TRUNCATED


def test_a_zip_with_a_comment_is_whole():
    assert fault_of_file(DOCX[:-2] + b"\x05\x00hello") is None


def test_a_page_that_stops_in_its_body():
    page = article_html(SPEAKS_OF_IT)
    middle = page.index(b"BodyLabel") + 30
    assert fault_of_page(page[:middle]).kind is IncidentKind.TRUNCATED
    assert fault_of_page(page.replace(b"</body></html>", b"")) is None, "no closing tags at all, but the body is closed"


@pytest.mark.parametrize(("host", "loopback"), [
    ("127.0.0.1", True), ("::1", True), ("localhost", True), ("a.localhost", True), ("www.cac.gov.cn", False),
    ("10.0.0.1", False), ("localhost.example.com", False),
])  # fmt: skip
def test_loopback(host, loopback):
    assert is_loopback(host) is loopback


def test_pace():
    pace = Pace(2.0)
    assert pace.wait_for("a", 100.0) == 0
    pace.last["a"] = 100.0
    assert pace.wait_for("a", 100.5) == 1.5
    assert pace.wait_for("a", 103.0) == 0
    assert pace.wait_for("b", 100.5) == 0


@pytest.mark.parametrize("wrong", [{"delay": -1}, {"retries": -1}, {"timeout": 0}, {"sink": None}])
def test_wrong_settings(wrong):
    with pytest.raises(OptionError):
        crawl_settings(**({"sink": print} | wrong))


def test_manners():
    settings = crawl_settings(sink=print, delay=3, user_agent="me (mail@example.com)")
    assert settings["ROBOTSTXT_OBEY"] is True
    assert settings["CONCURRENT_REQUESTS"] == settings["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert (settings["DOWNLOAD_DELAY"], settings["USER_AGENT"]) == (3, "me (mail@example.com)")
    assert 403 not in settings["RETRY_HTTP_CODES"]
    assert settings["COOKIES_ENABLED"] is False
    assert settings["DOWNLOAD_VERIFY_CERTIFICATES"] is True


@pytest.mark.parametrize("piece", [b"<!---->", b"<!-- x -->", b"<!--"])
def test_any_number_of_comments_is_looked_through(piece):
    """Each of them once: tried in every way in which they can be parted, a hundred would never end."""
    assert not looks_like_html(piece * 1000)
    assert looks_like_html(b"<!-- x -->\n" * 100 + b"<html>")


@pytest.mark.parametrize("piece", [b"<div ", b"<h1 ", b"<div id", b"id "])
def test_tags_without_an_end_are_looked_through(piece):
    """Each from its own beginning to the next one, and not to the end of the page."""
    body = "<html>浏览器安全检查".encode() + piece * 200_000
    assert is_challenge(body)
    assert fault_of_page(body).kind is IncidentKind.CHALLENGE
    assert fault_of_page(b"<html>" + piece * 200_000) is None
