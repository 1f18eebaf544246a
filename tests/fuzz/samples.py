"""Tables, pages, answers and settings in small, one of each form that is read."""

# ruff: noqa: E501 - a row, an answer or an address on one line

from __future__ import annotations

import io
import json

import openpyxl

_FILED = ("序号", "属地", "模型名称", "备案单位", "备案号", "备案时间", "备注")
_REGISTERED = ("序号", "属地", "应用/功能名称", "登记单位", "上线编号", "登记时间")
_ON_DEVICE = ("序号", "属地", "模型名称", "适用场景", "备案单位", "备案号", "备案时间")
_ALGORITHM = ("序号", "算法名称", "算法类别", "主体名称", "应用产品", "主要用途", "备案编号", "备注")
_SYNTHESIS = ("序号", "算法名称", "角色", "主体名称", "应用产品", "主要用途", "备案编号", "备注")
_CANCELLED = ("序号", "算法名称", "角色/类别", "主体名称", "备案编号", "注销时间")
NUMBER = "网信算备110108224236606220017号"

TABLES: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...] = (
    ("生成式人工智能服务已备案信息（2024年4月）", _FILED,
     (("1", "北京", "文心一言", "北京百度网讯科技有限公司", "Beijing-WenXinYiYan-20230821", "2023/8/31", ""),
      ("2", "广东", "甲模型", "甲公司", "Guangdong-Dr.GDCDC-20260706S0054", "2026/7/6（补登）", "主体名称由“乙公司”变更为“甲公司”"))),
    ("生成式人工智能服务已登记信息（2025年1月）", _REGISTERED,
     (("1", "上海市", "乙应用", "乙公司", "Shanghai-YiYingYong-202501010001", "2025年1月3日"),)),
    ("手机端侧生成式人工智能服务", _ON_DEVICE, (("1", "广东", "丙", "手机", "丙公司", "Guangdong-Bing-20260701", "2026年7月"),)),
    ("境内互联网信息服务算法备案清单（2026年5月）", _ALGORITHM,
     (("1", "推荐算法", "个性化推送类", "丁（北京）科技有限公司", "丁（APP）、戊（网站）", "推荐", "网信算备110108224236602220017号", "2025年3月，产品“己”下架"),
      ("2", "排序算法", "排序精选类", "庚公司", "庚", "排序", "网信算备440305295988703220055号", "已注销"))),
    ("境内深度合成服务算法备案清单（2024年8月）", _SYNTHESIS,
     (("1", "合成算法", "深度合成服务提供者", "辛公司", "辛（APP）", "合成", NUMBER, "无"),)),
    ("关于注销“仲帆PreWrite算法”等28个算法备案编号的公告", _CANCELLED,
     (("1", "仲帆PreWrite算法", "深度合成服务提供者", "仲帆公司", NUMBER, "2025年7月"),)),
)  # fmt: skip


def odd_workbook() -> bytes:
    """Numbers, dates, formulas, merged cells, a hidden sheet, a gap."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["附件：算法备案清单"])
    sheet.append(list(_ALGORITHM))
    sheet.append([1, "=A1&B1", 2.5, True, None, "2025-07-14", 110108224236606, 1e300])
    sheet.append([])
    sheet.append(["另一个表"])
    sheet.append(["a", "b"])
    sheet.merge_cells("A3:B4")
    sheet.merge_cells("C1:H1")
    book.create_sheet("隐藏").sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def pages_with_tables() -> tuple[bytes, ...]:
    """Lists as pages, in several charsets."""
    pages = []
    for title, headings, rows in TABLES:
        lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        head = "".join(f"<th rowspan=1 colspan='1'>{cell}</th>" for cell in headings)
        pages.append(f"<!DOCTYPE html><html><body><h1>{title}</h1><table><thead><tr>{head}</tr></thead>{lines}</table></body></html>")
    nested = "<table><caption>题</caption><tr><td rowspan=3>a<td colspan=2>b<table><tr><td>c</table><tr><td>d</tr></table><p>e<br>f"
    gb = "<html><head><meta charset=gbk></head><body>" + nested + "<script>x</script></body></html>"
    return (*(page.encode() for page in pages), nested.encode(), gb.encode("gb18030"), ("<div>" + nested).encode("utf-16"))


ANNOUNCEMENT = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title></head><body>
<div class="main-content"><h1 class="title">国家互联网信息办公室关于发布第七批深度合成服务算法备案信息的公告</h1>
<div class="info"><span id="pubtime">2026年03月17日 19:36</span><span id="source">来源：中国网信网</span></div>
<DIV id=BodyLabel><p>截至2025年12月31日，累计有748款生成式人工智能服务完成备案，435款应用或功能完成登记。<!-- x --></p><p>特此公告。</p>
<table><tr><td><a href="/cms/pub/interact/downloadfile.jsp?filepath=abc/DEF==&fText=%E9%99%84%E4%BB%B6">附件：清单（2024年8月）.docx</a></td></tr></table>
<a href="//www.cac.gov.cn/a/b/list.PDF?x=1"><img src="x.png"></a><a href="http://evil.example/list.docx">外</a></DIV></div></body></html>""".encode()

