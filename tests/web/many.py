"""A history with more than a page of everything, and with names that mean harm to pages, feeds and spreadsheets."""

from __future__ import annotations

from tests.support.polling import (
    GENAI_PAGE,
    GENAI_TITLE,
    NOTICE_HEADINGS,
    SYNTHESIS,
    SYNTHESIS_LABEL,
    SYNTHESIS_TITLE,
    Desk,
    algorithm,
    algorithm_docx,
    genai_docx,
    genai_rows,
    label,
)

HTML, FORMULA = "<img src=x onerror=alert(1)>&\"'“模型”", '=HYPERLINK("http://evil.example","x")'
RENAMED = "原主体名称“第3公司”变更为“第三公司”"
ROWS = 130


def many_polls(desk: Desk) -> None:
    """130 services and 6 algorithms; then 7 services more and a refused row, two renamed entities, a cancellation."""
    site = desk.site
    odd = {"r1c2": HTML, "r2c2": FORMULA, "r3c1": "上海市", "r4c1": "上海市"}
    first = genai_docx(genai_rows(1, ROWS, **odd))
    site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00", [(label("2024-04"), first)])
    algorithms = [algorithm(n) for n in range(1, 7)]
    site.publish_page(
        SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 18:00", [(SYNTHESIS_LABEL, algorithm_docx(*algorithms))]
    )  # fmt: skip
    desk.poll()
    again = genai_docx(genai_rows(1, ROWS, **odd, r7c3="第七新名公司", r9c2="新模型9号"))
    site.replace_attachment(GENAI_PAGE, label("2024-04"), again)
    site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(ROWS + 1, ROWS + 8, r133c4="")))
    renamed = [algorithm(n, RENAMED) if n == 3 else algorithm(n) for n in range(1, 7)]
    site.replace_attachment(SYNTHESIS, SYNTHESIS_LABEL, algorithm_docx(*renamed))
    notice = algorithm_docx((*algorithm(2)[:7], "2025年7月"), headings=NOTICE_HEADINGS)
    site.publish_notice("关于注销“算法2”等1个算法备案编号的公告", "2025-07-14 10:00:00", notice, "notice_1")
    desk.poll(POLL__RECHECK_FILES_DAYS="0")
