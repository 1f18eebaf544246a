"""A message in the marks of each chat service: harmless, whole, within the limit, and never without its last line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.notify import samples
from tests.notify.chat_services import TelegramHtml
from tracker.core.messages import Lang
from tracker.core.models import ChangeKind, IncidentKind
from tracker.notify import wording
from tracker.notify.channels import dingtalk, feishu, slack, telegram, wecom
from tracker.notify.forms.chat import Chat, Flavour, render
from tracker.notify.message import Message, Phase

FLAVOURS = {
    "feishu": feishu.FLAVOUR,
    "dingtalk": dingtalk.FLAVOUR,
    "wecom": wecom.FLAVOUR,
    "slack": slack.FLAVOUR,
    "telegram": telegram.FLAVOUR,
}
every_flavour = pytest.mark.parametrize("name", FLAVOURS)
EVIL = (
    "<b>x</b>", "[x](http://evil.example)", "![x](http://evil.example/x.png)", "@all", "*_~`", "**x**", "__x__",
    "<at id=all></at>", "<!channel>", "<@U123>", "<http://evil.example|cac.gov.cn>", "&lt;b&gt;x", "&#60;at id=all>",
    "x](http://evil.example) [y", "\\*x\\*", "`x`", "```x", "~~x~~", "# x", "> x", "<font color=\"warning\">x</font>",
    "http://evil.example", "x\n# y\n- z\n\n    w", "name\\", "](", "<a href='http://evil.example'>x</a>",
)  # fmt: skip


@dataclass
class Seen:
    """What a reader sees of a text in marks: plain text, the addresses of links, the bold parts, other marks."""

    text: str
    links: list[str]
    bold: list[str]
    others: list[str]


def read(name: str, marked: str) -> Seen:
    """The text as the service's clients show it, as far as its document says."""
    return {"slack": _read_slack, "telegram": _read_telegram}.get(name, _read_markdown)(marked)


def _read_markdown(marked: str) -> Seen:
    # Feishu, DingTalk and WeCom know parts of CommonMark: what is no mark to all of it is none to them.
    seen = Seen("", [], [], [])
    opened: list[int] = []
    for block in MarkdownIt("commonmark").enable("strikethrough").parse(marked):
        if block.type not in ("paragraph_open", "paragraph_close", "inline"):
            seen.others.append(block.type)
        for token in block.children or ():
            match token.type:
                case "text" | "text_special":
                    seen.text += token.content
                case "softbreak" | "hardbreak":
                    seen.text += "\n"
                case "link_open":
                    seen.links.append(str(token.attrs["href"]))
                case "strong_open":
                    opened.append(len(seen.text))
                case "strong_close":
                    seen.bold.append(seen.text[opened.pop() :])
                case "code_inline":
                    seen.text += token.content
                case "link_close":
                    pass
                case other:
                    seen.others.append(other)
        seen.text += "\n" if block.type == "paragraph_close" else ""
    # Clients make links of addresses in plain text as well.
    seen.others += re.findall(r"\w+://", re.sub(r"\]\(\S+\)", "", marked))
    return seen


