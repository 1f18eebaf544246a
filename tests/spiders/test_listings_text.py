"""Halves of characters in listings and pages: nothing could store or send them."""

import dataclasses
import json

import pytest

from spiders.addresses import sendable
from spiders.listings import parse_column, parse_json_list, parse_notices
from spiders.pages import parse_page
from tracker.core.errors import SiteError

BASES = {"cac": "https://www.cac.gov.cn", "beian": "https://beian.cac.gov.cn"}
CAC = "https://www.cac.gov.cn/cms/JsonList"
BEIAN = "https://beian.cac.gov.cn/api/notice/list"


def stored(value: object) -> str:
    """A value as it would be stored; fails where that cannot be."""
    text = json.dumps(value, ensure_ascii=False, default=lambda one: dataclasses.asdict(one))
    text.encode()
    return text


def test_json_list():
    text = r"""{"totalRec": 2, "list": [
        {"topic": "\u5907\u6848\ud83d公告", "infourl": "/a\ud83d.htm", "pubtime": "2026-03-17\ud83d"},
        {"topic": "备案\udfb7", "infourl": "//x\ud83d.cn/", "pubtime": ""}
    ]}"""
    found = parse_json_list(text, BASES, "A093702", CAC)
    stored(found)
    entry = found.entries[0]
    assert (entry.title, entry.published_at) == ("备案\ufffd公告", "2026-03-17")
    assert sendable(entry.url) == "https://www.cac.gov.cn/a%EF%BF%BD.htm"
    assert found.outside == ("备案\ufffd (//x\ufffd.cn/)",)


def test_whole_characters_stay():
    text = r'{"list": [{"topic": "\ud842\udfb7备案", "infourl": "/a.htm"}]}'
    assert parse_json_list(text, BASES, "A093702", CAC).entries[0].title == "𠮷备案"


@pytest.mark.parametrize(("total", "read"), [
    ("37", 37), ('"37"', 37), ("-1", 0), ('"１２"', 12), ("null", 0), ("[]", 0), ("9999999", 9_999_999),
    ("10000000", 0), (f'"{"9" * 5000}"', 0), ("1e400", 0),
])  # fmt: skip
def test_total_of_a_listing(total, read):
    text = f'{{"totalRec": {total}, "list": [{{"topic": "备案", "infourl": "/a.htm"}}]}}'
    assert parse_json_list(text, BASES, "A093702", CAC).total == read


def test_notices():
    text = r"""{"errno": 0, "datas": [
        {"title": "关于注销\ud83d算法备案的公告", "noticeId": "n\ud83d", "content": "见附件\ud83d",
         "createTime": "2026-03-17"},
        {"title": "备案公告", "noticeId": "m", "content": "/a\ud83d.htm", "createTime": "2026-03-17"}
    ]}"""
    found = parse_notices(text, BASES, "beian", BEIAN)
    stored(found)
    first, second = found.entries
    assert (first.title, first.url) == ("关于注销\ufffd算法备案的公告", f"{BEIAN}#n\ufffd")
    assert first.attachments[0].href.endswith("?noticeId=n%EF%BF%BD")
    assert sendable(second.url).endswith("/a%EF%BF%BD.htm")


def test_error_of_the_notice_list():
    with pytest.raises(SiteError) as raised:
        parse_notices(r'{"errno": 5, "errmsg": "\ud83d"}', BASES, "beian", BEIAN)
    stored(raised.value.message)


@pytest.mark.parametrize("half", ["\ud83d", "&#xd83d;", "&amp;#xd83d;", "&#55357;"])
def test_column(half):
    link = f'<a href="/a{half}.htm" title="备案{half}公告">x</a>'
    page = f'<ul><li><h5>{link}</h5><div class="times">2026-03-17</div></li></ul>'
    found = parse_column(page, BASES, "A093702", "https://www.cac.gov.cn/a")
    stored(found)
    assert found.entries[0].title == "备案\ufffd公告"
    sendable(found.entries[0].url)


@pytest.mark.parametrize("half", ["&#xd83d;", "&#55357;", "\ud83d"])
def test_page(half):
    markup = f"""<html><meta charset="utf-8"><div class="main-content"><h1 class="title">备案{half}公告</h1>
        <span id="pubtime">2026-03-17{half}</span><span id="source">来源：中国{half}网信网</span><div id="BodyLabel">
        <p>截至{half}目前，有<a href="/a{half}/list.docx">附件{half}</a>
        和<a href="/b{half}.pdf?fText=%ED%A0%BD"></a></p>
        </div></div></html>"""
    page = parse_page(markup.encode("utf-8", "surrogatepass"), "https://www.cac.gov.cn/a")
    stored(dataclasses.replace(page, html=None))
    assert [link.href[:2] for link in page.links] == ["/a", "/b"]
    assert all(sendable(link.href).isascii() for link in page.links)
    assert "\ufffd" in page.title
    assert "\ufffd" in page.text
