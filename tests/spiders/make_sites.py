"""Writes the inputs of tests/sites: made pages and listings, each with one thing that the real sites are known to do.

Run it as `python -m tests.spiders.make_sites`; the expected results stand beside the inputs and are made by
`pytest tests/spiders --rewrite-expected`, then read by a person.
"""

import json
from pathlib import Path

from tracker.demo.faults import CHALLENGE_PAGE, FaultName
from tracker.demo.markup import Article, Entry, File, Notice, article_html, column_html, json_list, notice_list

SITES = Path(__file__).parent.parent / "sites"
GENAI = Article(
    "/2024-04/02/c_1713729983803145.htm",
    "国家互联网信息办公室关于发布生成式人工智能服务已备案信息的公告",
    "2024-04-02 10:00",
    "根据《生成式人工智能服务管理暂行办法》，现将已备案信息予以公告。\n"
    "截至2025年12月31日，累计有748款生成式人工智能服务完成备案。",
    [
        File("附件1：生成式人工智能服务已备案信息（2024年4月）", "~kpe3/Zx+5727/0001~Qw==", b""),
        File("附件2：生成式人工智能服务已备案信息（2024年8月）", "~kpf1/aB=c+/0002~Qw==", b""),
        File("附件3：生成式人工智能服务已备案 & 登记信息（2025年3月）", "kp~/0003", b""),
    ],
)
FIREWALL = Article("/a", "关于知道创宇云防御等产品的公告", "2024-01-05 10:00", "浏览器安全检查。", GENAI.files[:1])
BATCH = "国家互联网信息办公室关于发布第七批深度合成服务算法备案信息的公告"
HEAD = (
    f'<html><body><div class="main-content wide"><h1 class="big title">{BATCH}</h1>'
    "<span id=pubtime>2024年8月5日</span>"
)


def page(inside: str) -> bytes:
    return f"{HEAD}<div id='BodyLabel'>{inside}</div></div></body></html>".encode()


def pages() -> dict[str, bytes]:
    """Case → page."""
    genai = article_html(GENAI).decode()
    return {
        "rolling_page": article_html(GENAI),
        "gb18030_declared": article_html(GENAI, {FaultName.GB18030}),
        "gb18030_undeclared": genai.replace("<meta charset=utf-8>", "").encode("gb18030"),
        "gb18030_declared_as_utf8": genai.encode("gb18030"),
        "utf8_declared_as_latin1": article_html(GENAI, {FaultName.WRONG_CHARSET}),
        "utf8_declared_as_gbk": genai.replace("charset=utf-8", "charset=gbk").encode(),
        "utf8_with_a_broken_character": genai.encode().replace("管理暂行".encode(), "管理".encode() + b"\xe6\x9a", 1),
        "utf8_with_bom": b"\xef\xbb\xbf" + genai.encode(),
        "no_title": article_html(GENAI, {FaultName.NO_TITLE}),
        "no_body": article_html(GENAI, {FaultName.NO_BODY}),
        "empty_body": page("<p> \n&nbsp;</p>"),
        "challenge": CHALLENGE_PAGE,
        "speaks_of_the_firewall": article_html(FIREWALL),
        "absolute_links": page(
            "<p>公告</p>"
            "<a href='http://www.cac.gov.cn/cms/pub/interact/downloadfile.jsp?filepath=a~b/c=&amp;fText=x'>甲</a>"
            "<a href=//www.cac.gov.cn/rootimages/list.docx>乙</a><a href=https://cac.gov.cn/a/LIST.PDF>丙</a>"
        ),
        "foreign_links": page(
            "<p>公告</p>"
            "<a href='/cms/pub/interact/downloadfile.jsp?filepath=own&fText=x'>附件：境内深度合成服务算法备案清单</a>"
            "<a href='https://example.com/list.docx'>附件2</a><a href='//www.cac.gov.cn.example.com/b.pdf'>附件3</a>"
            "<a href='https://example.com/news.htm'>新闻</a>"
        ),
        "relative_links": page("<p>公告</p><a href='./files/清单 一.xlsx'>附件1</a><a href='../b.zip'>附件2</a>"),
        "label_in_pieces": page(
            "<p>公告</p><p><a href='/downloadfile.jsp?filepath=one&amp;fText=x'><b>附件</b></a>\n"
            "<a href='/downloadfile.jsp?filepath=one&amp;fText=x'>1：境内<!-- x --><span>深度\n合成</span>清单</a></p>"
            "<a href='/downloadfile.jsp?filepath=two&amp;fText=%e9%99%84%e4%bb%b62'><img src=doc.gif></a>"
            "<a href='/a/%E9%99%84%E4%BB%B63.pdf'></a><script>var a = '<a href=/no.pdf>';</script><style>p {}</style>"
        ),
        "links_beside_the_body": (
            f"{HEAD}<DIV id=BodyLabel><p>公告</p></DIV><ul><li><a href=/downloadfile.jsp?filepath=x>附件</a></li></ul>"
            "</div><div class=footer><a href=/about.pdf>关于</a></div></body></html>"
        ).encode(),
    }


def listings() -> dict[str, bytes]:
    """Case/file → listing."""
    entries = [
        Entry(BATCH, "/2024-08/05/c_1724541639039621.htm", "2024-08-05 10:00", "A093702"),
        Entry("关于“A”&“B”的<通知>", "/2024-08/04/c_1.htm", "2024-08-04 09:30", "A093702"),
    ]
    rows = [
        {"topic": "&lt;b&gt;区块链&lt;/b&gt;信息服务备案<br/>", "infourl": "http://www.cac.gov.cn/2024-08/03/c_2.htm"},
        {"topic": "某省备案公告", "infourl": "https://example.com/a.htm", "pubtime": "2024-08-02 10:00:00"},
        {"topic": "与此无关的新闻", "infourl": "https://example.com/b.htm"},
        {"topic": "没有地址的登记公告", "infourl": None},
        {"infourl": "/2024-08/01/c_3.htm"},
    ]
    address = "http://www.cac.gov.cn/2024-08/05/c_1724541639039621.htm"
    notices = [
        Notice("notice_1", "关于注销“仲帆PreWrite算法”等28个算法备案编号的公告", "2025-07-14 10:00", "/notice/1.pdf"),
        Notice("notice_2", BATCH, "2024-08-05 10:00", address, type=3),
        Notice("notice_3", "算法备案系统使用说明", "2022-03-01 09:00", "<p>见附件</p>"),
        Notice("notice_4", "外地备案公告", "2022-03-01 09:00", "https://example.com/x.htm", type=3),
    ]
    return {
        "json_list/list.json": json_list(entries, per_page=20, number=1),
        "json_list_odd_rows/list.json": json.dumps({"list": rows, "totalRec": "812"}, ensure_ascii=False).encode(),
        "json_list_in_html/list.json": CHALLENGE_PAGE,
        "column/column.html": column_html(entries),
        "column_empty/column.html": column_html([]),
        "notices/notices.json": notice_list(notices),
        "notices_login/notices.json": '{"errno":440,"errmsg":"检测到未登录状态，请先登录"}'.encode(),
    }


def main() -> None:
    made = {f"{case}/page.html": content for case, content in pages().items()} | listings()
    for name, content in made.items():
        path = SITES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
