"""The dispatcher: each channel on its own, in order, and no one waits for another."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.support.waiting import wait_until
from tracker.core.errors import DeliveryError
from tracker.notify import dispatcher
from tracker.notify.channels.base import Accepted
from tracker.notify.dispatcher import Dispatcher, Job
from tracker.notify.message import Message


@dataclass
class Clock:
    """Goes on when a test says so: a busy machine gives nobody up too early."""

    now: float = 0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the dispatcher."""
    one = Clock()
    monkeypatch.setattr(dispatcher, "time", one)
    return one


def message(name: str, number: int) -> Message:
    return Message(
        id=f"msg_{name}_{number}", subscription=name, topic="test", lang="en", created_at="", subject="", entry=""
    )


@dataclass
class Scripted:
    """A channel that does what a function says, and notes what it was given."""

    does: Callable[[Message, frozenset[str]], Iterator[Accepted]]
    seen: list[str] = field(default_factory=list)

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        self.seen.append(message.id)
        return self.does(message, done)


def takes_it(message: Message, done: frozenset[str]) -> Iterator[Accepted]:
    yield Accepted("1", f"took {message.id}")


@dataclass
class Office:
    """What a caller of the dispatcher keeps: jobs by subscription, what was noted, and in which order they ended."""

    channels: dict[str, Scripted]
    jobs: dict[str, list[Job]]
    accepted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ended: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    order: list[str] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def run(self, patience: float = 600) -> None:
        def accept(job: Job, part: Accepted) -> None:
            self.threads.add(threading.get_ident())
            self.accepted[job.subscription].append(part.answer)

        def finish(job: Job, error: DeliveryError | None) -> None:
            self.threads.add(threading.get_ident())
            self.ended[job.subscription].append(str(error) if error else "ok")
            self.order.append(job.subscription)

        def next_job(name: str) -> Job | None:
            return self.jobs[name].pop(0) if self.jobs[name] else None

        Dispatcher(self.channels, next_job, accept, finish, patience).run()


def office(number: int, **channels: Callable[[Message, frozenset[str]], Iterator[Accepted]]) -> Office:
    jobs = {name: [Job(name, n, message(name, n)) for n in range(1, number + 1)] for name in channels}
    return Office({name: Scripted(does) for name, does in channels.items()}, jobs)


def test_every_job_of_every_channel_in_order() -> None:
    here = office(5, a=takes_it, b=takes_it)
    here.run()
    for name in "ab":
        assert here.channels[name].seen == [f"msg_{name}_{n}" for n in range(1, 6)]
        assert here.ended[name] == ["ok"] * 5
        assert here.accepted[name] == [f"took msg_{name}_{n}" for n in range(1, 6)]
    assert here.threads == {threading.get_ident()}


def test_one_that_hangs_keeps_no_other_waiting(clock: Clock) -> None:
    never = threading.Event()

    def hangs(message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        wait_until(lambda: all(here.ended[name] == ["ok"] * 3 for name in others))
        clock.now += 1
        never.wait(600)
        yield Accepted("1", "late")

    others = {f"channel{n}": takes_it for n in range(9)}
    here = office(3, hanging=hangs, **others)
    here.run(patience=0.5)
    assert here.ended["hanging"] == ["no answer within 0.5 s"]
    for name in others:
        assert here.ended[name] == ["ok"] * 3
        assert here.order.index(name) < here.order.index("hanging")
    never.set()


def test_a_refusal_ends_that_channel_for_now_and_no_other() -> None:
    def refuses_the_second(message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        if message.id.endswith("2"):
            raise DeliveryError("HTTP 500: no")
        yield Accepted("1", "ok")

    here = office(3, bad=refuses_the_second, good=takes_it)
    here.run()
    assert here.ended == {"bad": ["ok", "HTTP 500: no"], "good": ["ok"] * 3}
    assert here.channels["bad"].seen == ["msg_bad_1", "msg_bad_2"]


def test_parts_taken_before_a_refusal_are_noted() -> None:
    def refuses_part_three(message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        for part in ("1", "2"):
            yield Accepted(part, f"part {part}")
        raise DeliveryError("busy")

    here = office(1, parts=refuses_part_three)
    here.run()
    assert here.accepted["parts"] == ["part 1", "part 2"]
    assert here.ended["parts"] == ["busy"]


def test_parts_keep_a_long_message_alive(clock: Clock) -> None:
    def slow(message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        for part in range(5):
            wait_until(lambda part=part: len(here.accepted["slow"]) == part)
            clock.now += 0.2
            yield Accepted(str(part), "ok")

    here = office(1, slow=slow)
    here.run(patience=0.6)
    assert here.ended["slow"] == ["ok"]


def test_what_is_taken_after_it_was_given_up_is_noted_all_the_same(clock: Clock) -> None:
    release = threading.Event()

    def late(message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        release.wait(600)
        yield Accepted("1", "late, but taken")

    def slower(message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        for part in range(6):
            wait_until(lambda part=part: len(here.accepted["slower"]) == part)
            clock.now += 0.2
            if part == 4:
                wait_until(lambda: here.ended["late"])
                release.set()
                wait_until(lambda: here.accepted["late"])
            yield Accepted(str(part), "ok")

    here = office(1, late=late, slower=slower)
    here.run(patience=0.5)
    assert here.ended == {"late": ["no answer within 0.5 s"], "slower": ["ok"]}
    assert here.accepted["late"] == ["late, but taken"]


def test_a_fault_of_ours_is_an_answer_without_its_text() -> None:
    def broken(message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        raise KeyError("secret token")

    here = office(2, broken=broken, good=takes_it)
    here.run()
    assert here.ended["good"] == ["ok", "ok"]
    assert here.ended["broken"][0].startswith("a fault of the program itself: KeyError (test_sending.py:")
    assert "secret" not in here.ended["broken"][0]
