"""A small history of what lists should not hold but may: odd numbers, markup and formulas in names, a renumbering."""

from __future__ import annotations

from tests.support.polling import GENAI_PAGE, GENAI_TITLE, Desk, genai_docx, genai_rows, label

NUMBER = "Beijing-a/b %25 中<b>&\"'?#-20240105"
MARKUP = "<script>alert(1)</script>模型"
FORMULA = '=HYPERLINK("http://x.example")'
ENTITY = "<i>斜</i>公司"
FORMER, TODAY = "Beijing-MoXing6-202401010006", "Beijing-MoXing6-202401020006"  # FORMER is another filing's now
GONE, INSTEAD = "Beijing-MoXing7-202401010007", "Beijing-MoXing7-202401020007"
ROWS = {"r1c4": NUMBER, "r2c2": MARKUP, "r3c2": FORMULA, "r4c3": ENTITY}


def odd_polls(desk: Desk) -> None:
    """A baseline of 8 filings; then two have other numbers; then the old one of these is that of a new filing."""
    page = (GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00")
    desk.site.publish_page(*page, [(label("2024-04"), genai_docx(genai_rows(1, 8, **ROWS)))])
    desk.poll()
    renumbered = genai_docx(genai_rows(1, 8, **ROWS, r6c4=TODAY, r7c4=INSTEAD))
    desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), renumbered)
    desk.poll(POLL__RECHECK_FILES_DAYS="0")
    later = genai_rows(11, 15, r11c4=FORMER)
    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(later))
    desk.poll()
