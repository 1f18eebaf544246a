"""The page of one entity: all names, all filings, since when, what became of them."""

from __future__ import annotations

import json

import pytest

from tests.web.conftest import Served, Visitor

RENAMED = "/entity/10"


def test_its_names_filings_and_changes(served: Served) -> None:
    html = served.get(RENAMED).text
    assert "新名科技有限公司" in html[html.index("<h1>") : html.index("</h1>")]
    names = html[html.index(">Names<") : html.index("Over time")]
    assert "第3科技有限公司" in names
    assert '<li class="observed">' in names
    assert "1 filing" in html
    table = html[html.index("<tbody>") : html.index("</tbody>")]
    assert "/filing/genai_service/Beijing-MoXing3-202401010003" in table
    assert "2024-01-04" in table
    changes = html[html.index('id="changes"') :]
    assert "<del>" in changes
    assert 'href="/changes?entity=10"' in changes
    assert served.get("/changes?entity=10").status_code == 200


def test_since_when_is_the_day_of_publication_where_a_list_states_none(served: Served) -> None:
    html = served.get("/entity/1").text
    table = html[html.index("<tbody>") : html.index("</tbody>")]
    assert "2023-06-20" in table
    assert "Later changes" in html
    assert "No changes after the additions" in html


def test_on_a_day_it_is_called_as_it_was_then(served: Served) -> None:
    html = served.get(f"{RENAMED}?as_of=2024-06-01").text
    main = html[html.index("<main") :]
    assert "第3科技有限公司" in main[main.index("<h1>") : main.index("</h1>")]
    assert "新名科技有限公司" not in main
    assert "/filing/genai_service/Beijing-MoXing3-202401010003?as_of=2024-06-01" in main


def test_before_it_had_filed_anything(served: Served) -> None:
    html = served.get(f"{RENAMED}?as_of=2023-01-01").text
    assert "No filing of this entity" in html
    assert "The first was published on 2024-01-04" in html
    assert f'href="{RENAMED}?as_of=2024-01-04"' in html
    assert served.get(f"{RENAMED}?known_on=2020-01-01").status_code == 200


def test_a_cancelled_filing_is_counted_as_such(served: Served) -> None:
    html = served.get("/entity/2").text
    assert 'class="badge cancelled"' in html
    assert "of which cancelled 1" in html
    assert "of which cancelled" not in served.get("/entity/2?as_of=2024-01-01").text


def test_its_filings_as_files_and_as_a_list(served: Served) -> None:
    html = served.get(f"{RENAMED}?as_of=2024-06-01").text
    assert 'href="/filings.csv?as_of=2024-06-01&amp;entity_id=10"' in html
    rows = json.loads(served.get("/filings.json?entity_id=10").content)
    assert [row["number"] for row in rows] == ["Beijing-MoXing3-202401010003"]
    listed = served.get("/filings?entity_id=10").text
    assert "新名科技有限公司" in listed[listed.index('class="chips"') : listed.index("<tbody>")]
    assert served.get("/api/v1/entities/10").status_code == 200
    assert 'href="/api/v1/entities/10' in html


@pytest.mark.parametrize("path", ["/entity/999999", "/entity/x", "/entity/0", "/entity/-1"])
def test_there_is_no_such_entity(served: Served, path: str) -> None:
    assert served.get(path).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize(("scheme", "lang"), [("light", "zh-CN"), ("dark", "en-GB")])
def test_in_a_browser(browser: Visitor, width: int, scheme: str, lang: str) -> None:
    visit = browser(width=width, scheme=scheme, lang=lang)
    paths = {"renamed": RENAMED, "then": f"{RENAMED}?as_of=2024-06-01", "early": f"{RENAMED}?as_of=2023-01-01"}
    for name, path in paths.items():
        visit.go(path)
        visit.check(f"entity-{name}-{width}-{scheme}-{lang}")
