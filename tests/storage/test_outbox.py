"""The outbox: queued with the changes or not at all, one delivery per subscription and message, nothing forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.queries import outbox as outbox_queries
from storage.write.outbox import Outbox, OutboxItem, Rule
from tests.storage.recording import Book, filing
from tracker.core.models import Change, ChangeKind, Incident, IncidentKind

NOW, LATER = "2026-02-01T00:00:00+00:00", "2026-02-02T00:00:00+00:00"


def wants_all(_: Change) -> bool:
    return True


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    return tmp_path


def rows(book: Book, sql: str, *args: object) -> list[tuple[Any, ...]]:
    return book.db.execute(sql, list(args)).fetchall()


def test_what_is_recorded_after_the_baseline_is_queued_one_by_one(folder: Path) -> None:
    rules = [Rule("all", wants_all), Rule("cancelled", lambda change: change.kind is ChangeKind.CANCELLED)]
    book = Book(folder, rules, settled=True)
    book.record([filing("a"), filing("b")], "2024-06")
    book.record([filing("c")], "2024-08")
    found = rows(book, "SELECT subscription, topic, gathers, state FROM delivery")
    assert found == [("all", "changes", "poll", "open")]
    assert rows(book, "SELECT what, change_id FROM delivery_item ORDER BY rowid") == [("change", n) for n in (1, 2, 3)]


def test_a_baseline_is_counted_in_one_delivery_whatever_the_form(folder: Path) -> None:
    rule = Rule("all", lambda c: c.filing.province != "海南省", per_batch=True)
    book = Book(folder, [rule])
    book.record([filing("a", province="北京市"), filing("b", province="海南省")], "2024-06")
    book.record([filing("c", province="北京市")], "2024-08")
    assert rows(book, "SELECT gathers FROM delivery") == [("poll",)]
    contents = outbox_queries.contents(book.db, 1)
    assert contents["changes"] == []
    assert [(b["period"], b["changes"], b["provinces"]) for b in contents["baselines"]] == [
        ("2024-06", {"added": 1}, {"北京市": 1}), ("2024-08", {"added": 1}, {"北京市": 1}),
    ]  # fmt: skip


def test_one_delivery_per_batch_or_one_digest(folder: Path) -> None:
    rules = [Rule("batches", wants_all, per_batch=True), Rule("digest", wants_all, due_at=LATER)]
    book = Book(folder, rules, settled=True)
    book.record([filing("a")], "2024-06")
    book.record([filing("b")], "2024-08")
    assert rows(book, "SELECT subscription, gathers FROM delivery ORDER BY seq") == [
        ("batches", "revision 1"), ("digest", "digest"), ("batches", "revision 2"),
    ]  # fmt: skip
    due = outbox_queries.to_seal(book.db, NOW, digests_only=False)
    assert [row["subscription"] for row in due] == ["batches", "batches"]
    assert len(outbox_queries.to_seal(book.db, LATER, digests_only=False)) == 3


def test_nothing_is_queued_where_nothing_is_recorded(folder: Path) -> None:
    """A fault in the middle of the transaction leaves neither changes nor alerts."""
    asked = []

    def stumbles(change: Change) -> bool:
        asked.append(change.number)
        if len(asked) == 2:
            raise RuntimeError("in the middle")
        return True

    book = Book(folder, [Rule("all", wants_all), Rule("bad", stumbles)], settled=True)
    with pytest.raises(RuntimeError, match="in the middle"):
        book.record([filing("a"), filing("b")])
    for table in ("change", "version", "filing", "delivery", "delivery_item"):
        assert book.db[table].count == 0, table


def test_the_id_of_a_message_is_the_same_in_every_history_that_tells_the_same(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        book = Book(tmp_path / name, [Rule("all", wants_all)], settled=True)
        book.record([filing("a")])
        ids += [row[0] for row in rows(book, "SELECT id FROM delivery")]
    assert ids[0] == ids[1]
    assert ids[0].startswith("msg_")


def sealed(folder: Path) -> tuple[Book, Outbox]:
    """Three deliveries of one subscription, sealed in the order 1, 3, 2."""
    book = Book(folder, [Rule("all", wants_all, per_batch=True)], settled=True)
    for period in ("2024-06", "2024-08", "2024-10"):
        book.record([filing(period)], period)
    outbox = Outbox(book.db)
    for second, seq in enumerate((1, 3, 2)):
        outbox.close(seq, "en", f"subject {seq}", {"totals": []}, {}, f"2026-02-01T00:00:0{second}+00:00")
    return book, outbox


def next_seq(book: Book, now: str = LATER) -> int | None:
    due = outbox_queries.next_due(book.db, "all", now)
    return due["seq"] if due else None


def test_deliveries_go_out_in_the_order_in_which_they_were_sealed(folder: Path) -> None:
    book, outbox = sealed(folder)
    order = []
    while (seq := next_seq(book)) is not None:
        order.append(seq)
        outbox.accept_part(seq, "1", "webhook x", "HTTP 204", LATER)
        outbox.settle(seq, LATER)
    assert order == [1, 3, 2]
    assert outbox_queries.count_by_state(book.db) == {}


def test_a_refused_delivery_holds_the_later_ones_back_until_it_is_sent_or_dead(folder: Path) -> None:
    book, outbox = sealed(folder)
    outbox.refuse(1, "HTTP 500", "2026-03-01T00:00:00+00:00", LATER)
    assert next_seq(book) is None
    assert next_seq(book, "2026-03-01T00:00:00+00:00") == 1
    outbox.refuse(1, "HTTP 500", None, LATER)
    assert next_seq(book) == 3
    assert outbox_queries.count_by_state(book.db) == {"pending": 2, "dead": 1}
    trouble = outbox_queries.failing_subscriptions(book.db)
    assert [(row["subscription"], row["dead"], row["answer"]) for row in trouble] == [("all", 1, "HTTP 500")]
    outbox.retry([1], LATER)
    assert next_seq(book) == 1
    assert outbox_queries.tries(book.db, 1) == 0


def test_parts_that_were_taken_are_remembered_over_tries(folder: Path) -> None:
    book, outbox = sealed(folder)
    outbox.accept_part(1, "1", "webhook x", "ok", NOW)
    outbox.refuse(1, "HTTP 500", NOW, NOW)
    assert outbox_queries.parts_taken(book.db, 1, "webhook x") == {"1"}
    assert outbox_queries.parts_taken(book.db, 1, "wecom y") == frozenset()


def test_a_disabled_channel_is_left_alone_until_a_person_says_so(folder: Path) -> None:
    book, outbox = sealed(folder)
    outbox.disable("all", "HTTP 410", NOW)
    outbox.refuse(1, "HTTP 410", NOW, NOW)
    assert next_seq(book) is None
    assert outbox_queries.failing_subscriptions(book.db)[0]["disabled"] == "HTTP 410"
    outbox.enable("all")
    assert next_seq(book) == 1


def test_dropped_deliveries_stay_in_the_history(folder: Path) -> None:
    book, outbox = sealed(folder)
    outbox.drop([1, 2], NOW)
    assert next_seq(book) == 3
    assert [row["state"] for row in outbox_queries.deliveries(book.db)] == ["dropped", "dropped", "pending"]


def test_a_sealed_delivery_gathers_no_more(folder: Path) -> None:
    book = Book(folder, [Rule("all", wants_all)], settled=True)
    book.record([filing("a")], "2024-06")
    Outbox(book.db).close(1, "en", "first", {}, {}, NOW)
    book.record([filing("b")], "2024-08")
    assert rows(book, "SELECT seq, state FROM delivery ORDER BY seq") == [(1, "pending"), (2, "open")]
    assert [row["number"] for row in outbox_queries.contents(book.db, 1)["changes"]] == ["a"]
    assert [row["number"] for row in outbox_queries.contents(book.db, 2)["changes"]] == ["b"]


def test_news_of_incidents_is_known_by_incident_phase_and_time(folder: Path) -> None:
    book = Book(folder, settled=True)
    incident = Incident(IncidentKind.CHALLENGE, "genai_service", "https://site/page", "blocked")
    poll = book.history.begin_poll(NOW)
    book.history.record_incident(incident, poll, NOW)
    outbox = Outbox(book.db)
    for phase in ("began", "reminder", "reminder", "over"):
        outbox.queue_news("all", None, [OutboxItem(incident=1, phase=phase)], NOW)
        outbox.close(len(outbox_queries.deliveries(book.db)), "en", phase, {}, {}, NOW)
    ids = [row["id"] for row in outbox_queries.deliveries(book.db)]
    assert len(set(ids)) == 4
    assert [i["phase"] for i in outbox_queries.contents(book.db, 4)["incidents"]] == ["over"]
    outbox.queue_news("all", None, [], NOW)
    assert len(outbox_queries.deliveries(book.db)) == 4


def test_polls_in_which_an_incident_came_up_count_unless_they_were_interrupted(folder: Path) -> None:
    book = Book(folder, settled=True)
    incident = Incident(IncidentKind.UNREACHABLE, "genai_service", "https://site/page", "no answer")
    finished = (True, True, False, True)
    for is_finished in finished:
        poll = book.history.begin_poll(NOW)
        book.history.record_incident(incident, poll, NOW)
        book.history.record_incident(incident, poll, NOW)  # twice in one poll is once
        if is_finished:
            book.history.finish_poll(poll, NOW, 3, (), ())
    assert rows(book, "SELECT polls FROM incident") == [(3,)]


def test_facts_are_the_figures_of_the_series_concerned(folder: Path) -> None:
    book = Book(folder, settled=True)
    book.record([filing("a"), filing("b")], "2024-06")
    book.record([filing("c")], "2024-08")
    facts = outbox_queries.facts_of(book.db, ["deep_synthesis", "genai_service"])
    assert facts["totals"] == [{"series": "deep_synthesis", "kind": None, "count": 3, "cancelled": 0}]
    assert facts["growth"] == {"deep_synthesis": [["2024-06", 2], ["2024-08", 1]], "genai_service": []}
    assert json.loads(outbox_queries.facts_json(book.db, ["genai_service"]))["verdicts"] == {
        "ok": 0, "off": [], "not_checkable": 0,
    }  # fmt: skip


def test_the_latest_changes_come_back_as_they_were_recorded(folder: Path) -> None:
    seen: list[Change] = []
    book = Book(folder, [Rule("all", lambda change: bool(seen.append(change)) or True)], settled=True)
    book.record([filing("a", product="p", province="北京市"), filing("b")])
    book.record([filing("a", product="q", province="北京市"), filing("b")])
    latest = outbox_queries.latest_changes(book.db)
    assert [(change.kind, change.number, change.fields) for _, change in latest] == [
        ("amended", "a", {"product": ("p", "q")}),
    ]  # fmt: skip
    assert latest[0][1].filing == seen[-1].filing
