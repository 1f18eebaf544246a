"""Links in the cells of Datasette's tables."""

from __future__ import annotations

import pytest

from tracker.web.plugin import linked

SHA256 = "ab" * 32


@pytest.mark.parametrize(
    ("value", "column", "html"),
    [
        ("A/1", "number", '<a href="/filing/genai_service/A%2F1">A/1</a>'),
        ('"><script>', "number", '<a href="/filing/genai_service/%22%3E%3Cscript%3E">&#34;&gt;&lt;script&gt;</a>'),
        ("", "number", None),
        (None, "number", None),
        (7, "entity_id", '<a href="/entity/7">7</a>'),
        ({"value": 7, "label": "甲<b>"}, "entity_id", '<a href="/entity/7">甲&lt;b&gt; (7)</a>'),
        ("7", "entity_id", None),
        (SHA256, "sha256", f'<a href="/original/{SHA256}" title="{SHA256}">abababababab…</a>'),
        (SHA256.upper(), "sha256", None),
        ("x", "sha256", None),
        ("A/1", "name", None),
    ],
)
def test_links(value: object, column: str, html: str | None) -> None:
    link = linked({"series": "genai_service", "number": "A/1"}, value, column)
    assert (None if link is None else str(link)) == html


def test_a_number_without_its_series_is_no_link() -> None:
    assert linked({"number": "A/1"}, "A/1", "number") is None