def _read_slack(marked: str) -> Seen:
    seen = Seen("", [], [], [])
    # <address|text> is a link, any other <…> a mention or a command.
    for found in re.finditer(r"<([^>]*)>", marked):
        address, _, _ = found[1].partition("|")
        (seen.links if address.startswith("http") else seen.others).append(address.replace("&amp;", "&"))
    text = re.sub(r"<[^>|]*\|([^>]*)>", r"\1", marked)
    seen.bold = [_unescape(bold) for bold in re.findall(r"(?<!\w)\*([^*\n]+)\*(?!\w)", text)]
    seen.others += re.findall(r"(?<!\w)_[^_\n]+_(?!\w)|~[^~\n]+~|^&gt;|:[\w+-]+:|(?<!\w)@\w+", text, flags=re.M)
    seen.text = _unescape(re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)|`([^`\n]+)`", r"\1\2", text))
    return seen


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _read_telegram(marked: str) -> Seen:
    page = TelegramHtml(marked)
    # Telegram makes mentions and links of plain text by itself.
    others = [page.error] if page.error else []
    others += re.findall(r"(?<!\w)@\w+|https?://\S+", page.text)
    return Seen(page.text, [address for _, address in page.links], page.bold, others)


def whole(chat: Chat, flavour: Flavour) -> str:
    """The text with its title, as a service that has no field for it gets it."""
    return flavour.newline.join((flavour.bold(flavour.escape(chat.title)), "", *chat.lines))


def folded(text: str) -> str:
    """Text without what a service's escape may have changed: full-width letters are as good as narrow ones."""
    narrow = {0xFF01 + n: 0x21 + n for n in range(94)}
    return re.sub(r"\s+", "", text.translate(narrow))


# --- what is said ----------------------------------------------------------------------------------


@every_flavour
@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ("新增 71 款备案、26 款登记", "新增属地：北京市 34", "累计：", "核对：12 项相符", "变更明细", "退订：")),
        ("en", ("71 filed and 26 registered", "Additions by place: Beijing 34", "Running totals:", "Checks: 12 ok",
                "Changes", "To unsubscribe,")),
    ],
)  # fmt: skip
def test_a_batch_is_told_in_order(name: str, lang: Lang, said: tuple[str, ...]) -> None:
    message = samples.additions(lang)
    chat = render(message, FLAVOURS[name])
    seen = read(name, whole(chat, FLAVOURS[name]))
    assert chat.title == message.subject
    assert seen.bold[0] == message.subject
    places = [folded(seen.text).find(folded(text)) for text in said]
    assert places == sorted(places)
    assert -1 not in places
    assert seen.links == [samples.GENAI_PAGE]
    assert folded(samples.GENAI_TITLE) in folded(seen.text)
    assert folded(seen.text).endswith(folded(wording.unsubscribe_text(message)))


@every_flavour
def test_before_and_after_are_told(name: str) -> None:
    message = samples.reissue("zh")
    text = folded(read(name, whole(render(message, FLAVOURS[name]), FLAVOURS[name])).text)
    for change in message.changes:
        assert folded(wording.change_head(change, "zh")) in text
        for field in wording.change_fields(change, "zh"):
            assert folded(field) in text
    assert folded("北京抖音信息服务有限公司 → 北京春田知韵科技有限公司") in text


@every_flavour
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_incidents_and_unclassified_announcements_are_told_with_their_links(name: str, lang: Lang) -> None:
    message = samples.incidents(lang)
    seen = read(name, whole(render(message, FLAVOURS[name]), FLAVOURS[name]))
    for incident in message.incidents:
        head, *rest = wording.incident_lines(incident, lang)
        assert folded(head) in map(folded, seen.bold)
        for text in rest:
            assert folded(text.removeprefix("https://")) in folded(seen.text)
    addresses = [row["address"] for row in (*message.incidents, *message.unclassified)]
    assert [address.split("#")[0] for address in addresses] == [address.split("#")[0] for address in seen.links]


@every_flavour
def test_a_baseline_and_a_test_say_what_they_are(name: str) -> None:
    for message, said in (
        (samples.baseline("zh"), "首次收录的已有清单只报数量"),
        (samples.test_message("en"), wording.test_text("en")),
    ):
        seen = read(name, whole(render(message, FLAVOURS[name]), FLAVOURS[name]))
        assert folded(said) in folded(seen.text)
        assert "另有" not in seen.text


# --- what is not --------------------------------------------------------------------------------


@every_flavour
@pytest.mark.parametrize("text", EVIL)
def test_text_of_the_site_is_no_markup(name: str, text: str) -> None:
    message = samples.hostile("zh", text)
    flavour = FLAVOURS[name]
    seen = read(name, whole(render(message, flavour), flavour))
    ours = [message.subject, *(wording.incident_lines(incident, "zh")[0] for incident in message.incidents)]
    ours += [wording.batch_heading(batch, "zh") for batch in message.batches] + ["变更明细"]
    assert seen.others == []
    assert {folded(bold) for bold in seen.bold} <= {folded(bold) for bold in ours}
    assert set(seen.links) <= ({text} if wording.web_address(text) else set())
    assert folded(wording.change_head(message.changes[0], "zh")) in folded(seen.text)


def test_feishu_and_telegram_show_marks_as_they_are() -> None:
    for name in ("feishu", "telegram"):
        flavour = FLAVOURS[name]
        seen = read(name, flavour.escape("<b>x</b> [x](y) *_~` a_b"))
        assert seen.text.strip() == "<b>x</b> [x](y) *_~` a_b"


