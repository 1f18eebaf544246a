"""Makers of small PDF lists whose rows are known before any reader runs: drawn line by line, page by page."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

WIDTHS = (40.0, 120.0, 180.0)
LEFT, TOP, LEADING, SIZE = 60.0, 780.0, 14.0, 9.0

Lines = Sequence[str]  # the printed lines of a cell
Ruler = Callable[[Canvas, float, float, float, float], None]


@dataclass(frozen=True)
class Block:
    """A table part: rows of cells of printed lines; `closed` says whether its first and last row are ruled off."""

    rows: Sequence[Sequence[Lines]]
    closed: tuple[bool, bool] = (True, True)
    above: str = ""
    top: float = TOP
    widths: Sequence[float] = WIDTHS


def box(canvas: Canvas, left: float, top: float, width: float, height: float) -> None:
    """A cell as a stroked rectangle."""
    canvas.rect(left, top - height, width, height)


def thin_fills(canvas: Canvas, left: float, top: float, width: float, height: float) -> None:
    """A cell as four thin filled rectangles."""
    for x, y, w, h in (
        (left, top, width, 0.5), (left, top - height, width, 0.5),
        (left, top - height, 0.5, height), (left + width, top - height, 0.5, height),
    ):  # fmt: skip
        canvas.rect(x, y, w, h, stroke=0, fill=1)


def dashes(canvas: Canvas, left: float, top: float, width: float, height: float) -> None:
    """A cell as many little strokes."""
    for x in range(int(width / 4)):
        for y in (top, top - height):
            canvas.line(left + 4 * x, y, left + 4 * x + 2.5, y)
    for y in range(int(height / 4) + 1):
        for x_at in (left, left + width):
            canvas.line(x_at, top - 4 * y, x_at, max(top - height, top - 4 * y - 2.5))


def make(
    pages: Sequence[Sequence[Block]], ruler: Ruler = box, rotate: int = 0, footer: bool = False
) -> bytes:
    """A PDF of pages of blocks."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    for number, page in enumerate(pages, 1):
        canvas.setFont("Helvetica", SIZE)
        if rotate:
            canvas.setPageRotation(rotate)
        for block in page:
            draw(canvas, block, ruler)
        if footer:
            canvas.drawString(290, 30, f"Page {number} of {len(pages)}")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def draw(canvas: Canvas, block: Block, ruler: Ruler = box) -> float:
    """Draw one block; returns where it ends."""
    at = block.top
    if block.above:
        canvas.drawString(LEFT + 60, at + 8, block.above)
    for number, row in enumerate(block.rows):
        height = LEADING * max(len(cell) for cell in row) + 6
        is_open = (number == 0 and not block.closed[0]) or (
            number == len(block.rows) - 1 and not block.closed[1]
        )
        left = LEFT
        for cell, width in zip(row, block.widths, strict=True):
            if is_open:
                canvas.line(left, at, left, at - height)
                canvas.line(left + width, at, left + width, at - height)
                if not (number == 0 and not block.closed[0]):
                    canvas.line(left, at, left + width, at)
                if not (number == len(block.rows) - 1 and not block.closed[1]):
                    canvas.line(left, at - height, left + width, at - height)
            else:
                ruler(canvas, left, at, width, height)
            for place, text in enumerate(cell):
                canvas.drawString(left + 4, at - LEADING * (place + 1) + 2, text)
            left += width
        at -= height
    return at
