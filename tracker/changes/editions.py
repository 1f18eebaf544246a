"""The edition of the rules by which filings are indexed; it stands apart, so that asking for it loads no rules."""

from __future__ import annotations

# Raised when the rules of `indexing`, or those of reading a remark, change: every filing is then indexed anew.
INDEX = 1
