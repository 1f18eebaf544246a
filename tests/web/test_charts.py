"""The charts of the pages: what they show, that everyone can read them, and that they need no style but the pages' own.

With SCREENSHOTS=DIR in the environment a browser's view of each is kept there as a picture.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader
from lxml import html
from markupsafe import Markup, escape
from playwright.sync_api import Browser, Page, Route

from tests.notify.test_chart import contrast, luminance
from tracker.core.messages import Lang
from tracker.core.series import SERIES
from tracker.web.charts.charts import batch_chart, entity_chart, growth_chart, province_chart
from tracker.web.charts.model import COLOURS, Chart, month_ticks, percent, round_counts
from tracker.web.middleware import finished
from tracker.web.request import read_request_dates
from tracker.web.words import say

WEB = Path(__file__).parents[2] / "tracker" / "web"
SHELL, SHEET = ((WEB / "static" / name).read_text("utf-8") for name in ("shell.css", "charts.css"))


def variables(sheet: str) -> tuple[dict[str, str], dict[str, str]]:
    """The colours that a style sheet declares for light and for dark pages."""
    light, dark = re.findall(r":root \{([^}]*)\}", sheet)[:2]
    return dict(re.findall(r"--([\w-]+): (#\w{6})", light)), dict(re.findall(r"--([\w-]+): (#\w{6})", dark))


LIGHT, DARK = variables(SHEET)
GROUNDS = [(page["ground"], page["raised"]) for page in variables(SHELL)]

GENAI = [("2024-04", 117), ("2024-08", 97), ("2024-11", 95), ("2025-01", 98), ("2025-03", 98), ("2025-06", 170)]
DEEP = [
    ("2023-06", 41), ("2023-08", 110), ("2024-01", 129), ("2024-02", 266), ("2024-04", 394), ("2024-06", 492),
    ("2024-08", 487), ("2024-10", 509), ("2024-12", 411), ("2025-03", 395), ("2025-05", 211), ("2025-07", 389),
    ("2025-09", 586), ("2025-11", 680), ("2026-01", 572), ("2026-03", 779), ("2026-05", 608),
]  # fmt: skip
LISTS = {
    "genai_service": GENAI, "deep_synthesis": DEEP, "algorithm_recommendation": [("2022-08", 30), ("2022-10", 70)],
    "algorithm_cancellation": [("2025-07-14", 28)], "on_device": [("2026-07-15", 7)],
}  # fmt: skip
POINTS = [
    (series, period[:7], sum(n for _, n in batches[: place + 1]))
    for series, batches in LISTS.items() for place, (period, _) in enumerate(batches)
]  # fmt: skip
BATCHES = [(series, period[:7], period) for series, batches in LISTS.items() for period, _ in batches]
MONTHS = [f"{year}-{month:02d}" for year in range(2021, 2026) for month in range(1, 13)]
PROVINCES = [
    ("北京市", "genai_service", 300), ("北京市", "deep_synthesis", 1900), ("广东省", "deep_synthesis", 1700),
    ("广东省", "genai_service", 250), ("新疆维吾尔自治区", "deep_synthesis", 2), ("", "deep_synthesis", 900),
    ("国资委", "genai_service", 9), ("上海市", "algorithm_recommendation", 400), ("江西省", "on_device", 1),
]  # fmt: skip
LONG = "中国移动通信集团有限公司人工智能与智慧运营重大实验室第二研究开发中心联合体（有限合伙）北京分公司"
ENTITIES = [
    ("北京百度网讯科技有限公司", "genai_service", 12), ("北京百度网讯科技有限公司", "deep_synthesis", 30),
    ("中国移动通信有限公司销售分公司", "deep_synthesis", 17), (LONG, "deep_synthesis", 3),
    ("Example International Artificial Intelligence Technology Development Co., Ltd. (Shenzhen)", "genai_service", 2),
]  # fmt: skip

Make = Callable[[Lang], Chart]
CHARTS: dict[str, Make] = {
    "growth": lambda lang: growth_chart(POINTS, BATCHES, lang),
    "growth-1": lambda lang: growth_chart(POINTS[:1], BATCHES[:1], lang),
    "growth-2": lambda lang: growth_chart(POINTS[:2], BATCHES[:2], lang),
    "growth-60": lambda lang: growth_chart(
        [(f"new-{k}", month, n * 10**k) for k in range(8) for n, month in enumerate(MONTHS)],
        [("new-1", month, month) for month in MONTHS[::3]], lang,
    ),
    "provinces": lambda lang: province_chart(PROVINCES, lang),
    "kinds": lambda lang: province_chart(
        [("北京市", "filed", 90), ("北京市", "registered", 40), ("湖北省", "on_device", 7)], lang
    ),
    "entities": lambda lang: entity_chart(ENTITIES, lang),
    "batches": lambda lang: batch_chart("deep_synthesis", DEEP, "2025-05", lang),
    "batches-1": lambda lang: batch_chart("on_device", LISTS["on_device"], None, lang),
    "batches-60": lambda lang: batch_chart(
        "genai_service", [(month, 100 + n % 7 * 60) for n, month in enumerate(MONTHS)], MONTHS[31], lang
    ),
}  # fmt: skip
every_chart = pytest.mark.parametrize("make", CHARTS.values(), ids=CHARTS)
in_both_languages = pytest.mark.parametrize("lang", ["zh", "en"])


def rgb(colour: str) -> tuple[int, ...]:
    """The numbers of "#1f2328"."""
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def render(chart: Chart, lang: Lang = "en") -> str:
    """The HTML of a chart, as the pages' template writes it."""
    pages = Environment(loader=FileSystemLoader(WEB / "templates"), autoescape=True)
    pages.globals |= {
        "say": lambda key: say(key, lang), "zh": lambda text: Markup(f'<span lang="zh">{escape(text)}</span>')
    }  # fmt: skip
    template: Any = pages.get_template("tracker/_chart.html").make_module()
    return str(template.figure(chart, "/data.csv"))


