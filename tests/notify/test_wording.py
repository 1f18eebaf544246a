"""What alerts say, in both languages, and that text of the site stays on its line."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notify import samples
from tracker.core.messages import Lang
from tracker.core.models import IncidentKind
from tracker.core.series import ALGORITHM, SERIES
from tracker.notify import wording
from tracker.notify.message import Phase, Total, Verdicts
from tracker.notify.subject import MOST, make_subject
from tracker.notify.words import PLACES, WORDS, one_line, period_text, place_text
from tracker.reading.normalise import PROVINCES

LANGS: tuple[Lang, ...] = ("zh", "en")


def one_line_of(text: str) -> bool:
    """True for text without line breaks, control characters, marks of direction or halves of characters."""
    unseen = {
        "\u200b",
        "\u200e",
        "\u200f",
        "\ufeff",
        *map(chr, range(0x202A, 0x202F)),
        *map(chr, range(0x2066, 0x206A)),
    }
    return not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or one in unseen for one in text)


# --- lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "period", "zh", "en"),
    [
        ("genai_service", "2024-08", "生成式AI备案 2024年8月", "Generative AI, August 2024"),
        ("algorithm_cancellation", "2025-07-14", "算法备案注销 2025年7月14日", "Cancelled filings, 14 July 2025"),
        ("deep_synthesis", None, "深度合成算法备案", "Deep synthesis"),
        ("on_device", "2026年", "端侧AI备案 2026年", "On-device AI, 2026年"),
        ("no_such_series", "2024-13", "no_such_series 2024-13", "no_such_series, 2024-13"),
    ],
)
def test_a_list_is_headed_by_its_series_and_period(series: str, period: str | None, zh: str, en: str) -> None:
    batch = samples.batch(series=series, period=period)
    assert (wording.batch_heading(batch, "zh"), wording.batch_heading(batch, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("values", "zh", "en"),
    [
        (
            {"changes": {"amended": 1, "renumbered": 1, "added": 97}},
            "新增 71 款备案、26 款登记；修改 1 条，改号 1 条",
            "71 filed and 26 registered services added; 1 amended, 1 renumbered",
        ),
        ({"changes": {"added": 1}, "kinds": {"filed": 1}}, "新增 1 款备案", "1 filed service added"),
        (
            {"series": "deep_synthesis", "changes": {"added": 1389}, "kinds": {"": 1389}},
            "新增 1,389 条",
            "1,389 filings added",
        ),
        ({"series": "deep_synthesis", "changes": {"added": 1}, "kinds": {"": 1}}, "新增 1 条", "1 filing added"),
        (
            {"changes": {"added": 3}, "kinds": {"filed": 1, "registered": 1, "on_device": 1}},
            "新增 1 款备案、1 款登记、1 款端侧备案",
            "1 filed, 1 registered and 1 on-device services added",
        ),
        ({"changes": {"cancelled": 28}, "kinds": {}}, "注销 28 条", "28 cancelled"),
        ({"changes": {"withdrawn": 1, "relisted": 2, "restored": 3}, "kinds": {}},
         "再次列出 2 条，撤下 1 条，恢复 3 条", "2 relisted, 1 withdrawn, 3 restored"),
        ({"baseline": True}, "收录 71 款备案、26 款登记", "71 filed and 26 registered services recorded"),
        ({"changes": {}, "kinds": {}}, "没有变更", "no changes"),
    ],
)  # fmt: skip
def test_the_counts_of_a_list_in_words(values: dict[str, object], zh: str, en: str) -> None:
    batch = samples.batch(**values)
    assert (wording.counts_text(batch, "zh"), wording.counts_text(batch, "en")) == (zh, en)


def test_additions_by_place() -> None:
    batch = samples.batch(provinces={"北京市": 34, "内蒙古自治区": 1200, "国资委": 2, "": 1})
    assert wording.provinces_text(batch, "zh") == "北京市 34 · 内蒙古自治区 1,200 · 国资委 2 · 属地未知 1"
    assert wording.provinces_text(batch, "en") == "Beijing 34 · Inner Mongolia 1,200 · 国资委 2 · unknown place 1"
    assert wording.provinces_text(replace(batch, provinces={}), "zh") == ""


def test_every_province_has_an_english_name() -> None:
    assert set(PLACES) == set(PROVINCES.values())
    assert all(place_text(name, "en").isascii() for name in PROVINCES.values())


def test_running_totals_stand_on_one_line() -> None:
    totals = (*samples.TOTALS, Total(series="deep_synthesis", kind=None, count=5000, cancelled=28))
    assert wording.totals_text(totals, "zh") == (
        "累计：生成式AI备案 1,234 款备案、567 款登记（其中已注销 3 条）；深度合成算法备案 5,000 条（其中已注销 28 条）"
    )
    assert wording.totals_text(totals, "en") == (
        "Running totals: Generative AI 1,234 filed and 567 registered services (3 of them cancelled); "
        "Deep synthesis 5,000 filings (28 of them cancelled)"
    )
    assert wording.totals_text((), "zh") == ""
    empty = (Total(series="on_device", kind=None, count=0, cancelled=0),)
    assert wording.totals_text(empty, "zh") == "累计：端侧AI备案 0"


def test_checks_are_counted_and_those_that_are_off_named() -> None:
    assert wording.verdict_lines(samples.VERDICTS, "zh") == [
        "核对：12 项相符，2 项不符，1 项无法核对",
        "不符：公布总数（生成式AI备案 748 filed until 2025-12-31）：应为 748，实为 740（-8）",
        "不符：序号（生成式AI备案 2024-08）：1 to 97: 2 are missing.",
    ]
    assert wording.verdict_lines(samples.VERDICTS, "en") == [
        "Checks: 12 ok, 2 off, 1 not checkable",
        "Off: totals (Generative AI 748 filed until 2025-12-31): expected 748, found 740 (-8)",
        "Off: sequence (Generative AI 2024-08): 1 to 97: 2 are missing.",
    ]
    assert wording.verdict_lines(None, "zh") == []
    assert wording.verdict_lines(Verdicts(ok=0, off=(), not_checkable=0), "zh") == []


# --- changes --------------------------------------------------------------------------------------


def test_a_change_says_which_filing() -> None:
    service = samples.change()
    assert wording.change_head(service, "zh") == (
        "新增备案 · 文心一言 · 北京百度网讯科技有限公司 · 北京市 · Beijing-WenXinYiYan-20230821"
    )
    assert wording.change_head(service, "en") == (
        "Added (filed) · 文心一言 · 北京百度网讯科技有限公司 · Beijing · Beijing-WenXinYiYan-20230821"
    )
    bare = samples.change("cancelled", name=None, entity=None, province=None, filing_kind=None)
    assert wording.change_head(bare, "zh") == "注销 · Beijing-WenXinYiYan-20230821"


def test_a_plain_addition_has_nothing_before_and_after() -> None:
    assert wording.change_fields(samples.change(), "zh") == []


def test_fields_are_told_with_before_and_after() -> None:
    fields = {"kind": ["registered", "filed"], "entity": ["旧", "新"], "remark": ["有", ""]}
    change = samples.change("amended", fields=fields, status_before="cancelled", status="active")
    assert wording.change_fields(change, "zh") == [
        "状态：已注销 → 有效", "类型：登记 → 备案", "主体：旧 → 新", "备注：有 → （无）",
    ]  # fmt: skip
    assert wording.change_fields(change, "en") == [
        "Status: cancelled → active", "Kind: registered → filed", "Entity: 旧 → 新", "Remark: 有 → (none)",
    ]  # fmt: skip


def test_a_value_that_reads_like_a_word_of_ours_stays_as_published() -> None:
    change = samples.change("amended", fields={"name": ["active", "filed"]})
    assert wording.change_fields(change, "zh") == ["名称：active → filed"]


# --- incidents ------------------------------------------------------------------------------------


def test_an_incident_says_what_where_since_when_and_what_to_do() -> None:
    assert wording.incident_lines(samples.incident("challenge", Phase.BEGAN), "zh") == [
        "[异常] 生成式AI备案：防火墙以安全检查页代替了内容",
        "status 200 with a check page of the firewall, 3 times",
        samples.GENAI_PAGE,
        "自 2026-07-29 09:15 起（北京时间）",
        "怎么办：稍后再试；降低频率或更换 site.user_agent、出口地址",
    ]
    assert wording.incident_lines(samples.incident("challenge", Phase.OVER, source="beian"), "en") == [
        "[Recovered] beian: the firewall returned a check page",
        "status 200 with a check page of the firewall, 3 times",
        samples.GENAI_PAGE,
        "From 2026-07-29 09:15 to 2026-07-30 09:45 Beijing time",
    ]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (f"{samples.GENAI_PAGE}#附件7：清单", ("附件7：清单", samples.GENAI_PAGE)),
        ("#genai_service rows 2024-08", ("genai_service rows 2024-08", "")),
        (samples.NOTICE_PAGE, ("", samples.NOTICE_PAGE)),
        ("", ("", "")),
    ],
)
def test_what_is_meant_at_an_address_is_told_apart_from_it(address: str, place: tuple[str, str]) -> None:
    assert wording.incident_place(samples.incident("list_gone", Phase.BEGAN, address=address)) == place


@pytest.mark.parametrize("kind", list(IncidentKind))
@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("lang", LANGS)
def test_every_incident_can_be_told(kind: IncidentKind, phase: Phase, lang: Lang) -> None:
    lines = wording.incident_lines(samples.incident(kind, phase, source="team"), lang)
    assert lines[0].startswith("[")
    assert "team" in lines[0]
    assert len(lines) == (4 if phase is Phase.OVER else 5)


# --- the rest -------------------------------------------------------------------------------------


def test_how_to_unsubscribe_names_the_entry() -> None:
    for lang in LANGS:
        text = wording.unsubscribe_text(samples.additions(lang))
        assert samples.ENTRY in text
        assert "team" in text


def test_an_announcement_of_several_lists_is_linked_once() -> None:
    assert wording.links(samples.baseline("zh")) == [
        (samples.GENAI_TITLE, samples.GENAI_PAGE), (samples.DEEP_TITLE, samples.DEEP_PAGE),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://www.cac.gov.cn/a.htm", "https://www.cac.gov.cn/a.htm"),
        ("http://127.0.0.1:80/a?b=%20&c=d#e", "http://127.0.0.1:80/a?b=%20&c=d#e"),
        ("https://www.cac.gov.cn/附件(1).docx", "https://www.cac.gov.cn/%E9%99%84%E4%BB%B6%281%29.docx"),
        ("https://host/\"><script>'|", "https://host/%22%3E%3Cscript%3E%27%7C"),
        ("javascript:alert(1)", ""), ("JaVaScRiPt://host/%0aalert(1)", ""), ("data:text/html,x", ""), ("//host/x", ""),
        ("https://", ""), ("https://user@host/", ""), ("https://[::1", ""), ("https://host/\u202egpj", ""),
        ("https://host/\nx", ""), ("/2024-04/02/a.htm", ""), ("", ""), (None, ""),
    ],
)  # fmt: skip
def test_only_addresses_of_the_web_become_links(address: str | None, link: str) -> None:
    assert wording.web_address(address) == link


def test_what_is_left_out_and_what_is_unclassified() -> None:
    assert wording.left_out_text(2950, "zh") == "另有 2,950 条未列出"
    assert wording.left_out_text(2950, "en") == "2,950 more not listed"
    row = {"title": "人脸识别备案公告", "address": "https://www.cac.gov.cn/x.htm"}
    assert wording.unclassified_text(row, "zh") == "未分类公告：人脸识别备案公告 https://www.cac.gov.cn/x.htm"
    assert wording.unclassified_text(row, "en").startswith("Unclassified announcement: 人脸识别备案公告 https://")


def test_words_exist_in_both_languages_with_the_same_values() -> None:
    for key, (zh, en) in WORDS.items():
        assert zh or key == "items"
        assert not any("\u4e00" <= one <= "\u9fff" for one in en) or key == "test_subject", key
    assert wording.test_text("zh") != wording.test_text("en")


def test_every_series_has_a_short_name_of_its_own() -> None:
    assert len({series.zh_short for series in SERIES}) == len({series.en_short for series in SERIES}) == len(SERIES)
    counted = {series.id for series in SERIES if series.unit == "款"}
    assert counted == {series.id for series in SERIES if ALGORITHM not in series.layouts}


def test_a_period_that_is_none_stands_as_it_is() -> None:
    assert [period_text(text, "en") for text in ("2024-08", "2024-8", "2024", "", None)] == [
        "August 2024", "2024-8", "2024", "", "",
    ]  # fmt: skip


# --- subjects -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("additions", "生成式AI备案 2024年8月：新增 71 款备案、26 款登记",
         "Generative AI, August 2024: 71 filed and 26 registered services added"),
        ("baseline", "已建立基线：3 个系列、4 份清单，553 条", "Baseline recorded: 3 series, 4 lists, 553 filings"),
        ("began", "[异常] 生成式AI备案：防火墙以安全检查页代替了内容",
         "[Incident] Generative AI: the firewall returned a check page"),
        ("reminder", "[仍未恢复] 生成式AI备案：防火墙以安全检查页代替了内容",
         "[Still open] Generative AI: the firewall returned a check page"),
        ("over", "[恢复] 生成式AI备案：防火墙以安全检查页代替了内容",
         "[Recovered] Generative AI: the firewall returned a check page"),
        ("incidents",
         "[异常] 1 项：生成式AI备案；[仍未恢复] 1 项：生成式AI备案；[恢复] 1 项：A093702；"
         "未分类公告：国家互联网信息办公室关于发布人脸识别技术应用备案信息的公告",
         "[Incident] 1; [Still open] 1; [Recovered] 1; 1 unclassified announcement"),
        ("large",
         "深度合成算法备案 2025年7月：新增 3,000 条；生成式AI备案 2024年7月：新增 3 款备案；"
         "生成式AI备案 2024年8月：新增 71 款备案、26 款登记",
         "Deep synthesis, July 2025: 3,000 filings added and 2 more lists"),
        ("test", "测试消息 / Test message", "测试消息 / Test message"),
    ],
)  # fmt: skip
def test_a_subject_says_it_all(name: str, zh: str, en: str) -> None:
    assert samples.every_message("zh")[name].subject == zh
    assert samples.every_message("en")[name].subject == en


def test_lists_that_do_not_fit_the_subject_are_counted() -> None:
    batches = tuple(samples.batch(period=f"2024-{month:02d}") for month in range(1, 13))
    assert make_subject("changes", batches, (), (), "zh") == (
        "生成式AI备案 2024年1月：新增 71 款备案、26 款登记；生成式AI备案 2024年2月：新增 71 款备案、26 款登记 等 12 批"
    )
    assert make_subject("changes", batches[:2], (), (), "en") == (
        "Generative AI, January 2024: 71 filed and 26 registered services added and 1 more list"
    )


def test_unclassified_announcements_are_named_or_counted() -> None:
    rows = samples.unclassified()
    assert make_subject("changes", (), (), rows, "zh") == f"未分类公告：{rows[0]['title']}"
    assert make_subject("changes", (), (), rows * 3, "zh") == "未分类公告 3 条"
    assert make_subject("changes", (), (), rows * 3, "en") == "3 unclassified announcements"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("text", samples.HOSTILE)
def test_no_text_breaks_out_of_its_line(lang: Lang, text: str) -> None:
    message = samples.hostile(lang, text)
    lines = [message.subject, wording.unsubscribe_text(message), wording.totals_text(message.totals, lang)]
    lines += wording.verdict_lines(message.verdicts, lang)
    for batch in message.batches:
        lines += [wording.batch_heading(batch, lang), wording.provinces_text(batch, lang)]
    for change in message.changes:
        lines += [wording.change_head(change, lang), *wording.change_fields(change, lang)]
    lines += wording.incident_lines(message.incidents[0], lang)
    lines += [wording.unclassified_text(message.unclassified[0], lang), *chain(*wording.links(message))]
    assert all(one_line_of(line) for line in lines)
    assert max(map(len, lines)) < 2000
    assert len(message.subject) <= MOST


@given(st.text())
def test_any_text_is_made_fit_for_one_line(text: str) -> None:
    line = one_line(text)
    assert one_line_of(line)
    assert one_line(line) == line
    assert line.encode().decode() == line


@given(st.text(alphabet=st.characters(categories=["L", "N"]), max_size=200))
def test_letters_and_digits_stay_as_they_are(text: str) -> None:
    assert one_line(text) == text


@given(st.lists(st.integers(0, 2000), max_size=20), st.text(max_size=30), st.sampled_from(LANGS))
def test_a_subject_is_never_longer_than_it_may_be(counts: list[int], series: str, lang: Lang) -> None:
    batches = [samples.batch(series=series, changes={"added": n, "amended": n}, kinds={"filed": n}) for n in counts]
    subject = make_subject("changes", batches, (), (), lang)
    assert 0 < len(subject) <= MOST
    assert one_line_of(subject)
