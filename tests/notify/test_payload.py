"""The JSON documents: as the schema says, under the limit whatever they hold, and nothing left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.notify import samples
from tracker.core.messages import Lang
from tracker.core.models import FIELDS
from tracker.notify.forms.payload import MAX_BYTES, NO_LIMIT, encode, parts
from tracker.notify.message import BatchSummary, CheckResult, Message, Total, Verdicts

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/webhook.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SAMPLES = (
    samples.additions, samples.reissue, samples.cancellation, samples.baseline, samples.large, samples.incidents,
    samples.test_message,
)  # fmt: skip
LISTS = ("batches", "checks", "changes", "incidents", "unclassified")

texts = (
    st.text(max_size=30)
    | st.text(min_size=1, max_size=3).map(lambda text: text * 3000)
    | st.sampled_from(["\x00" * 9000, "\ud800" * 9000, "\U0001f600" * 9000, '"\\' * 9000])
)
names = st.none() | texts
source = st.fixed_dictionaries(
    {"announcement": texts, "attachment": texts, "sha256": st.just("ab" * 32), "table": st.integers(1, 9),
     "row": st.none() | st.integers(1, 999), "page": st.none()}
)  # fmt: skip
changes = st.fixed_dictionaries(
    {
        "id": st.integers(1), "kind": st.sampled_from(["added", "cancelled"]), "series": st.just("on_device"),
        "number": texts, "name": names, "entity": names, "batch": names, "published_on": names,
        "recorded_at": st.just("2026-01-01T00:00:00+00:00"), "number_now": texts, "list": st.just("on_device"),
        "province": names, "filing_kind": st.sampled_from(["filed", None]),
        "fields": st.dictionaries(st.sampled_from(["name", "entity", "remark"]), st.tuples(names, names).map(list)),
        "status_before": st.just(None), "status": st.just("active"), "baseline": st.booleans(), "source": source,
    }
)  # fmt: skip
batches = st.builds(
    BatchSummary, series=st.just("on_device"), period=names, title=texts, announcement=texts,
    changes=st.just({"added": 1}), kinds=st.just({"": 1}), provinces=st.dictionaries(texts, st.integers(0, 9)),
    baseline=st.booleans(),
)  # fmt: skip
checks = st.builds(
    CheckResult, name=st.just("rows"), series=st.just("on_device"), subject=texts, expected=st.none(),
    found=st.integers(), detail=texts, address=texts,
)  # fmt: skip
messages = st.builds(
    Message, id=st.just("msg_1"), subscription=st.just("team"), topic=st.just("changes"), lang=st.just("zh"),
    created_at=st.just("2026-01-01T00:00:00+00:00"), subject=texts, entry=st.just("entry"),
    batches=st.lists(batches, max_size=4).map(tuple),
    totals=st.just((Total(series="on_device", kind=None, count=1, cancelled=0),)),
    verdicts=st.builds(Verdicts, ok=st.just(9), off=st.lists(checks, max_size=3).map(tuple), not_checkable=st.just(0)),
    changes=st.lists(changes, max_size=12).map(tuple),
    unclassified=st.lists(st.fixed_dictionaries({"title": texts, "address": texts}), max_size=3).map(tuple),
)  # fmt: skip


def checked(message: Message, limit: int = MAX_BYTES) -> list[dict[str, Any]]:
    """The documents as they come off the wire, each as the schema says and under the limit."""
    bodies = [encode(document) for document in parts(message, limit)]
    assert all(len(body) <= limit for body in bodies)
    documents = [json.loads(body) for body in bodies]
    for number, document in enumerate(documents, start=1):
        VALIDATOR.validate(document)
        assert (document["part"], document["parts"]) == (number, len(documents))
        assert document["id"] == (message.id if len(documents) == 1 else f"{message.id}.{number}")
        assert ("subject" in document["data"]) == (number == 1)
    return documents


def told(documents: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [item for document in documents for item in document["data"][name]]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@settings(max_examples=60)
@given(messages)
def test_any_message_fits_and_is_told_whole(message: Message) -> None:
    documents = checked(message)
    assert [len(told(documents, name)) for name in LISTS] == [
        len(message.batches), len(message.verdicts.off if message.verdicts else ()), len(message.changes),
        len(message.incidents), len(message.unclassified),
    ]  # fmt: skip
    assert [change["id"] for change in told(documents, "changes")] == [change["id"] for change in message.changes]


@pytest.mark.parametrize("sample", SAMPLES)
def test_samples(sample: Callable[[Lang], Message]) -> None:
    for lang in ("zh", "en"):
        message = sample(lang)
        documents = checked(message)
        [whole] = parts(message, NO_LIMIT)
        for kind in LISTS:
            same = [{key: value for key, value in one.items() if key != "shortened"} for one in told(documents, kind)]
            if not any("shortened" in one for one in told(documents, kind)):
                assert same == json.loads(encode(whole))["data"][kind]


def test_a_small_item_is_never_shortened() -> None:
    message = samples.additions("zh")
    assert not any("shortened" in change for change in told(checked(message), "changes"))


def test_an_item_that_is_too_large_says_that_it_was_shortened() -> None:
    message = samples.additions("zh")
    large = dict(message.changes[0]) | {"name": "长" * 50_000}
    documents = checked(replace(message, changes=(large, *message.changes[1:])))
    first = told(documents, "changes")[0]
    assert first["shortened"]
    assert first["name"].startswith("长长")
    assert len(told(documents, "changes")) == len(message.changes)


def test_what_is_no_free_text_is_never_shortened() -> None:
    message = samples.reissue("zh")
    fields = {name: ["前\x00" * 9000, "后\x00" * 9000] for name in FIELDS}
    texts = {"fields": fields, "name": "长" * 9000, "entity": "\x01" * 9000}
    large = tuple({**change, **texts} for change in message.changes)
    documents = checked(replace(message, changes=large))
    for got, change in zip(told(documents, "changes"), message.changes, strict=True):
        assert got["shortened"]
        assert got["fields"].keys() == set(FIELDS)
        for key in ("kind", "status", "status_before", "filing_kind", "recorded_at", "series", "list", "number"):
            assert got[key] == change[key]
        assert got["source"]["sha256"] == change["source"]["sha256"]


def test_of_too_many_places_the_first_are_kept() -> None:
    places = {f"地方{n}": 9999 - n for n in range(9999)}
    message = replace(samples.additions("zh", 0), batches=(samples.batch(provinces=places),))
    [got] = told(checked(message), "batches")
    assert got["shortened"]
    assert list(got["provinces"].items()) == list(places.items())[: len(got["provinces"])]
    assert len(got["provinces"]) > 100
    assert got["changes"] == {"added": 97}


def test_halves_of_characters_do_no_harm() -> None:
    message = replace(samples.additions("zh"), subject="half \ud800")
    assert checked(message)[0]["data"]["subject"] == "half ?"
