"""The charts of the pages: what they show, that everyone can read them, and that they ask nobody for anything.

With SCREENSHOTS=DIR in the environment a browser's view of each is kept there as a picture.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from playwright.sync_api import Browser, Page, Route

from tests.notify.test_chart import contrast, luminance
from tracker.core.messages import Lang
from tracker.core.series import SERIES
from tracker.web.charts.chart_svg import DARK, GREY, GRID, MARKS, QUIET, TEXT
from tracker.web.charts.charts import Chart, batch_chart, entity_chart, growth_chart, province_chart
from tracker.web.charts.text_width import placed, text_width, widest, wrap

SVG = "{http://www.w3.org/2000/svg}"
LIGHT_GROUNDS, DARK_GROUNDS = ("#ffffff", "#f6f8fa"), ("#0d1117", "#161b22")

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

Make = Callable[[Lang, bool], Chart]
CHARTS: dict[str, Make] = {
    "growth": lambda lang, narrow: growth_chart(POINTS, BATCHES, lang, narrow=narrow),
    "growth-1": lambda lang, narrow: growth_chart(POINTS[:1], BATCHES[:1], lang, narrow=narrow),
    "growth-2": lambda lang, narrow: growth_chart(POINTS[:2], BATCHES[:2], lang, narrow=narrow),
    "growth-60": lambda lang, narrow: growth_chart(
        [(f"new-{k}", month, n * 10**k) for k in range(8) for n, month in enumerate(MONTHS)],
        [("new-1", month, month) for month in MONTHS[::3]], lang, narrow=narrow,
    ),
    "provinces": lambda lang, narrow: province_chart(PROVINCES, lang, narrow=narrow),
    "kinds": lambda lang, narrow: province_chart(
        [("北京市", "filed", 90), ("北京市", "registered", 40), ("湖北省", "on_device", 7)], lang, narrow=narrow
    ),
    "entities": lambda lang, narrow: entity_chart(ENTITIES, lang, narrow=narrow),
    "batches": lambda lang, narrow: batch_chart("deep_synthesis", DEEP, "2025-05", lang, narrow=narrow),
    "batches-1": lambda lang, narrow: batch_chart("on_device", LISTS["on_device"], None, lang, narrow=narrow),
    "batches-60": lambda lang, narrow: batch_chart(
        "genai_service", [(month, 100 + n % 7 * 60) for n, month in enumerate(MONTHS)], MONTHS[31], lang, narrow=narrow
    ),
}  # fmt: skip
every_chart = pytest.mark.parametrize("make", CHARTS.values(), ids=CHARTS)
in_every_form = pytest.mark.parametrize(("lang", "narrow"), list(itertools.product(["zh", "en"], [False, True])))


def rgb(colour: str) -> tuple[int, ...]:
    """The numbers of "#1f2328"."""
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def parse(chart: Chart) -> etree._Element:
    """The SVG as a tree."""
    return etree.fromstring(chart.svg)


def texts(root: etree._Element) -> list[str]:
    """All texts that are drawn."""
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def marks(root: etree._Element, colour: str, tag: str = "path") -> list[etree._Element]:
    """What is filled with a colour, patterns not counted."""
    return [one for one in root.iter(f"{SVG}{tag}") if one.get("fill") == colour]


def edges(element: etree._Element) -> tuple[float, float]:
    """The left and right end of a text by our own estimate, in pixels of the file."""
    x = 0.0
    for one in [element, *element.iterancestors()]:
        if found := re.search(r"translate\((-?[\d.]+)", one.get("transform", "")):
            x += float(found[1])
    wide = text_width(element.text or "", float(element.get("font-size", "").removesuffix("px")))
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[element.get("text-anchor", "start")]
    return left, left + wide


@pytest.mark.parametrize(("light", "dark"), DARK.items())
def test_everything_stands_out_from_the_page_in_light_and_dark(light: str, dark: str) -> None:
    least = {TEXT: 4.5, QUIET: 4.5, GRID: 1.2}.get(light, 3)
    assert all(contrast(rgb(light), rgb(ground)) >= least for ground in LIGHT_GROUNDS)
    assert all(contrast(rgb(dark), rgb(ground)) >= least for ground in DARK_GROUNDS)


@pytest.mark.parametrize("colours", [MARKS, [DARK[colour] for colour in MARKS]], ids=["light", "dark"])
def test_no_two_colours_are_equally_light(colours: list[str]) -> None:
    lightness = sorted(116 * luminance(rgb(colour)) ** (1 / 3) - 16 for colour in colours)
    assert min(high - low for low, high in itertools.pairwise(lightness)) >= 4
    assert len(colours) >= len(SERIES)


@every_chart
@in_every_form
def test_the_file_is_sound_and_asks_nobody(make: Make, lang: Lang, narrow: bool) -> None:
    chart = make(lang, narrow)
    root = parse(chart)
    width, height = chart.size
    assert width == (340 if narrow else 760)
    assert [root.get(name) for name in ("width", "height", "viewBox", "role")] == [
        str(width), str(height), f"0 0 {width} {height}", "img",
    ]  # fmt: skip
    assert [(one.tag, one.text) for one in list(root)[:2]] == [(f"{SVG}title", chart.title), (f"{SVG}desc", chart.alt)]
    assert "Noto Sans CJK SC" in root.get("font-family", "")
    assert {element.tag for element in root.iter()} <= {
        SVG + tag for tag in ("svg", "title", "desc", "style", "defs", "pattern", "rect", "g", "path", "text", "line")
    }
    values = [str(value) for element in root.iter() for value in element.attrib.values()]
    assert not [value for value in values if "url(" in value and not re.fullmatch(r"url\(#hatch\d\)", value)]
    assert not [name for element in root.iter() for name in element.attrib if "href" in name or name.startswith("on")]
    assert not re.search(rb"@import|https?://(?!www\.w3\.org/2000/svg)|NaN|undefined|Infinity", chart.svg)


@every_chart
@in_every_form
def test_each_colour_has_a_dark_one(make: Make, lang: Lang, narrow: bool) -> None:
    root = parse(make(lang, narrow))
    style = root.findtext(f"{SVG}style") or ""
    for name in ("fill", "stroke"):
        used = {element.get(name, "none") for element in root.iter()} - {"none", "transparent"}
        named = {colour for colour in used if not colour.startswith("url(")}
        assert named <= DARK.keys()
        assert not [one for one in named if f'[{name}="{one}"]{{{name}:{DARK[one]}}}' not in style]
    assert "prefers-color-scheme:dark" in style
    assert {element.get("fill") for element in root.iter(f"{SVG}text")} <= {TEXT, QUIET}


@every_chart
@in_every_form
def test_texts_have_room_in_any_font(make: Make, lang: Lang, narrow: bool) -> None:
    chart = make(lang, narrow)
    found = [edges(element) for element in parse(chart).iter(f"{SVG}text")]
    assert found
    assert min(left for left, _ in found) >= -0.5
    assert max(right for _, right in found) <= chart.size[0] + 0.5


@every_chart
def test_the_same_values_make_the_same_file(make: Make) -> None:
    first = make("zh", False).svg
    CHARTS["growth-1"]("en", True).svg  # noqa: B018 - what another chart leaves behind must not show
    assert make("zh", False).svg == first


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_there_is_nothing_it_says_so(lang: Lang) -> None:
    empty = [
        growth_chart([], [], lang), province_chart([], lang), province_chart([("北京市", "filed", 0)], lang),
        entity_chart([], lang), batch_chart("on_device", [], None, lang),
    ]  # fmt: skip
    for chart in empty:
        assert (chart.svg, chart.size, chart.table[1]) == (b"", (0, 0), ())
        assert chart.alt.endswith("。" if lang == "zh" else ".")
        assert chart.table[0]


def test_growth_has_a_plot_for_each_series_and_a_point_for_each_batch() -> None:
    chart = growth_chart(POINTS, BATCHES, "zh")
    root = parse(chart)
    for place, (series, batches) in enumerate(LISTS.items()):
        same = [one for one in marks(root, MARKS[place]) if one.get("opacity") != "0.16"]
        assert len(same) == len(batches), series
        assert f"{sum(n for _, n in batches):,}" in texts(root)
    assert {"生成式AI备案", "深度合成算法备案", "算法推荐备案", "算法备案注销", "端侧AI备案"} <= set(texts(root))
    assert "深度合成算法备案 7,059 条（17 批）" in chart.alt
    assert "2022年8月至2026年7月" in chart.alt
    assert ("端侧AI备案", "2026-07", 7, "2026-07-15") in chart.table[1]
    assert len(chart.table[1]) == len(POINTS)


def test_a_small_series_is_as_high_as_a_large_one() -> None:
    root = parse(growth_chart([("genai_service", "2024-01", 7), ("deep_synthesis", "2024-01", 700_000)], [], "en"))
    heights = []
    for colour in MARKS[:2]:
        area = next(one for one in marks(root, colour) if one.get("opacity") == "0.16")
        down = [float(y) for y in re.findall(r"[ML][-\d.]+,([-\d.]+)", area.get("d", ""))]
        heights.append(max(down) - min(down) if down else 0)
    assert heights[0] == heights[1] > 50


def test_a_batch_between_two_points_stands_on_the_line() -> None:
    points = [("genai_service", "2024-01", 100), ("genai_service", "2024-05", 200)]
    between = growth_chart(points, [("genai_service", "2024-03", "2024-03")], "en")
    on_it = growth_chart([*points, ("genai_service", "2024-03", 100)], [("genai_service", "2024-03", "2024-03")], "en")
    assert between.svg.replace(b"(1 batch)", b"") == on_it.svg.replace(b"(1 batch)", b"")


@pytest.mark.parametrize("narrow", [False, True])
def test_provinces_are_sorted_and_the_unknown_one_is_last(narrow: bool) -> None:
    chart = province_chart(PROVINCES, "zh", narrow=narrow)
    columns, rows = chart.table
    assert columns == ("属地", "生成式AI备案", "深度合成算法备案", "算法推荐备案", "端侧AI备案", "合计")
    assert [row[0] for row in rows] == [
        "北京市", "广东省", "上海市", "国资委", "新疆维吾尔自治区", "江西省", "属地未知",
    ]  # fmt: skip
    assert rows[0] == ("北京市", 300, 1900, 0, 0, 2200)
    shown = texts(parse(chart))
    assert [one for one in shown if one in {row[0] for row in rows}] == [row[0] for row in rows]
    assert {f"{row[-1]:,}" for row in rows} <= set(shown)
    assert set(columns[1:-1]) <= set(shown)  # the legend
    assert "5,462 条，分布于 6 个属地；最多的是北京市 2,200" in chart.alt
    assert "另有属地未知 900 条。" in chart.alt


def test_neighbours_differ_without_colour() -> None:
    root = parse(province_chart(PROVINCES, "en"))
    assert {one.get("id") for one in root.iter(f"{SVG}pattern")} == {"hatch1"}
    # one bar for each count, and one square in the legend
    assert len(marks(root, "url(#hatch1)")) == len([one for one in PROVINCES if one[1] == "deep_synthesis"]) + 1
    assert len(marks(root, MARKS[0])) == len([one for one in PROVINCES if one[1] == "genai_service"]) + 1


def test_what_is_not_divided_has_no_legend() -> None:
    chart = province_chart([("北京市", "filed", 3), ("上海市", "filed", 2)], "en")
    assert texts(parse(chart)) == ["Beijing", "Shanghai", "3", "2"]
    assert chart.table == (("place", "total"), (("Beijing", 3), ("Shanghai", 2)))


@pytest.mark.parametrize("narrow", [False, True])
def test_long_names_of_entities_stand_in_full_or_keep_both_ends(narrow: bool) -> None:
    chart = entity_chart(ENTITIES, "zh", narrow=narrow)
    shown = texts(parse(chart))
    assert "中国移动通信有限公司销售分公司" in shown
    name = next(i for i, one in enumerate(shown) if one.startswith("中国移动通信集团"))
    assert shown[name + 1].endswith("北京分公司")
    assert chart.table[1][2][0] == LONG


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "#0", "#9", "&amp;\"'", "\u202e倒\x00\x1b[1m\ud800", "]]>", "a" * 400, " ", "🤖" * 9],
)
def test_text_of_the_site_stays_text(name: str) -> None:
    chart = entity_chart([(name, "genai_service", 5), ("北京百度网讯科技有限公司", "deep_synthesis", 4)], "zh")
    root = parse(chart)
    assert not list(root.iter("{*}script"))
    shown = texts(root)
    assert {"北京百度网讯科技有限公司", "5", "4"} <= set(shown)
    if name in ("#0", "#9", "]]>"):
        assert name in shown


def test_one_batch_stands_out() -> None:
    chart = batch_chart("deep_synthesis", DEEP, "2025-05", "zh")
    root = parse(chart)
    assert len(marks(root, MARKS[1])) == 1
    assert len(marks(root, GREY)) == len(DEEP) - 1
    assert [one.text for one in root.iter(f"{SVG}text") if one.get("font-weight") == "bold"] == ["211", "05"]
    assert {f"{n:,}" for _, n in DEEP} <= set(texts(root))
    assert "17 批，共 7,059 条；最多的一批是2026年3月 779。本批：2025年5月 211。" in chart.alt
    assert ("2025年5月", 211, "本批") not in chart.table[1]
    assert ("2025年5月", 211, "是") in chart.table[1]


def test_equal_periods_are_one_batch_and_odd_ones_are_shown() -> None:
    chart = batch_chart("genai_service", [("2024-04", 100), ("2024-04", 17), ("附件1", 5)], "2030-01", "en")
    assert [row[1] for row in chart.table[1]] == [117, 5]
    root = parse(chart)
    assert len(marks(root, MARKS[0])) == 2
    assert "附件1" in texts(root)


def test_many_batches_are_all_drawn_and_few_labelled() -> None:
    root = parse(CHARTS["batches-60"]("en", True))
    assert len(marks(root, GREY)) == 59
    values = [one for one in texts(root) if re.fullmatch(r"[1-9]\d\d", one)]
    assert sorted(values) == ["280", "280", "460"]  # the marked, the last, the largest


@given(st.text(st.sampled_from("中国移动ABCw1 .（"), max_size=60), st.floats(30, 300))
def test_wrapped_lines_fit_and_lose_nothing_they_need_not(text: str, room: float) -> None:
    lines = wrap(text, 12, room)
    assert len(lines) <= 2
    assert widest(lines, 12) <= room
    joined = "".join("".join(lines).split())
    if "…" not in joined:
        assert joined == "".join(text.split())


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(1, 60)), max_size=20))
def test_labels_never_touch(wanted: list[tuple[float, float]]) -> None:
    shown = placed(wanted)
    assert bool(shown) == bool(wanted)
    for one, other in itertools.combinations(sorted(shown), 2):
        assert abs(wanted[one][0] - wanted[other][0]) > (wanted[one][1] + wanted[other][1]) / 2


def open_page(chromium: Browser, chart: Chart, small: Chart, width: int, scheme: Literal["light", "dark"]) -> Page:
    """A page that shows a chart as pages do; the files come with the strictest policy that lets them dress."""
    page = chromium.new_page(viewport={"width": width, "height": 640}, color_scheme=scheme)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    html = (
        "<!doctype html><meta name=viewport content='width=device-width'><title>-</title><style>:root{color-scheme:"
        "light dark}body{margin:10px}img{max-width:100%;height:auto}</style><picture><source srcset=small.svg"
        " media='(max-width: 600px)'><img src=wide.svg alt='-'></picture>"
    )
    files = {"": html.encode(), "wide.svg": chart.svg, "small.svg": small.svg}

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix("http://page.test/")
        if name not in files:
            route.fulfill(status=404)
        elif name:
            headers = {"Content-Type": "image/svg+xml", "Content-Security-Policy": policy}
            route.fulfill(body=files[name], headers=headers)
        else:
            route.fulfill(body=files[name], content_type="text/html")

    page.route("**/*", answer)
    page.goto("http://page.test/")
    return page


_OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll("text")].filter((t) => t.textContent.trim())
    .map((t) => [t.textContent, t.getBoundingClientRect()]);
  const view = document.querySelector("svg").getBoundingClientRect();
  const bad = boxes.filter(([, b]) => b.left < view.left - 1 || b.right > view.right + 1 || b.top < view.top - 1
    || b.bottom > view.bottom + 1).map(([t]) => t + " is cut");
  boxes.forEach(([t, a], i) => boxes.slice(i + 1).forEach(([u, b]) => {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    // The boxes of lines have empty room above and below their signs.
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 0.5 && down > 6) bad.push(t + " touches " + u);
  }));
  return bad;
}"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "width", "scheme"),
    [("zh", 360, "dark"), ("zh", 1600, "light"), ("en", 360, "light"), ("en", 1600, "dark")],
)
def test_a_browser_shows_them(chromium: Browser, lang: Lang, width: int, scheme: Literal["light", "dark"]) -> None:
    for name, make in CHARTS.items():
        chart, small = make(lang, False), make(lang, True)
        page = open_page(chromium, chart, small, width, scheme)
        shown = page.evaluate(
            "(({complete, naturalWidth, width}) => [complete, naturalWidth, width])(document.images[0])"
        )
        natural = 340 if width == 360 else 760
        assert shown == [True, natural, natural], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"chart-{name}-{lang}-{width}-{scheme}.png", full_page=True)
        # A canvas reads what the image looks like: its text is dark on light pages, and light on dark ones.
        text = page.evaluate("""() => {
          const [image, canvas] = [document.images[0], document.createElement("canvas")];
          [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
          const seen = new Set();
          for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) seen.add(data.slice(i, i + 3).join());
          return [[...seen], data[3]];
        }""")
        wanted = TEXT if scheme == "light" else DARK[TEXT]
        assert ",".join(map(str, rgb(wanted))) in text[0], name
        assert text[1] == 0, name  # the ground is transparent
        page.set_content((chart if width == 1600 else small).svg.decode())
        assert page.evaluate(_OVERLAPS) == [], name
        page.close()
