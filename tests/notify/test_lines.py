"""JSON lines in a file and on standard output: whole lines whatever happened before, and beside other writers."""

from __future__ import annotations

import fcntl
import io
import json
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import pytest

from tests.notify import samples
from tracker.core.errors import DeliveryError
from tracker.notify.channels.base import Accepted, Channel
from tracker.notify.channels.json_lines import FileChannel, StdoutChannel
from tracker.notify.forms.text import render_text
from tracker.notify.message import Message
from tracker.settings.subscriptions import FileSubscription, StdoutSubscription


def to_file(path: Path) -> FileChannel:
    return FileChannel(FileSubscription(name="team", channel="file", path=path))


def to_stream(stream: TextIO, text: bool = False) -> StdoutChannel:
    return StdoutChannel(StdoutSubscription(name="team", channel="stdout", text=text), stream)


def send(channel: Channel, message: Message) -> list[Accepted]:
    return list(channel.send(message, frozenset()))


def documents(text: str) -> list[dict[str, Any]]:
    """What stands on the lines, each of which must end."""
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", samples.every_message("en"))
def test_every_message_is_one_line(name: str, tmp_path: Path) -> None:
    message = samples.every_message("zh")[name]
    path = tmp_path / "a" / "b" / "alerts.jsonl"
    for _ in range(2):
        assert send(to_file(path), message) == [Accepted("1", f"appended to {path}")]
    first, second = documents(path.read_text(encoding="utf-8"))
    assert first == second
    assert len(first["data"]["changes"]) == len(message.changes)


@pytest.mark.parametrize("text", samples.HOSTILE)
def test_text_of_the_site_breaks_no_line(text: str, tmp_path: Path) -> None:
    hostile = replace(samples.hostile("en", text), created_at="2024-08-06T02:16:00Z")
    for message in (hostile, samples.test_message("en")):
        send(to_file(tmp_path / "alerts.jsonl"), message)
    assert (tmp_path / "alerts.jsonl").read_bytes().count(b"\n") == 2
    assert len(documents((tmp_path / "alerts.jsonl").read_text(encoding="utf-8"))) == 2


def test_what_a_crash_left_of_a_line_is_ended_first(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_text('{"whole": 1}\n{"half": "of a li')
    send(to_file(path), samples.test_message("en"))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ['{"whole": 1}', '{"half": "of a li']
    assert json.loads(lines[2])
    assert len(lines) == 3


def test_writers_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    messages = [replace(samples.large("zh", 500), id=f"m{n}") for n in range(8)]
    threads = [threading.Thread(target=send, args=(to_file(path), message)) for message in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(documents(path.read_text(encoding="utf-8"))) == 8


def test_a_line_of_another_writer_on_its_way_is_waited_for(tmp_path: Path) -> None:
    """Its first half must not be taken for what a crash left."""
    path = tmp_path / "alerts.jsonl"
    with path.open("ab", buffering=0) as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b'{"first half":')
        thread = threading.Thread(target=send, args=(to_file(path), samples.test_message("en")))
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        other.write(b'"second half"}\n')
    thread.join(20)
    assert documents(path.read_text(encoding="utf-8"))[0] == {"first half": "second half"}


@pytest.mark.parametrize(
    ("path", "said"),
    [("folder", "Is a directory"), ("file/alerts.jsonl", "File exists|Not a directory"), ("full", "No space left")],
)
def test_a_file_that_cannot_be_written(path: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(DeliveryError, match=f"^{tmp_path / path} cannot be written: .*({said})"):
        send(to_file(tmp_path / path), samples.test_message("en"))


def test_standard_output_as_json_lines() -> None:
    stream = io.StringIO()
    for name in ("additions", "test"):
        assert send(to_stream(stream), samples.every_message("zh")[name]) == [Accepted("1", "printed")]
    assert len(documents(stream.getvalue())) == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_standard_output_as_text_for_cron(lang: Any) -> None:
    stream = io.StringIO()
    send(to_stream(stream, text=True), samples.additions(lang))
    assert stream.getvalue() == render_text(samples.additions(lang))


def test_what_is_printed_is_printed_at_once() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream, os.fdopen(reader, encoding="utf-8") as printed:
        send(to_stream(stream), samples.test_message("en"))
        assert json.loads(printed.readline())


def test_nobody_reads_standard_output() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w", encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"^standard output cannot be written: Broken pipe"):
        send(to_stream(stream), samples.test_message("en"))
    with pytest.raises(BrokenPipeError):
        stream.close()


def test_standard_output_of_an_encoding_without_chinese() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with pytest.raises(DeliveryError, match=r"^standard output is ascii; set PYTHONIOENCODING=utf-8$"):
        send(to_stream(stream, text=True), samples.additions("zh"))