@every_flavour
def test_a_number_stays_as_it_is(name: str) -> None:
    number = "Guangdong-Dr.GDCDC_x2-20260706S0054"
    assert read(name, FLAVOURS[name].escape(number)).text.strip() == number


@every_flavour
@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://www.cac.gov.cn/a_b.htm?x=1&lt=2", "https://www.cac.gov.cn/a_b.htm?x=1&lt=2"),
        ("https://www.cac.gov.cn/a)(b|c>d\"e'f*g", "https://www.cac.gov.cn/a%29%28b%7Cc%3Ed%22e%27f%2Ag"),
        ("https://www.cac.gov.cn/公告", "https://www.cac.gov.cn/%E5%85%AC%E5%91%8A"),
        ("javascript:alert(1)", None),
        ("ftp://www.cac.gov.cn/", None),
        ("https://www.cac.gov.cn/" + "x" * 30_000, None),
    ],
)
def test_only_web_addresses_become_links(name: str, address: str, linked: str | None) -> None:
    message = samples.message("zh", batches=(samples.batch(announcement=address),))
    seen = read(name, whole(render(message, FLAVOURS[name]), FLAVOURS[name]))
    assert seen.others == []
    assert seen.links == ([linked] if linked else [])
    assert (samples.GENAI_TITLE in seen.text) == address.startswith("http")


# --- limits -------------------------------------------------------------------------------------


def shown_changes(name: str, message: Message) -> tuple[int, int]:
    """How many changes are told one by one, and how many are said to be left out."""
    flavour = FLAVOURS[name]
    text = read(name, whole(render(message, flavour), flavour)).text
    seen = folded(text)
    shown = sum(folded(wording.change_head(change, message.lang)) in seen for change in message.changes)
    left = re.search(r"([\d,]+) more not listed|另有 ([\d,]+) 条未列出", text)
    return shown, int((left[1] or left[2]).replace(",", "")) if left else 0


@every_flavour
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_three_thousand_changes_are_cut_and_counted(name: str, lang: Lang) -> None:
    changes = tuple(
        samples.change("amended", number_of=n, number=f"No-{n:04d}-20240101", fields={"entity": [f"a{n}", f"b{n}"]})
        for n in range(3000)
    )
    message = samples.message(lang, batches=(samples.batch(),), changes=changes, totals=samples.TOTALS)
    flavour = FLAVOURS[name]
    chat = render(message, flavour)
    text = whole(chat, flavour)
    shown, left = shown_changes(name, message)
    assert shown + left == 3000
    assert flavour.limit * 0.9 < flavour.size(text) <= flavour.limit
    # whole changes only: the fields of the last one stand there too
    assert read(name, text).text.count(f"a{shown - 1} → b{shown - 1}") == 1
    assert f"a{shown} " not in read(name, text).text
    assert "tracker changes --batch 2024-08 --series genai_service" in read(name, text).text
    assert read(name, text).links == [samples.GENAI_PAGE]
    assert folded(read(name, text).text).endswith(folded(wording.unsubscribe_text(message)))


@every_flavour
def test_changes_of_several_lists_are_found_by_the_day(name: str) -> None:
    seen = read(name, whole(render(samples.large("zh"), FLAVOURS[name]), FLAVOURS[name]))
    assert "tracker changes --since 2024-08-06" in seen.text
    assert set(seen.links) == {samples.GENAI_PAGE, samples.DEEP_PAGE}


@pytest.mark.parametrize(
    ("values", "command"),
    [
        ({}, "tracker changes --batch 2024-08 --series genai_service"),
        ({"batch": None}, "tracker changes --since 2024-08-06 --series genai_service"),
        ({"series": "x; rm -rf ~", "batch": "`id`"}, "tracker changes --since 2024-08-06"),
        ({"series": "$(id)", "batch": "", "recorded_at": "\n"}, "tracker changes"),
    ],
)
def test_the_command_shows_all_changes(values: dict[str, Any], command: str) -> None:
    changes = tuple(samples.change(number_of=n, **values) for n in range(300))
    chat = render(samples.message("zh", changes=changes), telegram.FLAVOUR)
    assert f"\N{IDEOGRAPHIC SPACE}查看全部：{command}" in chat.lines


