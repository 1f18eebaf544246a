"""What is told, and when: polls a day apart, without HTTP; what goes out is read from the subscriptions' files."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from storage.queries import outbox
from tests.notify.receivers import Receiver, Request
from tests.support.desk_book import SERIES, Ledger, synthesis
from tests.support.polling import SYNTHESIS
from tracker.core.models import Incident, IncidentKind, Listed
from tracker.notify import compose
from tracker.poll.deliver import deliver
from tracker.settings.secrets import Endpoint

LABEL = "境内深度合成服务算法备案清单（2023年6月）"
TOLD = {"incidents": True}
LATER = "境内深度合成服务算法备案清单（2023年9月）"


def only_the_first_part(request: Request) -> int:
    """What a receiver answers that breaks down after one part."""
    return 204 if json.loads(request.body)["part"] == 1 else 503


class Told(Ledger):
    """A ledger whose polls end with their deliveries; `told()` is what went out since it was asked last."""

    def __init__(self, folder: Path, *subscriptions: dict[str, Any], **notify: Any) -> None:
        named = [
            {"name": f"s{n}", "incidents": False}
            | ({} if "channel" in one else {"channel": "file", "path": str(folder / f"s{n}.jsonl")})
            | one
            for n, one in enumerate(subscriptions, start=1)
        ]
        super().__init__(folder, named, notify=notify)
        self.folder, self.read = folder, dict.fromkeys((one["name"] for one in named), 0)

    def subscribe(self, **keys: Any) -> None:
        """Another configuration of the first subscription."""
        first, *others = self.settings.subscriptions
        changed = [first.model_copy(update=keys), *others]
        self.settings = self.settings.model_copy(update={"subscriptions": changed})

    def poll(self, settled: Sequence[str] = SERIES) -> list[tuple[str, str, dict[str, Any]]]:
        poll = self.context()
        changes = super().poll(settled)
        self.states = deliver(poll, io.StringIO())
        return changes

    def told(self, name: str = "s1") -> list[dict[str, Any]]:
        lines = self.lines(self.folder / f"{name}.jsonl")
        new, self.read[name] = lines[self.read[name] :], len(lines)
        return new

    def lines(self, file: Path) -> list[dict[str, Any]]:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def listed(self, title: str) -> None:
        """A listing names an announcement that fits no series."""
        self.collector.accept(Listed("https://site/listed", title, "2026-01-01T10:00", "A093702"))

    def subjects(self, name: str = "s1") -> list[str]:
        return [document["data"]["subject"] for document in self.told(name)]

    def incident(
        self, kind: IncidentKind = IncidentKind.UNREACHABLE, source: str = "deep_synthesis",
        address: str = "https://site/x", detail: str = "no answer",
    ) -> None:  # fmt: skip
        """Something is wrong in the poll under way."""
        self.history.record_incident(Incident(kind, source, address, detail), self.poll_id, self.now)

    def over(self, kind: IncidentKind = IncidentKind.UNREACHABLE) -> None:
        self.history.end_incident(kind, "https://site/x", self.now)

    def list(self, numbers: Sequence[int], label: str = LABEL, **cells: str) -> None:
        """The page offers one more list, or a list anew."""
        self.files = {**getattr(self, "files", {}), label: synthesis(numbers, **cells)}
        self.page(SYNTHESIS, *self.files.items())


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    return tmp_path


def test_a_baseline_is_one_summary_and_what_comes_after_is_told_one_by_one(folder: Path) -> None:
    book = Told(folder, {}, {"form": "batch"})
    book.list(range(1, 11))
    book.list(range(11, 16), LATER)
    book.poll()
    for name in ("s1", "s2"):
        [summary] = book.told(name)
        assert (summary["type"], summary["data"]["changes"]) == ("filings.baseline", [])
        assert [b["changes"] for b in summary["data"]["batches"]] == [{"added": 10}, {"added": 5}]
    book.list(range(1, 11), r3c3="改名公司")
    book.poll()
    [message] = book.told()
    assert [c["fields"] for c in message["data"]["changes"]] == [{"entity": ["第3公司", "改名公司"]}]
    assert book.poll() == []
    assert book.told() == []


def test_one_message_per_poll_or_per_batch(folder: Path) -> None:
    book = Told(folder, {}, {"form": "batch"})
    book.list(range(1, 11))
    book.poll()
    assert len(book.told()) == len(book.told("s2")) == 1
    book.list(range(1, 11), r3c3="改名公司")
    book.list(range(11, 16), LATER)
    book.poll()
    assert len(book.told()) == 1
    per_batch = book.told("s2")
    assert [[c["kind"] for c in message["data"]["changes"]] for message in per_batch] == [["amended"], ["added"] * 5]
    assert len({message["id"] for message in per_batch}) == 2


def test_a_digest_gathers_until_its_hour(folder: Path) -> None:
    """Polls are at 09:00 in Shanghai, a day apart; the digest is made at 09:30, so each waits for the next poll."""
    book = Told(folder, {"form": "daily", "at": "09:30"}, {"form": "weekly", "on": "mon", "at": "08:00"})
    book.list(range(1, 11))
    book.poll()  # Thursday, 1 January 2026
    assert book.states == {"open": 2}
    assert book.told() == []
    book.list(range(1, 11), r3c3="改名公司")
    book.poll()  # Friday: what this poll saw goes out with it, for the digest is only closed by it
    [message] = book.told()
    assert [len(message["data"][part]) for part in ("changes", "incidents")] == [1, 0]
    assert message["data"]["batches"][0]["baseline"]
    for _ in ("Saturday", "Sunday"):
        book.poll()
    assert book.told("s2") == []
    book.poll()
    [message] = book.told("s2")
    assert [c["kind"] for c in message["data"]["changes"]] == ["amended"]


def test_filters(folder: Path) -> None:
    book = Told(
        folder, {"kinds": ["cancelled"]}, {"entities": ["第3"]}, {"keywords": ["产品12"]},
        {"series": ["genai_service"]}, {"provinces": ["海南"]}, {"changes": False},
    )  # fmt: skip
    book.list(range(1, 11))
    book.poll()
    for name in book.read:
        book.told(name)
    book.list(range(1, 11), r3c3="改名公司", r5c7="已注销")
    book.list(range(11, 16), LATER)
    book.poll()
    told = {name: [(c["kind"], c["name"]) for m in book.told(name) for c in m["data"]["changes"]] for name in book.read}
    assert told == {
        "s1": [("cancelled", "算法5")], "s2": [("amended", "算法3")], "s3": [("added", "算法12")], "s4": [], "s5": [],
        "s6": [],
    }  # fmt: skip


def test_an_entity_is_followed_under_its_later_names(folder: Path) -> None:
    book = Told(folder, {"entities": ["第3公司"]})
    book.list(range(1, 11))
    book.poll()
    book.list(range(1, 11), r3c3="改名公司")
    book.poll()
    book.told()
    book.list(range(1, 11), r3c3="改名公司", r3c1="新算法名")
    book.poll()
    [message] = book.told()
    assert [c["fields"] for c in message["data"]["changes"]] == [{"name": ["算法3", "新算法名"]}]


def test_an_incident_is_told_when_it_begins_daily_while_it_lasts_and_when_over(folder: Path) -> None:
    book = Told(folder, TOLD, {}, TOLD | {"series": ["genai_service"]})
    phases: list[list[str]] = []
    for _ in range(5):
        book.incident()
        book.poll()
        phases.append([i["phase"] for m in book.told() for i in m["data"]["incidents"]])
    assert phases == [[], [], ["began"], ["reminder"], ["reminder"]]
    book.over()
    book.poll()
    [message] = book.told()
    assert (message["type"], message["data"]["incidents"][0]["phase"]) == ("incidents", "over")
    book.poll()
    assert book.told() == book.told("s2") == book.told("s3") == []


def test_what_needs_a_person_is_told_at_once(folder: Path) -> None:
    book = Told(folder, TOLD)
    book.incident(IncidentKind.LAYOUT_CHANGED)
    book.incident(IncidentKind.UNREADABLE, "genai_service")
    book.poll()
    [message] = book.told()
    assert [i["kind"] for i in message["data"]["incidents"]] == ["layout_changed", "unreadable"]


def test_a_fault_that_passes_is_never_told(folder: Path) -> None:
    book = Told(folder, TOLD)
    for _ in range(3):
        for _ in range(2):
            book.incident()
            book.poll()
        book.over()
        book.poll()
    assert book.told() == []


def test_what_cannot_be_told_to_one_is_told_to_the_others_and_is_over_when_it_can(folder: Path) -> None:
    blocked = folder / "a file"
    blocked.write_text("in the way")
    book = Told(folder, {"path": str(blocked / "alerts.jsonl")}, TOLD, retry_minutes=[0.0])
    book.list(range(1, 11))
    book.poll()
    assert book.states == {"sent": 1, "pending": 1}
    assert [m["type"] for m in book.told("s2")] == ["filings.baseline"]
    book.poll()
    assert book.states == {"sent": 1, "dead": 1}
    [message] = book.told("s2")
    assert [(i["kind"], i["source"]) for i in message["data"]["incidents"]] == [("undelivered", "s1")]
    assert outbox.deliveries(book.db, ["dead"])[0]["answer"]
    book.list(range(1, 11), r3c3="改名公司")
    book.poll()  # what comes later is tried all the same
    assert book.states == {"sent": 1, "pending": 1, "dead": 1}
    blocked.unlink()
    blocked.mkdir()
    book.poll()
    assert book.states["dead"] == 1
    assert [m["data"]["changes"][0]["kind"] for m in book.lines(blocked / "alerts.jsonl")] == ["amended"]


def test_what_a_removed_subscription_did_not_get_is_kept_and_told_to_the_others(folder: Path) -> None:
    book = Told(folder, {"path": "/dev/null/x"}, TOLD)
    book.list(range(1, 11))
    book.poll()
    book.told("s2")
    book.settings = book.settings.model_copy(update={"subscriptions": book.settings.subscriptions[1:]})
    book.poll()
    [message] = book.told("s2")
    [incident] = message["data"]["incidents"]
    assert "is not in the configuration any more" in incident["detail"]
    assert book.states["pending"] == 1


def test_an_unclassified_announcement_is_told_once(folder: Path) -> None:
    book = Told(folder, TOLD, {})
    book.listed("国家互联网信息办公室关于发布第十批境内区块链信息服务备案编号的公告")
    book.poll()
    [message] = book.told()
    assert "区块链" in message["data"]["unclassified"][0]["title"]
    book.poll()
    assert book.told() == book.told("s2") == []


def test_each_try_sends_the_same_message_whatever_changed_meanwhile(folder: Path) -> None:
    """Parts that were taken stay taken: with other texts the parts would be cut elsewhere, and items would be lost."""
    with Receiver() as receiver:
        hook = TOLD | {"channel": "webhook", "url": receiver.url}
        book = Told(folder, hook, allow_private=True, retry_minutes=[0.0] * 8)
        receiver.answer = only_the_first_part
        for n in range(80):
            book.incident(IncidentKind.UNREADABLE, address=f"https://site/{n}", detail="a long story " * 20)
        book.poll()
        first = [json.loads(request.body) for request in receiver.requests if b'"part":1,' in request.body]
        for n in range(80):
            book.incident(IncidentKind.UNREADABLE, address=f"https://site/{n}", detail="short")
        receiver.answer, before = 204, len(receiver.requests)
        book.poll()
        rest = [json.loads(request.body) for request in receiver.requests[before:]]
        same = [first[0], *(document for document in rest if document["message"] == first[0]["message"])]
        told = [incident["address"] for document in same for incident in document["data"]["incidents"]]
        assert sorted(told) == sorted(f"https://site/{n}" for n in range(80))


def test_a_digest_tells_the_last_word_of_each_incident(folder: Path) -> None:
    book = Told(folder, TOLD | {"form": "weekly", "on": "mon", "at": "08:00"})
    told = []
    for day in range(12):  # from Thursday on
        if day < 9:
            book.incident(IncidentKind.LAYOUT_CHANGED)
        if day == 8:
            book.over(IncidentKind.LAYOUT_CHANGED)
        book.poll()
        told += [[i["phase"] for i in message["data"]["incidents"]] for message in book.told()]
    assert told == [["began"], ["over"]]


def test_an_entity_is_followed_within_the_poll_that_renames_it(folder: Path) -> None:
    book = Told(folder, {"entities": ["第3公司"]})
    book.list(range(1, 11))
    book.poll()
    book.told()
    book.list(range(1, 11), r3c3="改名公司")
    book.list(range(11, 16), LATER, r12c3="改名公司")
    book.poll()
    [message] = book.told()
    assert [(c["kind"], c["name"]) for c in message["data"]["changes"]] == [("amended", "算法3"), ("added", "算法12")]


def test_an_entity_is_followed_after_a_poll_that_was_killed(folder: Path) -> None:
    book = Told(folder, {"entities": ["第3公司"]})
    book.list(range(1, 11))
    book.poll()
    book.told()
    book.list(range(1, 11), r3c3="改名公司")
    book.digest()
    book.begin()  # the poll is killed before entities are derived
    book.list(range(1, 11), r3c3="改名公司", r3c1="新算法名")
    book.poll()
    [message] = book.told()
    assert [list(change["fields"]) for change in message["data"]["changes"]] == [["entity"], ["name"]]


def test_a_change_of_form_keeps_the_order_and_holds_nothing_back(folder: Path) -> None:
    book = Told(folder, {"form": "weekly", "on": "wed"})
    book.list(range(1, 11))
    book.poll()
    book.list(range(1, 11), r3c3="改1")
    book.poll()
    assert book.told() == []
    book.subscribe(form="poll")
    book.list(range(1, 11), r3c3="改2")
    book.poll()
    names = [c["fields"]["entity"][1] for message in book.told() for c in message["data"]["changes"]]
    assert names == ["改1", "改2"]


def test_another_destination_takes_every_part_again(folder: Path) -> None:
    with Receiver(answer=only_the_first_part) as old, Receiver() as new:
        book = Told(folder, TOLD | {"channel": "webhook", "url": old.url}, allow_private=True, retry_minutes=[0.0] * 8)
        for n in range(80):
            book.incident(IncidentKind.UNREADABLE, address=f"https://site/{n}", detail="a long story " * 20)
        book.poll()
        assert book.states == {"pending": 1}
        book.subscribe(url=Endpoint(new.url))
        book.poll()
        told = [i for request in new.requests for i in json.loads(request.body)["data"]["incidents"]]
        assert {i["address"] for i in told if i["phase"] == "began"} == {f"https://site/{n}" for n in range(80)}


def test_a_list_that_no_poll_can_read_holds_no_changes_of_others_back(folder: Path) -> None:
    """The baseline of its series stays open while it waits; what changes in lists that are recorded is told."""
    book = Told(folder, {})
    book.list(range(1, 11))
    book.poll(settled=())
    book.told()
    book.list(range(1, 11), r3c3="改名公司")
    book.poll(settled=())
    [message] = book.told()
    assert [change["kind"] for change in message["data"]["changes"]] == ["amended"]


def test_a_message_that_cannot_be_made_keeps_no_other_from_going_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = compose.subject_of

    def stumbles(topic: str, contents: dict[str, Any], lang: Any) -> str:
        if topic == "changes":
            raise ValueError("a fault of ours")
        return real(topic, contents, lang)

    book = Told(folder, TOLD)
    book.list(range(1, 11))
    book.incident(IncidentKind.LAYOUT_CHANGED)
    monkeypatch.setattr(compose, "subject_of", stumbles)
    book.poll()
    assert [message["type"] for message in book.told()] == ["incidents"]
    assert ("failure", "ValueError: a fault of ours") in [(kind, text[:27]) for kind, text in book.incidents()]
    monkeypatch.undo()
    book.poll()
    assert [message["type"] for message in book.told()] == ["filings.baseline", "incidents"]
    assert "failure" not in [kind for kind, _ in book.incidents()]