def parse(chart: Chart) -> html.HtmlElement:
    """The chart as a tree."""
    return html.fromstring(render(chart))


def names(root: html.HtmlElement) -> list[str]:
    """The names of all rows."""
    return [one.text_content() for one in root.xpath("//tbody/tr/th")]


def bars(root: html.HtmlElement, colour: str) -> list[html.HtmlElement]:
    """The bars of a colour that are to be seen."""
    return [one for one in root.xpath("//td") if {"part", colour} <= set(one.classes) and "s0" not in one.classes]


def size(element: html.HtmlElement) -> int:
    """The length that the class of an element says, in percent."""
    (found,) = (int(name[1:]) for name in element.classes if re.fullmatch(r"s\d+", name))
    return found


@pytest.mark.parametrize("colour", LIGHT)
def test_everything_stands_out_from_the_page_in_light_and_dark(colour: str) -> None:
    for colours, grounds in zip((LIGHT, DARK), GROUNDS, strict=True):
        assert all(contrast(rgb(colours[colour]), rgb(ground)) >= 3 for ground in grounds)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_no_two_colours_are_equally_light(colours: dict[str, str]) -> None:
    marks = [colours[f"c{n + 1}"] for n in range(COLOURS)]
    assert colours.keys() == {*(f"c{n + 1}" for n in range(COLOURS)), "grey"}
    lightness = sorted(116 * luminance(rgb(colour)) ** (1 / 3) - 16 for colour in marks)
    assert min(high - low for low, high in itertools.pairwise(lightness)) >= 4
    assert len(marks) >= len(SERIES)


def test_the_style_sheet_has_a_class_for_each_percent_and_asks_nobody() -> None:
    assert re.findall(r"\.s(\d+)\{--size:(\d+)\}", SHEET) == [(str(n), str(n)) for n in range(101)]
    assert not re.search(r"@import|url\(|https?:", SHEET)


