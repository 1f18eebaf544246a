"""Pages and listings as files: each case of tests/sites has its inputs, and beside each what is to be found in it."""

import dataclasses
import json
from pathlib import Path

import pytest

from spiders.listings import parse_column, parse_json_list, parse_links, parse_notices
from spiders.pages import clean_title, decode, parse_page, split_links
from tracker.core.errors import LayoutChanged, SiteError

SITES = Path(__file__).parent.parent / "sites"
BASES = {"cac": "https://www.cac.gov.cn", "beian": "https://beian.cac.gov.cn"}
URL = "https://www.cac.gov.cn/2024-08/05/c_1724541639039621.htm"
EXPECTED = ".expected.json"
INPUTS = ("page.html", "column.html", "list.json", "notices.json")


def cases() -> list[Path]:
    return sorted(path for name in INPUTS for path in SITES.glob(f"*/{name}"))


def read(path: Path) -> dict:
    """What our parsers find in an input, as plain values."""
    url = "https://www.cac.gov.cn/2024-08/05/c_1724541639039621.htm"
    try:
        if path.name == "page.html":
            page = parse_page(path.read_bytes(), url, "text/html; charset=iso-8859-1")
            plain = dataclasses.asdict(page)
            plain["outside"] = [link.href for link in split_links(page, BASES)[1]]
            del plain["html"]
            return plain
        text = path.read_text(encoding="utf-8")
        if path.name == "column.html":
            return dataclasses.asdict(parse_column(text, BASES, "A093702", url))
        if path.name == "list.json":
            return dataclasses.asdict(parse_json_list(text, BASES, "A093702", "https://www.cac.gov.cn/cms/JsonList"))
        return dataclasses.asdict(parse_notices(text, BASES, "beian", "https://beian.cac.gov.cn/api/notice/list"))
    except SiteError as error:
        return {"error": type(error).__name__, "message": error.message}


@pytest.mark.parametrize("path", cases(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case(path, request):
    found = json.loads(json.dumps(read(path)))
    expected = path.parent / (path.name.rpartition(".")[0] + EXPECTED)
    if request.config.getoption("--rewrite-expected", default=False) or not expected.exists():
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"{expected} was written: read it before it counts")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


def test_no_orphans():
    inputs = {path.parent / path.name.rpartition(".")[0] for path in cases()}
    outputs = {path.parent / path.name.removesuffix(EXPECTED) for path in SITES.glob(f"*/*{EXPECTED}")}
    ours = {stem for stem in outputs if stem.name in {name.rpartition(".")[0] for name in INPUTS}}
    assert inputs == ours
    assert len(inputs) > 10


@pytest.mark.parametrize("body", [b"", b"   ", b"\x00\x00", b"<!-- nothing -->", b"plain words", b"<html></html>"])
def test_what_is_no_page(body):
    with pytest.raises(LayoutChanged) as caught:
        parse_page(body, "https://www.cac.gov.cn/x.htm")
    assert caught.value.where["address"] == "https://www.cac.gov.cn/x.htm"


NO_LISTINGS = ["", "[]", "null", "{", "{}", '{"list": []}', '{"list": {}}', '{"list": [1, null, {}]}']


@pytest.mark.parametrize("text", NO_LISTINGS)
def test_what_is_no_listing(text):
    with pytest.raises(LayoutChanged):
        parse_json_list(text, BASES, "A093702", "https://www.cac.gov.cn/cms/JsonList")


@pytest.mark.parametrize("text", ["", '{"errno": 0}', '{"errno": 0, "datas": []}', '{"errno": 0, "datas": [{}]}'])
def test_what_is_no_notice_list(text):
    with pytest.raises(LayoutChanged):
        parse_notices(text, BASES, "beian", "https://beian.cac.gov.cn/api/notice/list")


def test_error_number_of_the_notice_list():
    said = '{"errno":440,"errmsg":"检测到未登录状态，请先登录"}'
    with pytest.raises(SiteError, match="440 检测到未登录状态") as caught:
        parse_notices(said, BASES, "beian", "https://beian.cac.gov.cn/api/notice/list")
    assert not isinstance(caught.value, LayoutChanged)


def page(body: str) -> bytes:
    return f'<h1 class="title">公告</h1><div class="main-content">{body}</div>'.encode()


def test_a_body_within_a_body_counts_once():
    found = parse_page(page("<div id=BodyLabel>甲<div id=BodyLabel>乙</div></div><div id=BodyLabel>丙</div>"), URL)
    assert found.text == "甲\n乙\n丙"


def test_many_bodies_and_many_links_are_looked_at_once():
    links = "".join(f"<a href='/{number}.docx'>{number}</a>" for number in range(2000))
    found = parse_page(page("<p id=BodyLabel>x</p>" * 2000 + links), URL)
    assert [link.label for link in found.links] == [str(number) for number in range(2000)]
    inside, outside = split_links(found, BASES)
    assert (len(inside), outside) == (2000, ())


def test_a_character_of_an_absurd_number_is_none():
    assert clean_title("甲&#" + "9" * 5000 + ";乙&#20154;") == "甲\ufffd乙人"


@pytest.mark.parametrize("hint", ["charset=" + " " * 50_000, "charset=\"' gbk"])
def test_a_charset_of_blanks_is_none(hint):
    assert decode("中文".encode("gbk"), hint) == "中文"


def test_an_address_of_digits_is_no_article():
    listing = f"<a href='/{'1' * 50_000}'>备案</a><a href='/2026/t1.html'>登记</a>"
    assert [entry.title for entry in parse_links(listing, BASES, "x", URL).entries] == ["登记"]