ADDRESSES = (
    "//www.cac.gov.cn/2024-04/02/c_1713729983803145.htm", "HTTP://cac.gov.cn:80/a?b#c", "../../2026/x.docx", "javascript:void(0)", "\x01//[::1/x",
    "https://beian.cac.gov.cn:443/api/file/fileDownLoad?noticeId=notice_5f1c", "http://www.cac.gov.cn:99999/", "http://①②③.gov/℀", "<b>备案&#20154;</b>",
)  # fmt: skip

COLUMN = """<html><body><ul><li><h5><a href="//www.cac.gov.cn/2026-03/17/c_1775.htm" title="关于算法备案的公告">关于…</a></h5>
<div class="times">2026-03-17</div></li><li><h5><a href="http://other.example/x.htm">登记公告</a></h5></li></ul></body></html>""".encode()

JSON_LIST = json.dumps({
    "totalRec": "1234", "list": [
        {"topic": "<font color='red'>深度合成服务算法备案</font>", "infourl": "//www.cac.gov.cn/2024-08/05/c_1724541639039621.htm", "pubtime": "2024-08-05 10:00:00"},
        {"topic": "登记", "infourl": "http://elsewhere.example/", "pubtime": None},
    ],
}, ensure_ascii=False).encode()  # fmt: skip

NOTICES = json.dumps({
    "errno": 0, "errmsg": "", "datas": [
        {"title": "关于注销算法备案的公告", "noticeId": "notice_5f1c", "content": "<p>注销</p>", "createTime": "2025-07-03"},
        {"title": "公告", "noticeId": "notice_2", "content": "http://www.cac.gov.cn/2024-08/05/c_1724541639039621.htm", "createTime": "2024-08-05"},
        {"title": "备案", "noticeId": "", "content": "", "createTime": ""},
    ],
}, ensure_ascii=False).encode()  # fmt: skip

REMARKS = (
    "已注销", "2025年3月，主体名称由“甲公司”变更为“乙公司”；新增产品丙（APP）",
    "原主体名称“甲公司”（已注销）变更为“乙公司”", "产品“甲（APP）”已下架（2024-08）",
    "算法名称由甲算法变更为乙算法，2024年8月5日；角色变更", "无", "2024年1月、2025年2月更名", "该算法于2025年7月注销。",
)  # fmt: skip
TOTALS = (
    "截至2025年12月31日，累计有748款生成式人工智能服务完成备案，435款生成式人工智能应用或功能在地方网信办完成登记。",
    "2026年1月至2月，新增48款生成式人工智能服务在国家网信办完成备案（其中2025年新增446款）。北京市共有51款。",
    "截至目前，共302款完成备案，其中2024年238款；新增登记68款。截至4月30日，105款",
    "《办法》“第1款”近490款服务完成备案！2025年第一季度，1,105款服务备案和登记",
)  # fmt: skip
TITLES = (
    "国家互联网信息办公室关于发布第七批深度合成服务算法备案信息的公告",
    "附件 18：境内互联网信息服务算法备案清单（2026年5月）.docx", "生成式人工智能服务已备案信息(2024年)",
    "关于注销“仲帆PreWrite算法”等28个算法备案编号的公告", "7款提供手机端侧生成式人工智能服务的大模型完成备案",
    "附件\n境内深度合成服务算法备案清单\n（2024年8月）",
)  # fmt: skip
CELLS = (
    "2026/2/24（补登）", "2025年7月3日", "2025-07", "甲（APP、\n网站）、乙\n丙", "Beijing-WenXinYiYan-20230821",
    "网信算备110108224236606220017号", "广西壮族自治区", "文心一言 4.0 İß",
)  # fmt: skip

SETTINGS = b"""data_dir = "data"
lang = "zh"
[site]
cac_url = "https://www.cac.gov.cn"
delay = 2.0
retries = 3
[poll]
shrink_share = 0.1
recheck_pages_days = 1
[schedule]
polls = ["0 8,20 * * *"]
[health]
max_age_hours = 26
[web]
listen = "127.0.0.1:8001"
base_url = ""
[log]
level = "info"
format = "json"
[notify.smtp]
host = "mail.example"
port = 465
[[subscriptions]]
name = "team"
channel = "email"
to = ["a@example.org"]
series = ["genai_service"]
[[subscriptions]]
name = "hook"
channel = "webhook"
url = "https://hooks.example/x"
secret = "env:X"
"""

QUERIES = (
    "GET|as_of=2024-12-31&lang=zh&q=%E6%96%87&kind=added&since=2024-01&entity=17&rows_of=genai_service:2024-04|lang=en; other=1|zh-CN,zh;q=0.9,en;q=0.8",
    "GET|series=genai_service&limit=100&cursor=WyJhIiwxXQ&filed_on=2023-08&entity_id=5&batch=2024-04&province=%25|lang=\"zh\"|en;q=1.000",
    "GET|a=1&a=2&known_on=0204&as_of=&lang=fr&number=%ff%fe&before=2024-04&after=2025|=;;,|*",
)  # fmt: skip

JOURNAL = (
    b'{"id": 1, "poll": 1, "event": "poll", "at": "2026-01-01T00:00:00Z"}\n{"id": 2, "poll": 1, "event": "walked", "channel": "A093702"}\n'
    b'{"id": 3, "poll": 1, "event": "finished", "at": "2026-01-01T00:01:00Z", "exit": 0, "settled": []}\n'
)  # fmt: skip
