"""The picture of a series' growth: what it shows, and that it can be read on white and on black."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from tests.notify import samples
from tracker.notify.forms.chart import MOST_BATCHES, SIZE, growth_shown, render_chart
from tracker.notify.message import Growth, Message

BLUE, GREY = (40, 119, 212), (139, 149, 163)


def grown(*batches: tuple[str, int], series: str = "genai_service") -> Message:
    """A message whose series has grown so."""
    return replace(samples.additions("zh"), growth=(Growth(series=series, batches=batches),))


def picture(message: Message) -> Image.Image:
    """The chart, decoded."""
    return Image.open(io.BytesIO(render_chart(message))).convert("RGBA")


def count(image: Image.Image, colour: tuple[int, int, int]) -> int:
    """How many opaque pixels have a colour."""
    return sum(n for n, pixel in image.getcolors(1 << 20) or [] if pixel == (*colour, 255))


def luminance(colour: tuple[int, ...]) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [one / 255 for one in colour]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The contrast of two colours (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_list_of_the_message_stands_out() -> None:
    image = picture(grown(("2024-07", 97), ("2024-08", 97)))
    assert image.size == (2 * SIZE[0], 2 * SIZE[1])
    assert count(image, BLUE) > 10_000
    assert count(image, GREY) == pytest.approx(count(image, BLUE), rel=0.1)


def test_bars_are_as_high_as_their_counts() -> None:
    image = picture(grown(("2024-07", 25), ("2024-08", 100)))
    assert count(image, BLUE) == pytest.approx(4 * count(image, GREY), rel=0.1)


def test_the_ground_is_transparent_and_everything_on_it_readable() -> None:
    image = picture(samples.additions("zh"))
    corners = [image.getpixel((x, y)) for x in (0, image.width - 1) for y in (0, image.height - 1)]
    assert {corner[3] for corner in corners if isinstance(corner, tuple)} == {0}
    opaque = {
        pixel[:3]: n for n, pixel in image.getcolors(1 << 20) or [] if isinstance(pixel, tuple) and pixel[3] == 255
    }
    drawn = [colour for colour, n in opaque.items() if n > 200]
    assert len(drawn) >= 3  # text, bars, bars of the message
    for colour in drawn:
        assert contrast(colour, (255, 255, 255)) >= 3
        assert contrast(colour, (0x11, 0x11, 0x11)) >= 3


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
    assert render_chart(message) == b""


@pytest.mark.parametrize("text", samples.HOSTILE)
def test_no_text_of_the_site_reaches_the_picture(text: str) -> None:
    assert growth_shown(samples.hostile("zh", text)) is None