@every_chart
@in_both_languages
def test_a_chart_is_tables_without_styles_or_scripts_of_their_own(make: Make, lang: Lang) -> None:
    chart = make(lang)
    root = html.fromstring(render(chart, lang))
    assert root.findtext("figcaption") == chart.title
    assert root.xpath("string(p[@class='unseen'])") == chart.alt
    assert {one.tag for one in root.iter()} <= {
        "figure", "figcaption", "p", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "a",
    }  # fmt: skip
    attributes = {name for element in root.iter() for name in element.attrib}
    assert attributes <= {
        "class",
        "role",
        "scope",
        "lang",
        "title",
        "href",
        "download",
        "tabindex",
        "aria-label",
        "aria-hidden",
    }
    used = {name for element in root.iter() for name in element.classes}
    assert [one for one in used if re.fullmatch(r"s\d+|c\d+|grey", one) and f".{one}" not in SHEET] == []
    for table in root.xpath("//table"):
        assert table.get("aria-label")
        width = len(table.xpath("thead/tr/th"))
        assert {len(row) for row in table.xpath("tbody/tr")} == {width}
        assert {one.get("role") for one in table.xpath("tbody/tr/*")} == {"rowheader", "cell"}


@every_chart
@in_both_languages
def test_the_tables_hold_all_data(make: Make, lang: Lang) -> None:
    chart = make(lang)
    root = html.fromstring(render(chart, lang))
    shown = [one.text_content() for one in root.xpath("//td")]
    assert {f"{cell:,}" for row in chart.table[1] for cell in row if isinstance(cell, int)} <= {*shown, "0"}


@every_chart
def test_the_same_values_make_the_same_chart(make: Make) -> None:
    first = render(make("zh"))
    render(CHARTS["growth-1"]("en"))
    assert render(make("zh")) == first


@in_both_languages
def test_where_there_is_nothing_it_says_so(lang: Lang) -> None:
    empty = [
        growth_chart([], [], lang), province_chart([], lang), province_chart([("北京市", "filed", 0)], lang),
        entity_chart([], lang), batch_chart("on_device", [], None, lang),
    ]  # fmt: skip
    for chart in empty:
        assert (chart.plots, chart.table[1]) == ((), ())
        assert chart.alt.endswith("。" if lang == "zh" else ".")
        assert chart.table[0]


def test_growth_has_a_plot_for_each_series_and_a_point_for_each_batch() -> None:
    chart = growth_chart(POINTS, BATCHES, "zh")
    root = parse(chart)
    plots = root.xpath("//table")
    for place, (series, batches) in enumerate(LISTS.items()):
        marked = [row for row in plots[place].xpath("tbody/tr") if "marked" in row.classes]
        assert len(marked) == len(batches), series
        assert len(bars(plots[place].getparent(), f"c{place + 1}")) >= len(batches)
        final = plots[place].xpath("string(preceding-sibling::p[@class='caption']/span[@class='final'])")
        assert final == f"{sum(n for _, n in batches):,}"
    assert [one.name for one in chart.plots] == [
        "生成式AI备案", "深度合成算法备案", "算法推荐备案", "算法备案注销", "端侧AI备案",
    ]  # fmt: skip
    assert "深度合成算法备案 7,059 条（17 批）" in chart.alt
    assert "2022年8月至2026年7月" in chart.alt
    assert ("端侧AI备案", "2026-07", 7, "2026-07-15") in chart.table[1]
    assert len(chart.table[1]) == len(POINTS)


def test_the_widths_of_growth_are_months() -> None:
    points = [("genai_service", "2024-01", 10), ("genai_service", "2024-06", 20), ("on_device", "2024-10", 1)]
    genai, device = growth_chart(points, [], "en").plots
    assert (genai.start, [row.span for row in genai.rows]) == (0, [50, 50])
    assert (device.start, [row.span for row in device.rows]) == (90, [10])
    for plot in growth_chart(POINTS, BATCHES, "en").plots:
        assert plot.start + sum(row.span for row in plot.rows) == 100
        assert sum(width for _, width in plot.months) == 100


