"""The edition of the rules by which filings are indexed; a module of its own, so that reading it loads no rules."""

from __future__ import annotations

# Raised when the rules of `indexing`, or those of reading a remark, change: every filing is then indexed again.
INDEX = 1
