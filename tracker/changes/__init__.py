"""From what is known and what came in to changes. Pure: values in, values out.

`guards` decides whether a list may be recorded, `differ` compares it with the known list, `renumbering` and
`cancellations` handle numbers and notices, `entities` groups filings by who files, `checks` compares the history with
the regulator's own figures. Open `differ` first.
"""

from __future__ import annotations

# Raise it when the rules of `indexing`, or those of reading a remark, change: every filing is then indexed again.
INDEX_VERSION = 1
