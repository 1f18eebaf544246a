"""Mails as a browser shows them: nothing overflows, everything can be read, in light and in dark, wide and narrow.

With SCREENSHOTS=DIR in the environment each page is kept there as a picture.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.notify import samples
from tests.notify.test_chart import bars, contrast
from tracker.core.messages import Lang
from tracker.notify.forms.html import render_html
from tracker.notify.message import Message

pytestmark = pytest.mark.slow

# Each element that has text of its own: its colour, and that of the nearest ground behind it.
_COLOURS = """() => {
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(c)) return c;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.body.querySelectorAll("*")]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((e) => [e.tagName + "." + e.className, getComputedStyle(e).color, ground(e)]);
}"""


def open_mail(chromium: Browser, message: Message, width: int, scheme: Literal["light", "dark"]) -> Page:
    """A mail in a window of its own; it may request nothing."""
    page = chromium.new_page(viewport={"width": width, "height": 640}, color_scheme=scheme, device_scale_factor=2)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(render_html(message))
    assert asked == []
    return page


def rgb(colour: str) -> tuple[int, ...]:
    """The numbers of "rgb(31, 35, 40)"."""
    return tuple(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))


def keep_picture(page: Page, name: str) -> None:
    """A picture of the whole page, where they are asked for."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1200])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_mail_can_be_read(chromium: Browser, lang: Lang, width: int, scheme: Literal["light", "dark"]) -> None:
    for name, message in samples.every_message(lang).items():
        page = open_mail(chromium, message, width, scheme)
        keep_picture(page, f"{name}-{lang}-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        colours = page.evaluate(_COLOURS)
        assert len(colours) > 3, name
        weak = [one for one in colours if contrast(rgb(one[1]), rgb(one[2])) < 4.5]
        assert not weak, name
        assert (contrast(rgb(colours[0][2]), (255, 255, 255)) > 4.5) == (scheme == "dark"), name
        page.close()


@pytest.mark.parametrize("width", [320, 390, 800, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_is_drawn(chromium: Browser, width: int, scheme: Literal["light", "dark"]) -> None:
    page = open_mail(chromium, samples.additions("zh"), width, scheme)
    keep_picture(page, f"chart-{width}-{scheme}")
    shown = bars(samples.additions("zh"))
    widths = page.evaluate(
        "[...[...document.querySelectorAll('table.bars')].at(-1).querySelectorAll('.bar')]"
        ".map((e) => e.getBoundingClientRect().width)"
    )
    assert len(widths) == len(shown) > 5
    for drawn, (_, percent, _, _) in zip(widths, shown, strict=True):
        assert drawn == pytest.approx(max(widths) * percent / 100, abs=2)
    assert max(widths) > width / 4
    page.close()


@pytest.mark.parametrize("text", samples.HOSTILE)
def test_hostile_text_neither_runs_nor_breaks_the_page(chromium: Browser, text: str) -> None:
    page = open_mail(chromium, samples.hostile("zh", text), 320, "light")
    page.evaluate("() => 1")  # what would have run has run
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.scripts.length + document.querySelectorAll('[onmouseover], [onerror]').length") == 0
    assert page.evaluate("getComputedStyle(document.body).display") == "block"
    page.close()