def test_a_small_series_is_as_high_as_a_large_one() -> None:
    chart = growth_chart([("genai_service", "2024-01", 7), ("deep_synthesis", "2024-01", 700_000)], [], "en")
    small, large = (plot.rows[0].bars[0].size for plot in chart.plots)
    assert small == large > 80


def test_a_batch_between_two_points_stands_on_the_line() -> None:
    points = [("genai_service", "2024-01", 100), ("genai_service", "2024-05", 200)]
    between = growth_chart(points, [("genai_service", "2024-03", "2024-03")], "en")
    on_it = growth_chart([*points, ("genai_service", "2024-03", 100)], [("genai_service", "2024-03", "2024-03")], "en")
    assert between.plots == on_it.plots
    assert [(row.name, row.bars[0].count, row.marked) for row in between.plots[0].rows] == [
        ("2024-01", 100, False), ("2024-03", 100, True), ("2024-05", 200, False),
    ]  # fmt: skip


def test_provinces_are_sorted_and_the_unknown_one_is_last() -> None:
    chart = province_chart(PROVINCES, "zh")
    columns, rows = chart.table
    assert columns == ("属地", "生成式AI备案", "深度合成算法备案", "算法推荐备案", "端侧AI备案", "合计")
    assert [row[0] for row in rows] == [
        "北京市", "广东省", "上海市", "国资委", "新疆维吾尔自治区", "江西省", "属地未知",
    ]  # fmt: skip
    assert rows[0] == ("北京市", 300, 1900, 0, 0, 2200)
    root = parse(chart)
    assert names(root) == [row[0] for row in rows]
    assert [one.text_content() for one in root.xpath("//td[@class='total']")] == [f"{row[-1]:,}" for row in rows]
    assert tuple(one.text_content() for one in root.xpath("//thead//th")) == columns  # the legend
    assert "5,462 条，分布于 6 个属地；最多的是北京市 2,200" in chart.alt
    assert "另有属地未知 900 条。" in chart.alt


def test_bars_are_as_long_as_their_counts() -> None:
    root = parse(province_chart(PROVINCES, "en"))
    sizes = [[size(part) for part in row.xpath("td[contains(@class, 'part')]")] for row in root.xpath("//tbody/tr")]
    assert sizes == [
        [14, 86, 0, 0], [11, 77, 0, 0], [0, 0, 18, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 41, 0, 0],
    ]  # fmt: skip


def test_neighbours_differ_without_colour() -> None:
    root = parse(province_chart(PROVINCES, "en"))
    (rule,) = re.findall(r"^(\.bars td[^{]*)\{\s*background-image: repeating-linear-gradient", SHEET, re.M)
    assert re.findall(r"c\d", rule)[:4] == ["c2", "c4", "c6", "c8"]
    # one bar for each count, and one square in the legend
    assert len(bars(root, "c2")) == len([one for one in PROVINCES if one[1] == "deep_synthesis"])
    assert len(bars(root, "c1")) == len([one for one in PROVINCES if one[1] == "genai_service"])
    assert [one.get("class") for one in root.xpath("//thead//th")] == ["unseen", "c1", "c2", "c3", "c5", "unseen"]


def test_what_is_not_divided_has_no_legend() -> None:
    chart = province_chart([("北京市", "filed", 3), ("上海市", "filed", 2)], "en")
    root = parse(chart)
    assert names(root) == ["Beijing", "Shanghai"]
    assert [one.text_content() for one in root.xpath("//td")] == ["3", "2"]
    assert {one.get("class") for one in root.xpath("//thead//th")} == {"unseen"}
    assert chart.table == (("place", "total"), (("Beijing", 3), ("Shanghai", 2)))


