"""Messages as they could go out: of every topic, in both languages, small, large and hostile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tracker.core.messages import Lang
from tracker.notify.message import BatchSummary, CheckResult, Growth, Message, Phase, Row, Topic, Total, Verdicts
from tracker.notify.subject import make_subject

SITE = "https://www.cac.gov.cn"
GENAI_PAGE = f"{SITE}/2024-04/02/c_1713729983803145.htm"
GENAI_TITLE = "国家互联网信息办公室关于发布生成式人工智能服务已备案信息的公告"
DEEP_PAGE = f"{SITE}/2025-07/14/c_1754207718303963.htm"
DEEP_TITLE = "国家互联网信息办公室关于发布第十二批深度合成服务算法备案信息的公告"
NOTICE_PAGE = "https://beian.cac.gov.cn/#/noticeDetail?id=8"
NOTICE_TITLE = "关于注销“仲帆PreWrite算法”等28个算法备案编号的公告"
ENTRY = 'tracker.toml, line 12: [[subscriptions]] name = "team"'
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

PROVINCES = {
    "北京市": 34, "上海市": 20, "广东省": 11, "浙江省": 8, "江苏省": 6, "四川省": 4, "安徽省": 3, "湖北省": 2,
    "重庆市": 2, "福建省": 2, "山东省": 1, "陕西省": 1, "内蒙古自治区": 1, "香港特别行政区": 1, "": 1,
}  # fmt: skip
_SERVICES = (
    ("文心一言", "北京百度网讯科技有限公司", "北京市", "Beijing-WenXinYiYan-20230821"),
    ("豆包", "北京抖音信息服务有限公司", "北京市", "Beijing-YunQue-20230821"),
    ("商量 SenseChat", "上海商汤智能科技有限公司", "上海市", "Shanghai-ShangLiang-20230821"),
    ("ABAB大模型", "上海稀宇科技有限公司", "上海市", "Shanghai-ABAB-20230821"),
    ("讯飞星火认知大模型", "科大讯飞股份有限公司", "安徽省", "Anhui-XunFeiXingHuo-20230901"),
    ("腾讯混元大模型", "深圳市腾讯计算机系统有限公司", "广东省", "Guangdong-TengXunHunYuan-20230901"),
    ("通义千问大模型", "阿里巴巴达摩院(杭州)科技有限公司", "浙江省", "Zhejiang-TongYiQianWen-20230901"),
    ("mt WorkGPT 企业知识服务助手", "成都数智联盟科技有限责任公司", "四川省", "Sichuan-MT-WorkGpt-20240424"),
)
_GROWTH = Growth(
    series="genai_service",
    batches=(
        ("2023-12", 22), ("2024-01", 18), ("2024-02", 25), ("2024-03", 36), ("2024-04", 15), ("2024-05", 22),
        ("2024-06", 41), ("2024-07", 60), ("2024-08", 97),
    ),
)  # fmt: skip


def change(kind: str = "added", *, number_of: int = 0, **values: Any) -> dict[str, Any]:
    """A row of the change log; `number_of` chooses another filing."""
    name, entity, province, number = _SERVICES[number_of % len(_SERVICES)]
    more = "" if number_of < len(_SERVICES) else f"S{number_of:04d}"
    return {
        "id": 1000 + number_of, "kind": kind, "series": "genai_service", "number": number + more, "name": name,
        "entity": entity, "batch": "2024-08", "published_on": "2024-08-06", "recorded_at": "2024-08-06T02:15:00Z",
        "number_now": number + more, "list": "genai_service", "fields": {}, "status_before": None, "status": "active",
        "baseline": False, "province": province, "filing_kind": "registered" if number_of % 4 == 3 else "filed",
        "source": {
            "announcement": GENAI_PAGE, "attachment": "附件7：生成式人工智能服务已备案信息（2024年8月）",
            "sha256": SHA256, "table": 1, "row": number_of + 2, "page": None,
        },
    } | values  # fmt: skip


def incident(kind: str, phase: Phase, **values: Any) -> dict[str, Any]:
    """An incident with what is to be said of it."""
    return {
        "id": 7, "kind": kind, "source": "genai_service", "address": GENAI_PAGE, "phase": phase.value,
        "detail": "status 200 with a check page of the firewall, 3 times", "first_seen": "2026-07-29T01:15:00Z",
        "last_seen": "2026-07-30T01:15:00Z", "ended_at": "2026-07-30T01:45:00Z" if phase is Phase.OVER else None,
    } | values  # fmt: skip


def batch(**values: Any) -> BatchSummary:
    """What the list of 2024-08 brought: additions of two kinds."""
    usual: dict[str, Any] = {
        "series": "genai_service", "period": "2024-08", "title": GENAI_TITLE, "announcement": GENAI_PAGE,
        "changes": {"added": 97}, "kinds": {"filed": 71, "registered": 26}, "provinces": PROVINCES,
    }  # fmt: skip
    return BatchSummary(**usual | values)


def message(
    lang: Lang,
    topic: Topic = "changes",
    *,
    batches: tuple[BatchSummary, ...] = (),
    incidents: tuple[Row, ...] = (),
    unclassified: tuple[Row, ...] = (),
    **values: Any,
) -> Message:
    """A message of its parts; its subject says what they say."""
    usual: dict[str, Any] = {
        "id": "01j1-team-000042", "subscription": "team", "created_at": "2024-08-06T02:16:00Z", "entry": ENTRY,
    }  # fmt: skip
    subject = make_subject(topic, batches, incidents, unclassified, lang)
    return Message(
        topic=topic, lang=lang, subject=subject, batches=batches, incidents=incidents, unclassified=unclassified,
        **usual | values,
    )  # fmt: skip


TOTALS = (
    Total(series="genai_service", kind="filed", count=1234, cancelled=3),
    Total(series="genai_service", kind="registered", count=567, cancelled=0),
)
VERDICTS = Verdicts(
    ok=12,
    off=(
        CheckResult(
            name="totals", series="genai_service", subject="748 filed until 2025-12-31", expected=748, found=740,
            detail="748 stated until 2025-12-31, and 27 lists hold 740.", address=GENAI_PAGE,
        ),
        CheckResult(
            name="sequence", series="genai_service", subject="2024-08", expected=None, found=None,
            detail="1 to 97: 2 are missing.", address=GENAI_PAGE,
        ),
    ),
    not_checkable=1,
)  # fmt: skip


def additions(lang: Lang, count: int = 97) -> Message:
    """A new list with additions of two kinds, and places."""
    return message(
        lang, batches=(batch(),), totals=TOTALS, verdicts=replace(VERDICTS, off=()), growth=(_GROWTH,),
        changes=tuple(change(number_of=n) for n in range(count)),
    )  # fmt: skip


def reissue(lang: Lang) -> Message:
    """A list that was issued again: before → after, a new number, a withdrawal and an addition."""
    purpose = "用于对话生成场景，根据用户输入的文本内容，应用深度合成技术，生成与其相应的答复文本，并以语音播报"
    renamed = {
        "entity": ["北京抖音信息服务有限公司", "北京春田知韵科技有限公司"],
        "remark": [None, "2026年7月主体变更"],
    }
    number = {"number": ["Anhui-XunFeiXingHuo-20230901", "Anhui-XunFeiXingHuo-20230901S0001"]}
    changes = (
        change(number_of=0),
        change("amended", number_of=1, status_before="active", fields=renamed, entity=renamed["entity"][1]),
        change("amended", number_of=6, fields={"purpose": [purpose, f"{purpose}，服务于企业客户"]}),
        change("renumbered", number_of=4, fields=number, number=number["number"][1]),
        change("withdrawn", number_of=2, status_before="active", status="withdrawn"),
    )
    counts = {"added": 1, "amended": 2, "renumbered": 1, "withdrawn": 1}
    brought = batch(changes=counts, kinds={"filed": 1}, provinces={"北京市": 1})
    return message(lang, batches=(brought,), totals=TOTALS, verdicts=VERDICTS, growth=(_GROWTH,), changes=changes)


def cancellation(lang: Lang) -> Message:
    """A notice that cancels filings of other series."""
    source = {
        "announcement": NOTICE_PAGE, "attachment": "注销清单.xlsx", "sha256": SHA256, "table": 1, "row": 2,
        "page": None,
    }  # fmt: skip
    rows = tuple(
        change(
            "cancelled", number_of=n, series=series, list="algorithm_cancellation", batch="2025-07-14", name=name,
            entity="武汉仲帆科技有限公司", province="湖北省", number=f"网信算备4201062442366062{n:05d}号",
            filing_kind=None,
            status_before="active", status="cancelled", fields={"cancelled_on": [None, "2025-07-14"]}, source=source,
        )
        for n, (series, name) in enumerate(
            (("deep_synthesis", "仲帆PreWrite算法"), ("algorithm_recommendation", "仲帆个性化推送算法"))
        )
    )  # fmt: skip
    brought = batch(
        series="algorithm_cancellation", period="2025-07-14", title=NOTICE_TITLE, announcement=NOTICE_PAGE,
        changes={"cancelled": 2}, kinds={}, provinces={},
    )  # fmt: skip
    totals = (Total(series="deep_synthesis", kind=None, count=5000, cancelled=28),)
    return message(lang, batches=(brought,), totals=totals, changes=rows)


def baseline(lang: Lang) -> Message:
    """The first poll: counts only."""
    lists = (
        batch(baseline=True),
        batch(baseline=True, period="2024-07", changes={"added": 60}, kinds={"filed": 60}, provinces={"北京市": 60}),
        batch(
            baseline=True, series="deep_synthesis", period="2025-07", title=DEEP_TITLE, announcement=DEEP_PAGE,
            changes={"added": 389}, kinds={"": 389}, provinces={"广东省": 200, "北京市": 189},
        ),
        batch(
            baseline=True, series="on_device", period="2026-07", changes={"added": 7}, kinds={"on_device": 7},
            provinces={"北京市": 7},
        ),
    )  # fmt: skip
    return message(lang, batches=lists, totals=TOTALS, growth=(_GROWTH,), verdicts=VERDICTS)


def large(lang: Lang, count: int = 3000) -> Message:
    """Three lists at once, one of them with thousands of changes."""
    deep = tuple(
        change(
            number_of=n, series="deep_synthesis", list="deep_synthesis", batch="2025-07", filing_kind=None,
            number=f"网信算备110108{n:015d}号", name=f"多轮对话文本生成合成算法-{n}",
        )
        for n in range(count)
    )  # fmt: skip
    few = tuple(change(number_of=n, batch="2024-07") for n in range(3))
    genai = tuple(change(number_of=n) for n in range(97))
    deep_batch = batch(
        series="deep_synthesis", period="2025-07", title=DEEP_TITLE, announcement=DEEP_PAGE, changes={"added": count},
        kinds={"": count}, provinces={"北京市": count},
    )  # fmt: skip
    few_batch = batch(period="2024-07", changes={"added": 3}, kinds={"filed": 3}, provinces={"北京市": 3})
    batches = (deep_batch, few_batch, batch())
    return message(lang, batches=batches, changes=deep + few + genai, totals=TOTALS, growth=(_GROWTH,))


def incidents(lang: Lang) -> Message:
    """Incidents of every phase, and an announcement that fits no series."""
    gone = f"{GENAI_PAGE}#附件7：生成式人工智能服务已备案信息（2024年8月）"
    rows = (
        incident("challenge", Phase.BEGAN),
        incident("list_gone", Phase.REMINDER, address=gone, detail="附件7, with 97 filings, is offered no more"),
        incident("unreachable", Phase.OVER, source="A093702", address=f"{SITE}/cms/JsonList", detail="no answer"),
    )
    return message(lang, "incidents", incidents=rows, unclassified=unclassified())


def incident_of(lang: Lang, phase: Phase) -> Message:
    """One incident."""
    return message(lang, "incidents", incidents=(incident("challenge", phase),))


def unclassified() -> tuple[Row, ...]:
    """An announcement that speaks of filings and fits no series."""
    title = "国家互联网信息办公室关于发布人脸识别技术应用备案信息的公告"
    return ({"title": title, "address": f"{SITE}/2026-08/01/c_1799999999999999.htm"},)


def test_message(lang: Lang) -> Message:
    """What `tracker notify test` sends."""
    return message(lang, "test")


HOSTILE = (
    "<script>alert(1)</script>",
    '"onmouseover="alert(1)" x="',
    "'><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "名称\r\nBcc: all@example.org\r\n\r\n<b>",
    "\u202egnp.exe\u2066\u200b\u0000\u001b[31m\u0085",
    "\ud800\ufffe\udfff",
    "长" * 10_000,
    "</title></style><style>*{display:none}</style>",
    '=HYPERLINK("http://evil.example","x")',
    "-- \n.\n",
)


def hostile(lang: Lang, text: str) -> Message:
    """A message in which every text of the site is `text`."""
    fields = {"entity": [text, f"{text}2"], "remark": [None, text], "purpose": [text, None]}
    source = {"announcement": text, "attachment": text, "sha256": SHA256, "table": 1, "row": 1, "page": 1}
    row = change(
        "amended", fields=fields, source=source, name=text, entity=text, province=text, number=text, batch=text,
        series=text, list=text, filing_kind=None,
    )  # fmt: skip
    brought = batch(
        series=text, period=text, title=text, announcement=text, changes={"added": 1, "amended": 1}, kinds={"": 1},
        provinces={text: 1},
    )  # fmt: skip
    off = CheckResult(name="rows", series=text, subject=text, expected=None, found=None, detail=text, address=text)
    return message(
        lang, batches=(brought,), changes=(row, change(name=text, entity=text)),
        totals=(Total(series=text, kind=None, count=1, cancelled=0),),
        verdicts=Verdicts(ok=0, off=(off,), not_checkable=0),
        growth=(Growth(series=text, batches=((text, 1),)), _GROWTH),
        incidents=(incident("challenge", Phase.BEGAN, source=text, address=text, detail=text, first_seen=text),),
        unclassified=({"title": text, "address": text},), subscription=text, entry=text, created_at=text,
    )  # fmt: skip


def every_message(lang: Lang) -> dict[str, Message]:
    """All samples but the hostile ones, by name."""
    return {
        "additions": additions(lang), "reissue": reissue(lang), "cancellation": cancellation(lang),
        "baseline": baseline(lang), "large": large(lang), "incidents": incidents(lang),
        "began": incident_of(lang, Phase.BEGAN), "reminder": incident_of(lang, Phase.REMINDER),
        "over": incident_of(lang, Phase.OVER), "test": test_message(lang),
    }  # fmt: skip
