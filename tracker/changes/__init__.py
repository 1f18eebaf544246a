"""From what is known and what came in to changes. Pure: no network, clock, file or database.

In: the history's filings of a list, and the list as read. Out: changes, warnings and objections. Must never depend on
the order of rows. Open `differ` first; `guards` decides whether a list may be recorded, `renumbering` which new numbers
are corrected old ones, `entities` which filings belong to one entity, and `checks` compares the history with
published figures.
"""

from __future__ import annotations

# Raise it when the rules of `indexing`, or those of reading a remark, change: every filing is then indexed again.
INDEX_VERSION = 1
