"""Text stays text in spreadsheet programs, and can be made what it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.safe_text import harmless, original


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t1", "\r1", "\n1", "＝", " =", "\ufeff=", "'="])
def test_what_begins_a_formula_gets_a_quote(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "Beijing-MoXing-2024", "'quoted'", "百度", "1-2", " 算法"])
def test_other_text_is_left_alone(text: str) -> None:
    assert harmless(text) == text


@given(st.one_of(st.text(), st.text("'=+-@ \t\r\n\ufeffa＝", max_size=6)))
def test_every_text_comes_back(text: str) -> None:
    assert original(harmless(text)) == text
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
