"""A history with all that an export must carry: two series of lists, a re-issue, a rename, a notice, odd texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.desk_book import Ledger, synthesis

RENAMED = "=新名（北京）科技有限公司"
LATE = "附件：境内深度合成服务算法备案清单（2025年9月）"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The history, for tests that only read it."""
    with closing(recorded(tmp_path_factory.mktemp("history") / "data")) as book:
        yield book


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Ledger]:
    """The history, for tests that go on with it."""
    with closing(recorded(tmp_path / "data")) as book:
        yield book


def recorded(folder: Path) -> Ledger:
    """Polls on 1 to 5 January 2026: a list of June 2023; its re-issue; two notices; a list of September 2025.

    One notice cancels two of the first list, and one that only the last list states; another one cancels a filing of
    the first list, of all things before that was published.
    """
    book = Ledger(folder)
    first = "附件：境内深度合成服务算法备案清单（2023年6月）"
    book.page("/2023-06/20/c_1.htm", (first, synthesis(range(1, 13), r5c4='+"引号"，\n换行')))
    book.poll()
    book.page("/2023-06/20/c_1.htm", (first, synthesis(range(1, 13), r5c4='+"引号"，\n换行', r3c3=RENAMED)))
    book.poll()
    book.notice("one", "关于注销“算法1”等3个算法备案编号的公告", 1, 2, 21)
    book.notice("two", "关于注销“算法4”算法备案编号的公告", 4, month="2023年5月")
    book.poll()
    book.page("/2025-09/11/c_2.htm", (LATE, synthesis(range(21, 27))), day="2025-09-11")
    book.poll()
    return book
