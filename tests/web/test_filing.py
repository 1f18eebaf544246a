"""The page of one filing: its fields, what happened, where that is written, how to cite it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.web.conftest import Served, Visitor, serving

RENAMED = "/filing/genai_service/Beijing-MoXing3-202401010003"
CANCELLED = f"/filing/deep_synthesis/{quote('网信算备110108224200201240013号')}"


def test_its_fields_and_where_they_are_written(served: Served) -> None:
    html = served.get(RENAMED).text
    assert "<h1>" in html
    assert "模型3号" in html[html.index("<h1>") : html.index("</h1>")]
    assert "active" in html[html.index("<h1>") : html.index("</h1>")]
    record = html[html.index('class="record"') : html.index("<h2>Source</h2>")]
    assert "as printed: 2024/1/4<" in record  # for 2024-01-04
    assert "scenario" not in record  # what is empty is left out
    written = html[html.index("<h2>Source</h2>") : html.index("What happened")]
    sha256 = re.search(r"<code>([0-9a-f]{64})</code>", written)
    assert sha256
    assert f'href="/original/{sha256[1]}"' in written
    assert "table 1, row 4" in written
    assert "国家互联网信息办公室关于发布生成式人工智能服务已备案信息的公告" in written
    assert "Beijing time" in written
    original = served.get(f"/original/{sha256[1]}")
    assert original.content.startswith(b"PK")


def test_what_happened_is_told_with_before_and_after(served: Served) -> None:
    html = served.get(RENAMED).text
    happened = html[html.index('class="timeline"') : html.index("</ol>", html.index('class="timeline"'))]
    assert happened.count('<li class="observed">') == 2
    assert "第3科技有限公司" in happened[happened.index("<del>") :]
    assert "新名科技有限公司" in happened[happened.index("<ins>") :]
    assert happened.count("/original/") == 2
    assert "Versions (2)" in html


def test_a_cancelled_one_names_the_notice(served: Served) -> None:
    html = served.get(CANCELLED).text
    assert 'class="badge cancelled"' in html[html.index("<h1>") : html.index("</h1>")]
    assert html.count('class="written"') == 2
    assert "关于注销“算法2”等1个算法备案编号的公告" in html
    assert "from the region code of the number" in html
    assert "2025-07" in html


def test_how_to_cite(served: Served) -> None:
    for lang, start in (("en", "Cyberspace Administration of China, “国家"), ("zh", "国家互联网信息办公室：《国家")):
        html = served.get(f"{RENAMED}?lang={lang}").text
        cited = unescape(re.search(r'<pre class="cite">(.*?)</pre>', html, re.S)[1])  # type: ignore[index]
        assert cited.startswith(start)
        assert "Beijing-MoXing3-202401010003" in cited
        assert "新名科技有限公司" in cited
        assert re.search(r"[0-9a-f]{64}", cited)
        link = re.search(r"http://127\.0\.0\.1:\d+(/filing/\S+?known_on=\d{4}-\d\d-\d\d)", cited)
        assert link
        assert "新名科技有限公司" in served.get(link[1]).text


def test_before_it_was_there(served: Served) -> None:
    early = served.get(f"{RENAMED}?as_of=2023-12-31")
    assert early.status_code == 200
    assert "Not yet published on that day" in early.text
    assert "First published on 2024-01-04" in early.text
    assert f'href="{RENAMED}?as_of=2024-01-04"' in early.text
    assert 'class="record"' not in early.text
    unknown = served.get(f"{RENAMED}?known_on=2024-12-31").text
    assert "Not yet recorded here on that day" in unknown
    assert f'href="{RENAMED}"' in unknown


def test_as_it_was_on_a_day(served: Served) -> None:
    html = served.get(f"{RENAMED}?as_of=2024-06-01").text
    main = html[html.index("<main") :]
    assert "第3科技有限公司" in main
    assert "新名科技有限公司" not in main[: main.index("How to cite")]
    assert "Versions (1)" in main
    before = served.get(f"{CANCELLED}?as_of=2024-06-01").text
    assert 'class="badge active"' in before
    assert before.count('class="written"') == 1


def test_links_keep_the_day(served: Served) -> None:
    html = served.get(f"{RENAMED}?as_of=2024-06-01").text
    own = re.findall(r'href="(/(?:entity|batch|filings|changes|api)[^"]*)"', html[html.index("<main") :])
    assert own
    assert [link for link in own if "as_of=2024-06-01" not in link] == []


def test_its_own_record_for_programs(served: Served) -> None:
    link = f"/api/v1{RENAMED.replace('/filing/', '/filings/')}"
    assert f'href="{link}"' in served.get(RENAMED).text
    assert served.get(link).json()["number"] == "Beijing-MoXing3-202401010003"


@pytest.mark.parametrize("path", ["/filing/nothing/Beijing-MoXing3-202401010003", "/filing/genai_service/nothing"])
def test_an_unknown_one_says_what_to_do(served: Served, path: str) -> None:
    answer = served.get(path)
    assert answer.status_code == 404
    assert f'href="/filings?q={path.rsplit("/", 1)[1]}"' in answer.text
    assert ("Other series have it" in answer.text) == ("nothing/" in path)


def test_the_number_alone_is_enough(served: Served) -> None:
    answer = served.get("/filing/Beijing-MoXing3-202401010003?as_of=2024-06-01")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{RENAMED}?as_of=2024-06-01"
    missing = served.get("/filing/MoXing3")
    assert missing.status_code == 404
    assert f'href="{RENAMED}"' in missing.text  # what a search for it finds


def test_a_file_that_the_archive_lacks_is_told(history: Path, tmp_path: Path) -> None:
    (tmp_path / "history.db").write_bytes((history / "history.db").read_bytes())
    with serving(tmp_path, LANG="en") as bare:
        html = bare.get(RENAMED).text
    assert "The archive does not have this file" in html
    assert "Download the original file" not in html


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize(("scheme", "lang"), [("light", "zh-CN"), ("dark", "en-GB")])
def test_in_a_browser(browser: Visitor, width: int, scheme: str, lang: str) -> None:
    visit = browser(width=width, scheme=scheme, lang=lang)
    paths = {"renamed": RENAMED, "cancelled": CANCELLED, "early": f"{RENAMED}?as_of=2023-12-31"}
    for name, path in paths.items():
        visit.go(path)
        visit.check(f"filing-{name}-{width}-{scheme}-{lang}")
    visit.go("/filing/genai_service/nothing", 404)
    visit.check(f"filing-unknown-{width}-{scheme}-{lang}")


@pytest.mark.slow
def test_without_scripts_it_opens_its_versions_and_its_file(browser: Visitor) -> None:
    page = browser(javascript=False).go(RENAMED)
    page.click("details.versions summary")
    assert page.locator("details.versions h3").count() == 2
    assert page.locator("details.versions h3").first.is_visible()
    with page.expect_download() as waiting:
        page.click("text=Download the original file")
    assert waiting.value.suggested_filename.endswith(".docx")
