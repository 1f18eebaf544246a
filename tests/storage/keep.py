"""Keeps a small history of the newest schema for versions to come: `python -m tests.storage.keep`, once for each."""

from __future__ import annotations

import gzip
import sqlite3
import tempfile
from pathlib import Path

from storage.schema.migrations import migrations
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
from tracker.demo.site import StandIn

KEPT = Path(__file__).parent / "kept"


def two_polls(desk: Desk) -> None:
    """A baseline of 15 filings; then 6 more, one entity renamed, one algorithm cancelled."""
    site = desk.site
    site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00", [(label("2024-04"), genai_docx(genai_rows(1, 8)))])
    lists = [(SYNTHESIS_LABEL, algorithm_docx(*(algorithm(n) for n in range(1, 8))))]
    site.publish_page(SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 18:00", lists)
    desk.poll()
    site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(9, 14)))
    site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 8, r3c3="新名科技有限公司")))
    notice = algorithm_docx((*algorithm(2)[:7], "2025年7月"), headings=NOTICE_HEADINGS)
    site.publish_notice("关于注销“算法2”等1个算法备案编号的公告", "2025-07-14 10:00:00", notice, "notice_1")
    desk.poll(POLL__RECHECK_FILES_DAYS="0")


def main() -> None:
    """Write `kept/schema_N.db.gz`."""
    target = KEPT / f"schema_{len(migrations._migrations)}.db.gz"
    with tempfile.TemporaryDirectory() as scratch, StandIn() as site:
        desk = Desk(site, Path(scratch) / "data")
        two_polls(desk)
        whole = Path(scratch) / "whole.db"
        conn = sqlite3.connect(desk.data / "history.db")
        conn.execute("VACUUM INTO ?", [str(whole)])
        conn.close()
        target.write_bytes(gzip.compress(whole.read_bytes(), 9, mtime=0))
    print(target, target.stat().st_size)


if __name__ == "__main__":
    main()