def test_long_names_of_entities_stand_in_full() -> None:
    chart = entity_chart(ENTITIES, "zh")
    assert {"中国移动通信有限公司销售分公司", LONG} <= set(names(parse(chart)))
    assert chart.table[1][2][0] == LONG


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "#0", "#9", "&amp;\"'", "\u202e倒\x00\x1b[1m\ud800", "]]>", "a" * 400, " ", "🤖" * 9],
)
def test_text_of_the_site_stays_text(name: str) -> None:
    chart = entity_chart([(name, "genai_service", 5), ("北京百度网讯科技有限公司", "deep_synthesis", 4)], "zh")
    root = parse(chart)
    assert not root.xpath("//script")
    assert names(root)[1] == "北京百度网讯科技有限公司"
    assert [one.text_content() for one in root.xpath("//td[@class='total']")] == ["5", "4"]
    if name in ("<script>alert(1)</script>", "#0", "#9", "&amp;\"'", "]]>"):
        assert names(root)[0] == name


def test_one_batch_stands_out() -> None:
    chart = batch_chart("deep_synthesis", DEEP, "2025-05", "zh")
    root = parse(chart)
    assert len(bars(root, "c2")) == 1
    assert len(bars(root, "grey")) == len(DEEP) - 1
    (marked,) = (row for row in root.xpath("//tbody/tr") if "marked" in row.classes)
    assert [one.text_content() for one in marked] == ["2025-05", "211", "是"]
    assert [one.text_content() for one in root.xpath("//td[1]")] == [f"{n:,}" for _, n in DEEP]
    assert "17 批，共 7,059 条；最多的一批是2026年3月 779。本批：2025年5月 211。" in chart.alt
    assert ("2025年5月", 211, "本批") not in chart.table[1]
    assert ("2025年5月", 211, "是") in chart.table[1]


def test_equal_periods_are_one_batch_and_odd_ones_are_shown() -> None:
    chart = batch_chart("genai_service", [("2024-04", 100), ("2024-04", 17), ("附件1", 5)], "2030-01", "en")
    assert [row[1] for row in chart.table[1]] == [117, 5]
    root = parse(chart)
    assert len(bars(root, "c1")) == 2
    assert names(root) == ["2024-04", "附件1"]


def test_many_batches_are_all_drawn_and_labelled() -> None:
    root = parse(CHARTS["batches-60"]("en"))
    assert len(bars(root, "grey")) == 59
    assert names(root) == MONTHS


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_length_is_a_percentage_and_one_filing_is_seen(count: int, most: int) -> None:
    found = percent(count, most)
    assert 0 <= found <= 100
    assert (found > 0) == (count > 0)
    if count <= most:
        assert abs(found - 100 * count / most) <= 1


@given(st.integers(1, 10**7))
def test_ticks_of_counts_are_few_and_round(most: int) -> None:
    counts = round_counts(most)
    assert 2 <= len(counts) <= 5
    assert (counts[0], len({high - low for low, high in itertools.pairwise(counts)})) == (0, 1)
    assert most / 2 <= counts[-1] <= most


@given(st.integers(24_000, 24_400), st.integers(1, 400))
def test_ticks_of_months_fill_the_axis(first: int, months: int) -> None:
    ticks = month_ticks(first, first + months)
    assert sum(width for _, width in ticks) == 100
    assert not [label for label, width in ticks if label and width < 2 * len(label)]


def open_page(chromium: Browser, chart: Chart, lang: Lang, width: int, scheme: Literal["light", "dark"]) -> Page:
    """A page that shows a chart as pages do, under the policy of the pages."""
    page = chromium.new_page(viewport={"width": width, "height": 640}, color_scheme=scheme)
    asked = read_request_dates("", {}, lang)
    headers = {key.decode(): value.decode() for key, value in finished([(b"content-type", b"text/html")], asked)}
    body = (
        "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<meta name=color-scheme content='light dark'><title>-</title><link rel=stylesheet href=shell.css>"
        f"<link rel=stylesheet href=charts.css><main>{render(chart, lang)}</main>"
    )
    files = {"shell.css": SHELL, "charts.css": SHEET}

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix("http://page.test/")
        if name in files:
            route.fulfill(body=files[name], content_type="text/css; charset=utf-8")
        else:
            route.fulfill(body=body, headers=headers) if not name else route.fulfill(status=404)

    page.route("**/*", answer)
    page.goto("http://page.test/")
    return page


