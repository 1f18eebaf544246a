"""Messages as plain text: everything is there, and lines are as wide as mail has them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.notify import samples
from tracker.core.messages import Lang
from tracker.notify.forms.text import WIDTH, render_text, wrap

LANGS: tuple[Lang, ...] = ("zh", "en")


def unwrapped(text: str) -> str:
    """The text without its line breaks and blanks, so that wrapping does not matter."""
    return re.sub(r"\s+", "", text)


def test_a_new_list_reads_from_top_to_bottom() -> None:
    assert render_text(samples.additions("zh"), most=2) == (
        """\
生成式AI备案 2024年8月
======================
新增 71 款备案、26 款登记
新增属地：北京市 34 · 上海市 20 · 广东省 11 · 浙江省 8 · 江苏省 6 ·
  四川省 4 · 安徽省 3 · 湖北省 2 · 重庆市 2 · 福建省 2 · 山东省 1 ·
  陕西省 1 · 内蒙古自治区 1 · 香港特别行政区 1 · 属地未知 1

累计：生成式AI备案 1,234 款备案、567 款登记（其中已注销 3 条）

核对：12 项相符，1 项无法核对

国家互联网信息办公室关于发布生成式人工智能服务已备案信息的公告
https://www.cac.gov.cn/2024-04/02/c_1713729983803145.htm

变更明细
========

* 新增备案 · 文心一言 · 北京百度网讯科技有限公司 · 北京市 ·
  Beijing-WenXinYiYan-20230821
* 新增备案 · 豆包 · 北京抖音信息服务有限公司 · 北京市 ·
  Beijing-YunQue-20230821

另有 95 条未列出；查看全部：
    tracker changes --series genai_service --batch 2024-08

-- \n"""
        """\
此消息由订阅“team”发出。退订：删除配置中的条目（tracker.toml, line 12:
[[subscriptions]] name = "team"）。
2024-08-06 10:16（北京时间）
"""
    )


def test_an_incident_in_english() -> None:
    text = render_text(samples.every_message("en")["began"])
    assert text.startswith(
        """\
[Incident] Generative AI: the firewall returned a check page
  status 200 with a check page of the firewall, 3 times
  https://www.cac.gov.cn/2024-04/02/c_1713729983803145.htm
  Since 2026-07-29 09:15 Beijing time
  What to do: retry later; poll less often, or set another site.user_agent
    or client address

--\N{SPACE}
"""
    )


def test_changes_are_told_with_before_and_after() -> None:
    lines = render_text(samples.reissue("en")).splitlines()
    assert "    Entity: 北京抖音信息服务有限公司 → 北京春田知韵科技有限公司" in lines
    assert "    Status: active → withdrawn" in lines
    assert "    Number: Anhui-XunFeiXingHuo-20230901 → Anhui-XunFeiXingHuo-20230901S0001" in lines


def test_a_baseline_names_its_lists_and_no_changes() -> None:
    text = render_text(samples.baseline("zh"))
    assert "* 深度合成算法备案 2025年7月：收录 389 条\n" in text
    assert text.count(samples.GENAI_PAGE) == 1
    assert "变更明细" not in text


def test_of_thousands_of_changes_few_are_shown_and_all_counted() -> None:
    text = render_text(samples.large("zh"))
    assert text.count("\n* ") == 50
    left_out = [int(n.replace(",", "")) for n in re.findall(r"另有 ([\d,]+) 条未列出", text)]
    assert sum(left_out) == 3000 + 3 + 97 - 50
    assert "tracker changes --series deep_synthesis --batch 2025-07" in text
    assert len(text) < 10_000


@pytest.mark.parametrize("lang", LANGS)
def test_every_message_says_how_to_unsubscribe(lang: Lang) -> None:
    for name, message in samples.every_message(lang).items():
        assert unwrapped(samples.ENTRY) in unwrapped(render_text(message)), name


def test_a_test_message_says_that_it_is_one() -> None:
    assert render_text(samples.test_message("zh")).startswith("这是一条测试消息")
    assert render_text(samples.test_message("en")).startswith("This is a test message")


@pytest.mark.parametrize("lang", LANGS)
def test_lines_are_no_wider_than_mail_has_them(lang: Lang) -> None:
    for name, message in samples.every_message(lang).items():
        for line in render_text(message).splitlines():
            assert cell_len(line) <= WIDTH or re.fullmatch(r"\s*https?://\S+", line), (name, line)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("text", samples.HOSTILE)
def test_hostile_text_stays_in_its_line(lang: Lang, text: str) -> None:
    rendered = render_text(samples.hostile(lang, text))
    assert rendered.encode()
    assert not [one for one in rendered if unicodedata.category(one) in ("Cc", "Cs") and one != "\n"]
    assert not re.search(r"^(Bcc:|\.$)", rendered, re.M)
    assert rendered.count("\n-- \n") == 1  # what ends a mail before its signature
    assert len(rendered) < 20_000


@given(
    st.text(
        alphabet=st.one_of(st.characters(categories=["L", "N", "P"]), st.sampled_from(" ·，。、（）《》汉字ab12")),
        max_size=300,
    )
)
def test_wrapping_loses_nothing(text: str) -> None:
    assert unwrapped("".join(wrap(text, "  ", "* "))[2:]) == unwrapped(text)


@given(st.text(alphabet="汉字，。（）ab 1", max_size=300))
def test_wrapped_lines_fit(text: str) -> None:
    lines = wrap(text, "    ")
    longest_word = max((cell_len(word) for word in re.findall(r"[ab1，。（）]+", text)), default=0)
    assert all(cell_len(line) <= max(WIDTH, 8 + longest_word) for line in lines)


def test_punctuation_does_not_begin_a_line_and_addresses_are_whole() -> None:
    address = "https://www.cac.gov.cn/" + "附件" * 60
    lines = wrap("用于对话生成场景，" * 20 + address + " 完")
    assert not [line for line in lines if line[0] in "，。"]
    assert address in lines