def test_a_notice_that_cancels_filings_of_two_series_is_found_by_its_day() -> None:
    rows = samples.cancellation("zh").changes * 100
    chat = render(replace(samples.cancellation("zh"), changes=rows), telegram.FLAVOUR)
    assert "\N{IDEOGRAPHIC SPACE}查看全部：tracker changes --batch 2025-07-14" in chat.lines


@every_flavour
def test_a_change_that_is_too_long_is_left_out_whole(name: str) -> None:
    long = samples.change(
        "amended", number_of=1, name="长名", fields={f"f{n}": ["旧" * 300, "新" * 300] for n in range(40)}
    )
    message = samples.message("zh", batches=(samples.batch(),), changes=(long, samples.change(number_of=2)))
    flavour = FLAVOURS[name]
    assert shown_changes(name, message) == (1, 1)
    assert "长名" not in whole(render(message, flavour), flavour)


@every_flavour
def test_a_huge_title_is_cut(name: str) -> None:
    message = replace(samples.additions("zh"), subject="题" * 100_000, entry="e" * 100_000)
    chat = render(message, FLAVOURS[name])
    assert chat.title.endswith("…")
    assert len(chat.title) == 150
    assert FLAVOURS[name].size(whole(chat, FLAVOURS[name])) <= FLAVOURS[name].limit
    assert "退订" in chat.lines[-1]


@every_flavour
def test_many_lists_and_incidents_leave_room_for_each_other(name: str) -> None:
    batches = tuple(samples.batch(period=f"{2000 + n}-01", announcement=f"{samples.SITE}/{n}.htm") for n in range(300))
    rows = tuple(samples.incident("challenge", Phase.BEGAN, detail=f"detail {n}") for n in range(300))
    message = samples.message("zh", batches=batches, incidents=rows, totals=samples.TOTALS,
                              verdicts=samples.VERDICTS, unclassified=samples.unclassified() * 300,
                              changes=tuple(samples.change(number_of=n) for n in range(300)))  # fmt: skip
    flavour = FLAVOURS[name]
    seen = read(name, whole(render(message, flavour), flavour))
    left = [int(n) for n in re.findall(r"另有 (\d+) 条未列出", seen.text)]
    assert len(left) >= 5
    assert all(0 < n < 300 for n in left[:3])
    for said in ("2000年1月", "detail 0", "未分类公告", "变更明细", "tracker incidents", "tracker changes"):
        assert said in seen.text
    assert flavour.size(whole(render(message, flavour), flavour)) <= flavour.limit


def everything(count: int, **values: Any) -> Message:
    """A message with something of each sort, and so many changes."""
    return samples.message(
        "zh", batches=(samples.batch(),), totals=samples.TOTALS, incidents=(samples.incident("robots", Phase.BEGAN),),
        unclassified=samples.unclassified(), changes=tuple(samples.change(number_of=n, **values) for n in range(count)),
    )  # fmt: skip


@every_flavour
def test_all_that_fits_is_told(name: str) -> None:
    flavour = FLAVOURS[name]
    short = {"name": "x", "entity": None, "province": None, "number": "n"}
    low, high = 0, 2000
    while high - low > 1:  # the most changes that are all told
        middle = (low + high) // 2
        text = whole(render(everything(middle, **short), flavour), flavour)
        low, high = (low, middle) if "未列出" in text else (middle, high)
    size = flavour.size(whole(render(everything(low, **short), flavour), flavour))
    one_more = flavour.size(f"• 新增登记 · x · n{flavour.newline}")
    assert size <= flavour.limit < size + one_more


@every_flavour
def test_no_length_of_a_change_breaks_the_limit(name: str) -> None:
    flavour = FLAVOURS[name]
    for length in range(1, 60):
        message = everything(250, name="x" * length, entity=None, province=None, number="n")
        assert flavour.size(whole(render(message, flavour), flavour)) <= flavour.limit


