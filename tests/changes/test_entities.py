"""Which filings belong to one entity, through renames."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.changes.entities import Entity, EntityClaim, group_entities
from tracker.reading.normalise import comparable
from tracker.reading.remarks.events import RemarkKind, read_remark

REAL = Path(__file__).resolve().parents[3] / "shared" / "real" / "truth"
CODE = "1101057997457"

Rename = tuple[str | None, str | None]


def claim(filing: int, *names: str, applicant: str | None = None, renames: tuple[Rename, ...] = ()) -> EntityClaim:
    return EntityClaim(filing, names, applicant, renames)


def told(*claims: EntityClaim) -> list[tuple[int, str, tuple[int, ...]]]:
    return [(entity.id, entity.name, entity.filings) for entity in group_entities(claims)]


def named(entity: Entity) -> list[tuple[str, str]]:
    return [(name.name, name.basis) for name in entity.names]


def test_filings_of_one_name_belong_together_however_it_is_printed() -> None:
    claims = claim(2, "甲（北京）公司"), claim(5, "乙"), claim(7, "甲(北京) 公司")
    assert told(*claims) == [(2, "甲(北京) 公司", (2, 7)), (5, "乙", (5,))]
    assert named(group_entities(claims)[0]) == [("甲(北京) 公司", "listed")]


def test_filings_of_one_applicant_belong_together() -> None:
    claims = claim(1, "甲", applicant=CODE), claim(2, "乙", applicant=CODE), claim(3, "乙"), claim(4, "丙")
    assert told(*claims) == [(1, "乙", (1, 2, 3)), (4, "丙", (4,))]


def test_a_stated_rename_ties_the_filings_of_both_names() -> None:
    (entity,) = group_entities([claim(1, "乙", renames=(("甲", "乙"),)), claim(2, "甲"), claim(3, "乙")])
    assert entity.filings == (1, 2, 3)
    assert entity.name == "乙"  # the list of filing 2 was not edited
    assert named(entity) == [("乙", "listed"), ("甲", "listed")]


@pytest.mark.parametrize("rename", [("甲", None), ("甲", ""), (None, "甲"), ("", "甲")])
def test_one_side_of_a_rename_is_enough(rename: Rename) -> None:
    assert told(claim(1, "甲"), claim(2, "乙", renames=(rename,))) == [(1, "乙", (1, 2))]


def test_a_name_that_only_a_remark_states_is_kept_as_such() -> None:
    (entity,) = group_entities([claim(1, "丙", renames=(("甲", "乙"), ("乙", "丙")))])
    assert named(entity) == [("丙", "listed"), ("乙", "stated"), ("甲", "stated")]
    (entity,) = group_entities([claim(1, "戊", renames=(("甲", "乙"), ("丙", "丁")))])
    assert [name.name for name in entity.names] == ["戊", "丁", "丙", "乙", "甲"]


def test_a_new_name_that_no_list_has_yet_is_todays() -> None:
    (entity,) = group_entities([claim(1, "甲", "乙", renames=(("乙", "丙"),))])
    assert named(entity) == [("丙", "stated"), ("乙", "listed"), ("甲", "listed")]
    assert told(claim(1, "甲", renames=(("甲", "乙"),)), claim(2, "甲", renames=(("甲", "丙"),))) == [(1, "丙", (1, 2))]


def test_versions_of_a_filing_tie_its_names() -> None:
    claims = claim(1, "甲", "乙"), claim(2, "甲")
    assert told(*claims) == [(1, "甲", (1, 2))]
    assert told(claim(1, "甲", "乙")) == [(1, "乙", (1,))]


def test_names_in_a_circle_leave_the_newest_filing_to_say() -> None:
    there, back = claim(1, "乙", renames=(("甲", "乙"),)), claim(2, "甲", renames=(("乙", "甲"),))
    assert told(there, back) == [(1, "甲", (1, 2))]


def test_another_spelling_replaces_no_name() -> None:
    claims = claim(1, "甲", applicant=CODE), claim(2, "乙（丙）", applicant=CODE, renames=(("乙（丙）", "乙(丙)"),))
    assert told(*claims) == [(1, "乙（丙）", (1, 2))]


def test_nothing_ties_nothing() -> None:
    blank = [claim(1), claim(2, ""), claim(3, "—"), claim(4, " ", renames=((None, ""),))]
    blank += [claim(filing, "—", applicant="") for filing in (5, 6)]
    assert told(*blank) == [(filing, "", (filing,)) for filing in range(1, 7)]
    assert all(entity.names == () for entity in group_entities(blank))
    assert told(claim(1, "", renames=(("甲", None),))) == [(1, "甲", (1,))]


def test_two_claims_of_one_filing_are_refused() -> None:
    with pytest.raises(ValueError, match="filing 7"):
        group_entities([claim(7, "甲"), claim(7, "乙")])


# --- properties ------------------------------------------------------------------------------------

names = st.sampled_from(["甲", "甲 ", "乙", "（丙）", "(丙)", "丁", "戊", "己", "—", ""])
claims_of_filings = st.lists(
    st.builds(
        EntityClaim,
        st.integers(1, 40),
        st.lists(names, max_size=2).map(tuple),
        st.none() | st.sampled_from(["1", "2", "3"]),
        st.lists(st.tuples(st.none() | names, st.none() | names), max_size=1).map(tuple),
    ),
    max_size=10,
    unique_by=lambda one: one.filing,
)


@given(claims_of_filings.flatmap(lambda claims: st.tuples(st.just(claims), st.permutations(claims))))
def test_the_order_of_claims_does_not_matter(both: tuple[list[EntityClaim], list[EntityClaim]]) -> None:
    assert group_entities(both[0]) == group_entities(both[1])


@given(claims_of_filings)
def test_every_filing_is_in_one_entity_with_all_its_names(claims: list[EntityClaim]) -> None:
    entities = group_entities(claims)
    assert Counter(filing for entity in entities for filing in entity.filings) == Counter(c.filing for c in claims)
    assert [entity.id for entity in entities] == sorted(min(entity.filings) for entity in entities)
    home = {filing: entity for entity in entities for filing in entity.filings}
    for one in claims:
        known = [comparable("entity", name.name) for name in home[one.filing].names]
        stated = {comparable("entity", name) for name in one.names} - {"", "-"}
        assert stated <= set(known)
        assert len(known) == len(set(known))
    for entity in entities:
        assert entity.name == (entity.names[0].name if entity.names else "")


@given(claims_of_filings, st.integers(0, 10))
def test_more_claims_never_part_what_was_together(claims: list[EntityClaim], first: int) -> None:
    later = {filing: entity.id for entity in group_entities(claims) for filing in entity.filings}
    for entity in group_entities(claims[:first]):
        assert len({later[filing] for filing in entity.filings}) == 1
        assert later[entity.id] <= entity.id


# --- the real lists --------------------------------------------------------------------------------

# 网信算备110105799745702220015号: region and applicant, type, year, serial, check digit
NUMBER = re.compile(r"网信算备([0-9]{13})[0-9]{8}号")


def applicant(number: str) -> str | None:
    """The first 13 digits, where the last is right: 1 + 2 × (the weighted sum mod 5)."""
    found = NUMBER.fullmatch(number)
    if not found:
        return None
    digits = [int(digit) for digit in number[4:25]]
    total = sum(weight * digit for weight, digit in zip((2, 1, 3, 4) * 5, digits[:20], strict=True))
    return found[1] if digits[20] == 1 + 2 * (total % 5) else None


@pytest.fixture(scope="module")
def real() -> list[Entity]:
    if not REAL.is_dir():
        pytest.skip(f"the real lists are not here: {REAL}")
    rows = []
    for path in sorted(REAL.glob("*.csv"), key=lambda path: path.stem.rpartition("_")[::-1]):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows += csv.DictReader(lines)
    return group_entities(
        EntityClaim(
            filing,
            (row["entity"],),
            applicant(re.sub(r"\s", "", row["number"])),
            tuple((e.before, e.after) for e in read_remark(row["remark"]) if e.kind is RemarkKind.ENTITY_RENAMED),
        )
        for filing, row in enumerate(rows, 1)
    )


def test_real_renames_are_followed(real: list[Entity]) -> None:
    former, today = "北京网聘咨询有限公司", "北京网聘信息技术有限公司"
    (entity,) = [one for one in real if {former, today} & {name.name for name in one.names}]
    assert entity.name == today
    assert named(entity) == [(today, "listed"), (former, "stated")]


def test_real_entities_do_not_run_together(real: list[Entity]) -> None:
    largest = max(real, key=lambda entity: len(entity.names))
    assert len(largest.names) <= 4, largest
    assert sum(len(entity.names) > 1 for entity in real) < 0.03 * len(real)
