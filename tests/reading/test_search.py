"""Text as it is searched, and Chinese names by Latin letters."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.reading.search_text import latin_of, latin_term, search_terms, searchable


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        (None, ""),
        (" \u3000\n", ""),
        ("ＯＰＰＯ　小布", "oppo小布"),
        ("【甲】「乙」—丙", '(甲)"乙"-丙'),
        ("网信算备 1101号", "网信算备1101号"),
        ("⽂⼼一言", "文心一言"),
        ("Straße", "strasse"),
    ],
)
def test_searchable(text: str | None, folded: str) -> None:
    assert searchable(text) == folded


def test_a_query_is_cut_before_it_is_folded() -> None:
    assert search_terms(" 文心\u3000WXYY wxyy\t（甲） \u200b ") == ("文心", "wxyy", "(甲)")
    assert search_terms("") == search_terms(" \u3000") == ()


@pytest.mark.parametrize(
    ("names", "latin"),
    [
        (["文心一言"], " wxyy wenxinyiyan"),
        (["AI长城-GPT4"], " aiccgpt4 aichangchenggpt4"),
        (["ａｉ　长城"], " aicc aichangcheng"),
        (["重庆音乐"], " cqyy chongqingyinyue"),
        (["阿"], " a"),
        (["Café绿"], " cafel cafelv"),
        (["〇一", "零一"], " ly lingyi"),
        (["文心一言", "GPT4", "", "文心 一言", "甲"], " wxyy wenxinyiyan j jia"),
        (["GPT-4"], ""),
        (["\U00031fff"], ""),  # of no known reading
        ([], ""),
    ],
)
def test_latin_of(names: list[str], latin: str) -> None:
    assert latin_of(names) == latin


@pytest.mark.parametrize(
    ("term", "sought"),
    [
        ("bd", " bd"),
        ("a1", " a1"),
        ("wxy", " wxy"),
        ("wxyy", "wxyy"),
        ("360kan", "360kan"),
        ("b", None),
        ("", None),
        ("2024", None),
        ("wx-yy", None),
        ("WXYY", None),
        ("wxyy\n", None),
        ("文心", None),
        ("é1", None),
    ],
)
def test_latin_term(term: str, sought: str | None) -> None:
    assert latin_term(term) == sought


@pytest.mark.parametrize(
    ("query", "name", "found"),
    [
        ("wxyy", "文心一言", True),
        ("WXYY", "百度文心一言", True),
        ("wenxin", "百度文心一言", True),
        ("bd", "百度文心一言", True),
        ("wx", "百度文心一言", False),
        ("gpt4", "AI长城-GPT4", True),
    ],
)
def test_names_are_found_by_their_letters(query: str, name: str, found: bool) -> None:
    (term,) = search_terms(query)
    sought = latin_term(term)
    assert sought is not None
    assert (sought in latin_of([name])) is found


def test_the_dictionary_is_loaded_by_the_first_name_only() -> None:
    """In a process of its own, for here it is loaded already."""
    code = (
        "import sys; from tracker.reading.search_text import latin_of; latin_of(['GPT']);"
        "a = 'pypinyin' in sys.modules;"
        "latin_of(['文']); print(a, 'pypinyin' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True"]


# The characters that the rules speak of, and those that fold in more than one step, among any others
telling = st.sampled_from(list("文心〇甲aB1 \n\u3000\u200b（【「”—⽂⻓éßİᾳῂ\u0301\u0307\u0322\u0345㈱㊙"))
texts = st.text(telling | st.characters(), max_size=12)


@given(texts)
@example("İ\u0322")
def test_folding_again_changes_nothing(text: str) -> None:
    folded = searchable(text)
    assert searchable(folded) == folded
    assert searchable(text.replace("a", "A")) == folded
    assert not any(char.isspace() for char in folded)


@given(st.lists(texts, max_size=4))
def test_latin_letters_are_entries_that_are_typed(names: list[str]) -> None:
    latin = latin_of(names)
    entries = latin.split(" ")[1:]
    assert latin == "".join(f" {entry}" for entry in entries)
    assert len(entries) == len(set(entries)) <= 2 * len(names)
    assert all(entry.isascii() and entry.isalnum() and entry == entry.lower() for entry in entries)
    assert latin == latin_of(map(searchable, names))
