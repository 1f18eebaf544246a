"""The chart of a series' growth in a mail: what it shows, and that it can be seen on white and on black."""

from __future__ import annotations

import re
from dataclasses import replace

import lxml.html
import pytest

from tests.notify import samples
from tracker.notify.forms.html import MOST_BATCHES, growth_shown, render_html
from tracker.notify.message import Growth, Message

BLUE, GREY = "#2877d4", "#8b95a3"


def grown(*batches: tuple[str, int], series: str = "genai_service") -> Message:
    """A message whose series has grown so."""
    return replace(samples.additions("zh"), growth=(Growth(series=series, batches=batches),))


def bars(message: Message) -> list[tuple[str, int, str, str]]:
    """The rows of the chart: label, width in per cent, colour, count."""
    rows = lxml.html.document_fromstring(render_html(message)).xpath("(//table[@class='bars'])[last()]/tr")
    found = []
    for row in rows:
        label, bar, count = row.xpath("td")
        width, colour = re.search(r"width:(\d+)%.*background:(#[0-9a-f]{6})", bar.find("div").get("style")).groups()
        found.append((label.text_content(), int(width), colour, count.text_content()))
    return found


def luminance(colour: tuple[int, ...]) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [one / 255 for one in colour]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The contrast of two colours (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_list_of_the_message_has_another_colour() -> None:
    assert bars(grown(("2024-07", 97), ("2024-08", 97))) == [
        ("2024-07", 100, GREY, "97"), ("2024-08", 100, BLUE, "97"),
    ]  # fmt: skip


def test_bars_are_as_wide_as_their_counts() -> None:
    assert [row[1] for row in bars(grown(("2024-06", 0), ("2024-07", 25), ("2024-08", 100)))] == [0, 25, 100]


@pytest.mark.parametrize("colour", [BLUE, GREY])
def test_bars_are_seen_on_light_and_on_dark(colour: str) -> None:
    rgb = tuple(bytes.fromhex(colour[1:]))
    assert contrast(rgb, (255, 255, 255)) >= 3
    assert contrast(rgb, (0x11, 0x11, 0x11)) >= 3


def test_only_the_last_batches_are_shown() -> None:
    months = [(f"{year}-{month:02d}", 10 * month) for year in (2023, 2024) for month in range(1, 13)]
    shown = growth_shown(grown(*months))
    assert shown is not None
    assert shown.batches == tuple(months[-MOST_BATCHES:])


def test_periods_that_are_none_are_left_out_and_equal_ones_added_up() -> None:
    shown = growth_shown(grown(("附件1", 5), ("2024-07", 1), ("2024-08", 2), ("2024-08", 3)))
    assert shown is not None
    assert shown.batches == (("2024-07", 1), ("2024-08", 5))


def test_the_series_with_the_most_additions_is_shown() -> None:
    deep = samples.batch(series="deep_synthesis", period="2025-07", changes={"added": 389}, kinds={"": 389})
    both = tuple(
        Growth(series=series, batches=(("2024-07", 1), ("2024-08", 2))) for series in ("genai_service", deep.series)
    )
    shown = growth_shown(samples.message("zh", batches=(samples.batch(), deep), growth=both))
    assert shown is not None
    assert shown.series == "deep_synthesis"


@pytest.mark.parametrize(
    "message",
    [
        grown(), grown(("2024-08", 97)), grown(("2024-07", 1), ("2024-08", 2), series="on_device"),
        samples.cancellation("zh"), samples.incidents("en"), samples.test_message("zh"),
    ],
)  # fmt: skip
def test_nothing_is_drawn_where_nothing_has_grown(message: Message) -> None:
    caption = {"zh": "各批新增数量", "en": "Additions per batch"}[message.lang]
    assert growth_shown(message) is None
    assert caption not in render_html(message)


@pytest.mark.parametrize("text", samples.HOSTILE)
def test_no_text_of_the_site_reaches_the_chart(text: str) -> None:
    assert growth_shown(samples.hostile("zh", text)) is None
