"""The editions of the rules by which derivations are made; they stand apart, so that asking for one loads no rules."""

from __future__ import annotations

# Raised when the rules of `indexing`, or those of reading a remark, change: every filing is then indexed anew.
INDEX = 1
# Raised when the rules of `entities` change: entities are then made anew, though nothing was recorded.
ENTITIES = 1