_OVERLAPS = """() => {
  const clear = (e) => getComputedStyle(e).clipPath === "none" && getComputedStyle(e).visibility === "visible";
  const shown = (e) => clear(e) && (!e.parentElement || shown(e.parentElement));
  const walker = document.createTreeWalker(document.querySelector(".plots"), NodeFilter.SHOW_TEXT);
  const boxes = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, range = document.createRange();
    if (!node.textContent.trim() || !shown(node.parentElement)) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) boxes.push([node.textContent, box]);
  }
  const bad = [];
  boxes.forEach(([t, a], i) => boxes.slice(i + 1).forEach(([u, b]) => {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    // The boxes of lines have empty room above and below their signs.
    if (across > 3 && down > 3 && Math.min(across, down) > 4) bad.push(t + " touches " + u);
  }));
  if (boxes.length < 2) bad.push("no text");
  return bad;
}"""

# Lengths of bars in pixels beside their counts, along the way in which they grow.
_LENGTHS = """() => [...document.querySelectorAll(".part:not(.s0)")].map((e) => {
  const box = e.getBoundingClientRect();
  return [Number(e.textContent.replaceAll(",", "")), e.closest(".bars") ? box.width : box.height,
    e.closest("table").rows.length, getComputedStyle(e).backgroundColor];
})"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "width", "scheme"),
    [("zh", 360, "dark"), ("zh", 1600, "light"), ("en", 390, "light"), ("en", 1280, "dark")],
)
def test_a_browser_shows_them(chromium: Browser, lang: Lang, width: int, scheme: Literal["light", "dark"]) -> None:
    for name, make in CHARTS.items():
        chart = make(lang)
        page = open_page(chromium, chart, lang, width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"chart-{name}-{lang}-{width}-{scheme}.png", full_page=True)
        assert page.evaluate(_OVERLAPS) == [], name
        lengths = page.evaluate(_LENGTHS)
        assert len(lengths) == sum(bar.size > 0 for plot in chart.plots for row in plot.rows for bar in row.bars)
        assert min(length for _, length, _, _ in lengths) >= 1, name
        if chart.form != "growth":  # there each plot has a scale of its own
            most, longest = max((count, length) for count, length, _, _ in lengths)
            assert all(abs(length / longest - count / most) < 0.03 for count, length, _, _ in lengths), name
            colours = LIGHT if scheme == "light" else DARK
            assert {one for *_, one in lengths} <= {f"rgb{rgb(colour)}" for colour in colours.values()}, name
        page.close()


@pytest.mark.slow
def test_the_tables_stay_tables_for_screen_readers(chromium: Browser) -> None:
    page = open_page(chromium, CHARTS["provinces"]("en"), "en", 390, "light")
    assert page.get_by_role("table", name="Filings by province").count() == 1
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Beijing"))
    assert row.get_by_role("cell").all_text_contents() == ["300", "1,900", "0", "0", "2,200"]
    assert page.get_by_role("columnheader").all_text_contents()[1:3] == ["Generative AI", "Deep synthesis"]
    page.close()


@pytest.mark.slow
def test_charts_print_with_their_bars(chromium: Browser) -> None:
    page = open_page(chromium, CHARTS["batches"]("en"), "en", 700, "light")
    page.emulate_media(media="print")
    printed = page.evaluate("[...document.querySelectorAll('.part')].map((e) => getComputedStyle(e).printColorAdjust)")
    assert set(printed) == {"exact"}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()
