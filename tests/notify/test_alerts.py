"""Alerts from end to end: real polls of the stand-in, real receivers on this machine, failing at each step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.notify.receivers import Answer, Receiver
from tests.support.killing import Kill
from tests.support.polling import GENAI_PAGE, GENAI_TITLE, Desk, genai_docx, genai_rows, label

SECRET = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw=="
HOOK = """
[notify]
retry_minutes = [0, 0, 0, 0, 0, 0, 0, 0]
allow_private = true
timeout = 5

[[subscriptions]]
name = "hook"
channel = "webhook"
url = "{url}"
secret = "{secret}"
lang = "zh"
"""


def publish_first(desk: Desk) -> None:
    files = [(label("2024-04"), genai_docx(genai_rows(1, 20)))]
    desk.site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00", files)


def publish_next(desk: Desk, n: int) -> None:
    """The n-th batch of five, n from 1."""
    rows = genai_rows(16 + n * 5, 20 + n * 5)
    desk.site.add_attachment(GENAI_PAGE, label(f"2024-{4 + n:02d}"), genai_docx(rows))


def hook(desk: Desk, receiver: Receiver) -> None:
    desk.subscribe(HOOK.format(url=f"{receiver.url}/alerts/token-of-the-address", secret=SECRET))


def documents(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in receiver.requests]


def told(receiver: Receiver) -> list[str]:
    return [document["data"]["subject"] for document in documents(receiver)]


def everything_kept(desk: Desk) -> bytes:
    """All bytes of the database and its journal, as text would be found in them."""
    return b"".join(path.read_bytes() for path in desk.data.glob("history.db*"))


@pytest.mark.slow
def test_a_receiver_that_is_down_for_five_polls_gets_every_alert_in_order_once(desk: Desk) -> None:
    publish_first(desk)
    with Receiver() as receiver:
        hook(desk, receiver)
        assert desk.poll()["deliveries"] == {"sent": 1}
        receiver.answer = 503
        for n in range(1, 6):
            publish_next(desk, n)
            assert desk.poll(exit_code=5)["deliveries"] == {"pending": n}
        refused = len(receiver.requests)
        receiver.answer = 204
        assert desk.poll()["deliveries"] == {"sent": 5}
        assert told(receiver)[refused:] == [f"生成式AI备案 2024年{4 + n}月：新增 5 款备案" for n in range(1, 6)]
        ids = [request.headers["webhook-id"] for request in receiver.requests]
        assert len(set(ids[refused:])) == 5
        assert set(ids[1:refused]) == {ids[refused]}  # while it was down only the first was tried: order is kept
        assert desk.poll()["deliveries"] == {}
        assert json.loads(desk.run("notify", "list", "--json").stdout) == []


POINTS = [
    "storage.write.outbox:queue_changes", "storage.write.history:queue_changes",
    "storage.write.history:History.record_revision",
    "storage.write.outbox:Outbox.queue_news", "storage.write.outbox:Outbox.close",
    "storage.write.history:History.finish_poll",
    "tracker.notify.channels.webhook:post", "storage.write.outbox:Outbox.accept_part",
    "storage.write.outbox:Outbox.settle",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_poll_killed_between_recording_and_marking_loses_nothing_and_sends_no_second_id(
    desk: Desk, tmp_path: Path
) -> None:
    publish_first(desk)
    with Receiver() as receiver:
        first = Desk(desk.site, tmp_path / "undisturbed" / "data")
        first.data.mkdir(parents=True)
        hook(first, receiver)
        first.poll()
        baseline = len(receiver.requests)
        kills = [Kill(point, 1, when) for point in POINTS[1:] for when in ("before", "after")]
        kills += [Kill("storage.write.history:History.record_revision", 2, when) for when in ("before", "after")]
        disturbed = []
        for number, _ in enumerate(kills):
            one = Desk(desk.site, tmp_path / f"killed{number}" / "data")
            one.data.mkdir(parents=True)
            hook(one, receiver)
            one.poll()
            disturbed.append(one)
        publish_next(desk, 1)
        publish_next(desk, 2)
        desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 20, r3c3="改名公司")))
        receiver.requests.clear()
        first.poll()
        expected = {request.headers["webhook-id"]: request.body for request in receiver.requests}
        assert len(expected) == 1
        assert baseline == 1
        for one, kill in zip(disturbed, kills, strict=True):
            receiver.requests.clear()
            one.killed_poll(kill)
            assert one.poll()["exit"] == 0
            got = [(r.headers["webhook-id"], json.loads(r.body)["data"]["changes"]) for r in receiver.requests]
            assert {id_ for id_, _ in got} == expected.keys(), str(kill)
            assert len(got) <= 2, str(kill)
            for _, changes in got:
                assert len(changes) == 11, str(kill)
            assert one.history() == first.history(), str(kill)


@pytest.mark.slow
def test_one_channel_that_hangs_keeps_no_other_waiting(desk: Desk) -> None:
    publish_first(desk)
    receivers = [Receiver() for _ in range(10)]
    try:
        for receiver in receivers:
            receiver.__enter__()
        receivers[0].delay = 60
        toml = "[notify]\nallow_private = true\ntimeout = 12\n"
        for n, receiver in enumerate(receivers):
            toml += f'[[subscriptions]]\nname = "hook{n}"\nchannel = "webhook"\nurl = "{receiver.url}"\n'
        desk.subscribe(toml)
        assert desk.poll(exit_code=5)["deliveries"] == {"sent": 9, "pending": 1}
        times = [receiver.requests[0].at for receiver in receivers]
        assert max(times) - min(times) < 5
        [waiting] = json.loads(desk.run("notify", "list", "--json").stdout)
        assert (waiting["subscription"], waiting["tries"]) == ("hook0", 1)
    finally:
        for receiver in receivers:
            receiver.__exit__(None, None, None)


def test_secrets_are_nowhere(desk: Desk) -> None:
    publish_first(desk)
    with Receiver() as receiver:
        hook(desk, receiver)
        receiver.answer = Answer(500, f"no: {SECRET} token-of-the-address")
        commands = ["poll --series genai_service", "notify list --json", "settings --json"]
        done = [desk.run(*command.split()) for command in [*commands, "notify test", "notify retry"]]
    assert [one.returncode for one in done] == [5, 0, 0, 5, 5]
    for one in done:
        for secret in (SECRET, SECRET.removeprefix("whsec_"), "token-of-the-address"):
            assert secret not in one.stdout + one.stderr
            assert secret.encode() not in everything_kept(desk)


def test_410_disables_and_retry_enables(desk: Desk) -> None:
    publish_first(desk)
    with Receiver() as receiver:
        hook(desk, receiver)
        receiver.answer = 410
        assert desk.poll(exit_code=5)["deliveries"] == {"pending": 1}
        publish_next(desk, 1)
        desk.poll(exit_code=5)
        assert len(receiver.requests) == 1
        [incident] = json.loads(desk.run("incidents", "--json").stdout)
        assert (incident["kind"], incident["source"]) == ("undelivered", "hook")
        receiver.answer = 200
        done = desk.run("notify", "retry", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["deliveries"] == {"sent": 2}
        assert json.loads(desk.run("incidents", "--json").stdout) == []


def test_drop_gives_up_and_preview_shows_without_sending(desk: Desk) -> None:
    publish_first(desk)
    with Receiver() as receiver:
        hook(desk, receiver)
        receiver.answer = 500
        desk.poll(exit_code=5)
        sent = len(receiver.requests)
        forms = {"text": "已建立基线", "html": "<!", "json": "{", "mail": "Subject:", "csv": "\ufeffid,"}
        for form, start in forms.items():
            shown = desk.run("notify", "preview", "hook", "--as", form)
            assert shown.returncode == 0, shown.stderr
            assert start in shown.stdout
        assert desk.run("notify", "drop").returncode == 2
        done = desk.run("--lang", "en", "notify", "drop", "--subscription", "hook")
        assert done.stdout == "1 alerts dropped\n"
        assert len(receiver.requests) == sent
        assert desk.poll()["deliveries"] == {}


def test_standard_output_is_for_the_alerts_of_its_subscription(desk: Desk) -> None:
    publish_first(desk)
    desk.subscribe('[[subscriptions]]\nname = "cron"\nchannel = "stdout"\nlang = "en"\n')
    done = desk.run("--lang", "en", "poll", "--series", "genai_service")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["type"] == "filings.baseline"
    assert "poll 1 done" in done.stderr
    publish_next(desk, 1)
    report = desk.poll()
    assert report["deliveries"] == {"sent": 1}
    done = desk.run("--lang", "en", "notify", "test")
    assert json.loads(done.stdout)["type"] == "test"
    assert done.stderr.startswith("subscription")


def test_a_dry_run_tells_nobody(desk: Desk) -> None:
    publish_first(desk)
    with Receiver() as receiver:
        hook(desk, receiver)
        assert desk.poll("--dry-run")["deliveries"] == {}
        assert receiver.requests == []


def test_a_wrong_configuration_is_told_before_anything_is_asked(desk: Desk) -> None:
    publish_first(desk)
    desk.subscribe('[[subscriptions]]\nname = "x"\nchannel = "slack"\nurl = "htp://x"\ncolour = 1\n')
    done = desk.run("poll")
    assert done.returncode == 2
    assert "line 4" in done.stderr
    assert "line 5" in done.stderr
    desk.subscribe('[[subscriptions]]\nname = "x"\nchannel = "slack"\nurl = "env:NO_SUCH_VARIABLE"\n')
    done = desk.run("poll")
    assert done.returncode == 2
    assert "NO_SUCH_VARIABLE is not set" in done.stderr
    assert desk.run("settings").returncode == 0
    assert not (desk.data / "history.db").exists()


def test_an_open_digest_can_be_previewed_and_a_disabled_channel_enabled_without_alerts(desk: Desk) -> None:
    publish_first(desk)
    with Receiver() as receiver:
        hook(desk, receiver)
        weekly = desk.config.read_text(encoding="utf-8") + 'form = "weekly"\n'
        desk.subscribe(weekly)
        assert desk.poll()["deliveries"] == {"open": 1}
        shown = desk.run("notify", "preview", "hook")
        assert (shown.returncode, shown.stdout.startswith("已建立基线")) == (0, True), shown.stderr
        receiver.answer = 410
        hook(desk, receiver)
        desk.poll(exit_code=5)
        assert desk.run("notify", "drop", "--subscription", "hook").returncode == 0
        assert [i["kind"] for i in json.loads(desk.run("incidents", "--json").stdout)] == ["undelivered"]
        assert desk.run("notify", "retry").returncode == 0
        assert json.loads(desk.run("incidents", "--json").stdout) == []
        assert desk.run("notify", "retry", "--subscription", "nobody").returncode == 2


def test_without_any_poll_there_is_nothing_to_send(desk: Desk) -> None:
    for command in ("list", "retry", "drop --subscription x"):
        done = desk.run("notify", *command.split())
        assert (done.returncode, "Run `tracker poll` first" in done.stderr) == (1, True), done.stderr