@every_flavour
def test_a_summary_that_is_too_long_is_cut(name: str) -> None:
    places = {f"省{n}" * 20: 1 for n in range(400)}
    message = samples.message("zh", batches=(samples.batch(provinces=places),), changes=(samples.change(),))
    flavour = FLAVOURS[name]
    seen = read(name, whole(render(message, flavour), flavour))
    assert "生成式AI备案 2024年8月" in seen.bold
    assert "新增 71 款备案、26 款登记" in seen.text
    assert "文心一言" in seen.text
    assert "未列出" not in seen.text


# --- any message --------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["<", ">", "&", "*", "_", "~", "`", "[", "]", "(", ")", "\\", "@all", "#", "!", "|", ":", "://", "http://e.example/",
     "\n", " ", "长", "\U0001f4a9", "\ud800", "\u202e", "a", "&lt;", "&#60;", "x" * 400, "名" * 300, '"', "<!channel>"]
)  # fmt: skip
TEXT = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=30)
ADDRESS = TEXT | TEXT.map("https://www.cac.gov.cn/{}".format)
VALUE = st.none() | TEXT
CHANGE = st.builds(
    lambda kind, fields, **values: samples.change(kind, fields=fields, filing_kind=None, **values),
    st.sampled_from([kind.value for kind in ChangeKind]),
    st.dictionaries(TEXT, st.tuples(VALUE, VALUE), max_size=4),
    name=TEXT, entity=VALUE, province=VALUE, number=TEXT, recorded_at=TEXT,
)  # fmt: skip
BATCH = st.builds(
    samples.batch, series=TEXT, period=VALUE, title=TEXT, announcement=ADDRESS, baseline=st.booleans(),
    kinds=st.dictionaries(TEXT, st.integers(1, 10**9), max_size=3),
    provinces=st.dictionaries(TEXT, st.integers(1, 10**9), max_size=60),
)  # fmt: skip
INCIDENT = st.builds(
    samples.incident, st.sampled_from([kind.value for kind in IncidentKind]), st.sampled_from(Phase), source=TEXT,
    address=ADDRESS, detail=TEXT, first_seen=TEXT,
)  # fmt: skip


def repeated(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """A few different ones, many times."""
    return st.builds(lambda some, times: tuple(some) * times, st.lists(one, max_size=3), st.sampled_from([1, 1, 40]))


MESSAGE = st.builds(
    lambda lang, topic, **parts: replace(samples.message(lang, topic), **parts),
    st.sampled_from(["zh", "en"]), st.sampled_from(["changes", "incidents", "test"]),
    subject=TEXT, entry=TEXT, subscription=st.just("team"), batches=repeated(BATCH),
    changes=repeated(CHANGE), incidents=repeated(INCIDENT),
    unclassified=repeated(st.fixed_dictionaries({"title": TEXT, "address": ADDRESS})),
    totals=st.just(samples.TOTALS), verdicts=st.none() | st.just(samples.VERDICTS),
)  # fmt: skip


@every_flavour
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(message=MESSAGE)
def test_any_message_fits_and_is_harmless(name: str, message: Message) -> None:
    flavour = FLAVOURS[name]
    chat = render(message, flavour)
    text = whole(chat, flavour)
    assert flavour.size(text) <= flavour.limit
    assert all(flavour.size(line) <= flavour.widest for line in chat.lines)
    assert 1 <= len(chat.title.encode("utf-16-le")) // 2 <= 150
    seen = read(name, text)
    assert seen.others == []
    assert all(address.startswith(("http://e.example/", "https://www.cac.gov.cn/")) for address in seen.links)
    assert ("退订" if message.lang == "zh" else "unsubscribe") in chat.lines[-1] or chat.lines[-1].endswith("…")


@given(text=TEXT)
def test_sizes_are_those_of_the_wire(text: str) -> None:
    clean = feishu.FLAVOUR.escape(wording.one_line(text))
    assert feishu.FLAVOUR.size(clean) + 2 == len(json.dumps(clean, ensure_ascii=False).encode())
