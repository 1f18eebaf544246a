"""The version of the rules of the index, in a module of its own, so that reading it loads no rules."""

from __future__ import annotations

# Raised when the rules of `indexing`, or those of reading a remark, change: every filing is then indexed anew.
INDEX = 1
