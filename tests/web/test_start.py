"""The start page: totals, what changed, where its charts lead, days of the past."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Served


def test_what_stands_in_the_charts_can_be_opened(served: Served) -> None:
    page = served.get("/?as_of=2026-12-31").text
    for name in ("第1公司", "新名科技有限公司"):
        link = re.search(
            rf'<th scope="row" role="rowheader"><a href="(/entity/\d+\?as_of=2026-12-31)"><span lang="zh">{name}<', page
        )
        assert link, name
        assert name in served.get(link[1]).text
    place = re.search(
        r'<th scope="row" role="rowheader"><a href="(/filings\?as_of=2026-12-31&amp;province=[^"]+)">Beijing<', page
    )
    assert place
    assert "21 filings" in served.get(place[1].replace("&amp;", "&")).text
    assert '<p class="caption"><a href="/filings?as_of=2026-12-31&amp;series=deep_synthesis">Deep synthesis<' in page


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", []),
        ("/?as_of=1999-01-01", ["Nothing was published by 1999-01-01. The first batch was published on 2023-06",
                                "No batch was published by that day.", "Sources today",
                                "No change was published by that day"]),
        ("/filings?as_of=1999-01-01", ["No filing was published by 1999-01-01.", "Without a date (21 filings)"]),
    ],
)  # fmt: skip
def test_a_day_before_everything_says_so(served: Served, path: str, said: list[str]) -> None:
    page = served.get(path).text
    for text in said:
        assert text in page
    assert "since the baseline" not in page
    assert "has no filings yet" not in page


def test_every_page_leads_to_the_state_of_the_sources(served: Served) -> None:
    for path in ("/about?as_of=2024-05-01", "/filings?as_of=2024-05-01", "/nothing?as_of=2024-05-01"):
        assert '<a href="/state?as_of=2024-05-01">Sources and checks</a>' in served.get(path).text
