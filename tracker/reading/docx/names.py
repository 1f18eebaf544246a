"""The element and attribute names of WordprocessingML, in either of its two namespaces.

In: the tag of a part's root. Out: names as lxml spells them. Must never: know what the names are used for.
"""

from __future__ import annotations

from tracker.core.errors import Unreadable

_TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_MATH = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"

CHOICE = f"{{{_COMPATIBILITY}}}Choice"
FALLBACK = f"{{{_COMPATIBILITY}}}Fallback"


class Words:
    """Names in one namespace: `words("tbl")` is "{http://…/main}tbl"."""

    def __init__(self, root_tag: str) -> None:
        namespace = root_tag[1:].partition("}")[0]
        if namespace not in (_TRANSITIONAL, _STRICT):
            raise Unreadable("The file's main part is no Word document")
        self._prefix = f"{{{namespace}}}"
        self.math_text = f"{{{_MATH[namespace == _STRICT]}}}t"

    def __call__(self, name: str) -> str:
        return self._prefix + name

    def all(self, *names: str) -> tuple[str, ...]:
        """Return several names at once."""
        return tuple(self._prefix + name for name in names)
