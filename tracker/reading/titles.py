"""Which of the texts above a table is the title of the list.

In: paragraphs or title rows, in order. Out: one line. Must never: join a whole preface into a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracker.core.series import fold

# 附件, 附件 18, 附件3：, 附表一
_ATTACHMENT_MARK = re.compile(r"附[件表][\d一二三四五六七八九十]*[::、.]?")
# （2024年6月）, 2024年6月: the period of a title that is broken over two paragraphs
_PERIOD_ONLY = re.compile(r"[(]?(?:截至)?20\d\d年(?:\d{1,2}月)?(?:\d{1,2}日)?[)]?")


def title_of(texts: Iterable[str]) -> str:
    """The first text that says something, with the period that may follow in a paragraph of its own."""
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    told = [line.strip() for line in lines if not _ATTACHMENT_MARK.fullmatch(fold(line))]
    if len(told) > 1 and _PERIOD_ONLY.fullmatch(fold(told[1])):
        return told[0] + told[1]
    return told[0] if told else ""
