"""The configuration: every fault named with file and line, no secret shown, variables over the file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.core.errors import OptionError
from tracker.settings.load import check_secrets, load_settings
from tracker.settings.model import CONFIG_FILE, list_settings
from tracker.settings.subscriptions import CHANNELS
from tracker.settings.toml_lines import line_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.upper().startswith("TRACKER_")]:
        monkeypatch.delenv(name)


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / CONFIG_FILE
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def faults(file: Path) -> list[str]:
    """The lines of the error, without the name of the file and the hint."""
    with pytest.raises(OptionError) as caught:
        load_settings(file)
    assert caught.value.exit_code == 2
    return caught.value.message.replace(f"{file}, ", "").splitlines()


def subscription(**keys: str) -> str:
    lines = {"name": '"x"', "channel": '"webhook"', "url": '"https://example.org/hook"'} | keys
    return "[[subscriptions]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())


def test_the_example_shows_every_channel_and_loads() -> None:
    settings = load_settings(ROOT / "docs/alerts.example.toml")
    assert {one.channel for one in settings.subscriptions} == CHANNELS.keys()
    assert settings.entry_of("telegram").endswith('[[subscriptions]] name = "telegram"')
    line = int(re.search(r"line (\d+)", settings.entry_of("telegram"))[1])
    text = (ROOT / "docs/alerts.example.toml").read_text(encoding="utf-8").splitlines()
    assert text[line - 1 : line + 1] == ["[[subscriptions]]", 'name = "telegram"']


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[site]\ndelayy = 1\n", "line 2: site.delayy: there is no such key; did you mean delay?"),
        ("lang = 'fr'\n", "line 1: lang: should be 'zh', 'en' or ''"),
        ("[poll]\nshrink_share = 7\n", "line 2: poll.shrink_share: "),
        ("[notify]\n# a comment\nretry_minutes = [1,\n  -5]\n", "line 4: notify.retry_minutes[2]: "),
        ("[notify]\ntimezone = 'Asia/Shanghi'\n", "line 2: notify.timezone: "),
        ("[notify.smtp]\nport = 99999\n", "line 2: notify.smtp.port: "),
        (subscription(url='"ftp://x"'), "line 4: subscriptions[1].url: this is no http:// or https:// address"),
        (subscription() + subscription(name='"y"', colour="1"), "line 9: subscriptions[2].colour: there is no"),
        (subscription(channel='"pigeon"'), "line 3: subscriptions[1].channel: there is no such channel; "),
        ("[[subscriptions]]\nname = 'x'\nurl = 'https://x'\n", "line 1: subscriptions[1].channel: this is needed"),
        ("[[subscriptions]]\nname = 'x'\nchannel = 'feed'\n", "line 1: subscriptions[1].path: this is needed"),
        (subscription(series='["genai"]'), "line 5: subscriptions[1].series[1]: there is no such series"),
        (subscription(kinds='["addded"]'), "line 5: subscriptions[1].kinds[1]: "),
        (subscription(provinces='["广冻"]'), "line 5: subscriptions[1].provinces[1]: there is no such province"),
        (subscription(at='"25:00"'), "line 5: subscriptions[1].at: "),
        (subscription(name='"no blanks"'), "line 2: subscriptions[1].name: "),
        (subscription() + subscription(), "line 6: subscriptions[2].name: subscriptions[1].name is the same"),
        (
            "[[subscriptions]]\nname='m'\nchannel='email'\nto=['a@example.org']\n",
            "line 3: subscriptions[1].channel: mail needs notify.smtp.sender and notify.smtp.host",
        ),
        ("[subscriptions]\nname = 'x'\n", "line 1: subscriptions: each one begins with [[subscriptions]]"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    found = faults(write(tmp_path, text))
    assert len(found) == 1, found
    assert found[0].startswith(expected)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    found = faults(write(tmp_path, "langg = 'zh'\n[site]\ndelay = 'slow'\n" + subscription(url='"x"', to="[]")))
    assert [re.match(r"line (\d+)", line)[1] for line in found] == ["1", "3", "7", "8"]


def test_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in faults(write(tmp_path, "[site]\ndelay = \n"))[0]


def test_no_value_is_shown(tmp_path: Path) -> None:
    text = subscription(url='"htp://token-in-the-address"', secret='""', name='"bad name"')
    assert "token-in-the-address" not in "\n".join(faults(write(tmp_path, text)))


def test_a_secret_in_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    text = subscription(secret='"whsec_c2VjcmV0"')
    [fault] = faults(write(tmp_path, text, 0o644))
    assert fault.startswith("line 5: subscriptions[1].secret: this is a secret")
    assert f"chmod 600 {tmp_path / CONFIG_FILE}" in fault
    assert load_settings(write(tmp_path, text, 0o600)).subscriptions[0].name == "x"
    assert load_settings(write(tmp_path, subscription(secret='"env:HOOK"'), 0o644)).subscriptions[0].name == "x"


def test_variables_have_the_last_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "[notify]\ntimeout = 5\nfailed_polls = 2\n[notify.smtp]\nhost = 'a'\n")
    monkeypatch.setenv("TRACKER_NOTIFY__TIMEOUT", "7")
    monkeypatch.setenv("TRACKER_NOTIFY__RETRY_MINUTES", "[0, 0]")
    monkeypatch.setenv("TRACKER_NOTIFY__SMTP__HOST", "b.example.org")
    notify = load_settings(file).notify
    assert (notify.timeout, notify.failed_polls, notify.retry_minutes) == (7, 2, [0, 0])
    assert notify.smtp.host == "b.example.org"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TRACKER_SITE__DELLAY", "1", "this is no setting; did you mean TRACKER_SITE__DELAY?"),
        ("TRACKER_SUBSCRIPTIONS", "[]", "this is no setting"),
        ("TRACKER_NOTIFY__RETRY_MINUTES", "1, 2", "should be JSON"),
        ("TRACKER_NOTIFY__TIMEOUT", "soon", "The environment variable TRACKER_NOTIFY__TIMEOUT: "),
    ],
)
def test_a_wrong_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    [fault] = faults(write(tmp_path, ""))
    assert name in fault
    assert said in fault


def test_a_variable_that_holds_a_secret_is_no_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_MY_SECRET", "whsec_c2VjcmV0")
    settings = load_settings(write(tmp_path, subscription(secret='"env:TRACKER_MY_SECRET"')))
    check_secrets(settings)


def test_missing_secrets_are_named_before_anything_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_file = tmp_path / "secret"
    open_file.write_text("hush", encoding="utf-8")
    open_file.chmod(0o640)
    monkeypatch.setenv("ADDRESS", "no address")
    text = subscription(secret='"env:NOT_SET"') + subscription(name='"y"', secret=f'"file:{open_file}"')
    settings = load_settings(write(tmp_path, text + subscription(name='"z"', url='"env:ADDRESS"')))
    with pytest.raises(OptionError) as caught:
        check_secrets(settings)
    assert [line.partition(": ")[0] for line in caught.value.message.splitlines()] == [
        "subscription x, secret", "subscription y, secret", "subscription z, url",
    ]  # fmt: skip
    assert "hush" not in str(caught.value)


def test_settings_list_no_secret(tmp_path: Path) -> None:
    smtp = "[notify.smtp]\nuser = 'u'\npassword = 'hush-hush'\n"
    rows = list_settings(load_settings(write(tmp_path, smtp + subscription(secret='"whsec_c2VjcmV0"'))))
    values = {row["name"]: row["value"] for row in rows}
    assert values["subscriptions"] == "x (webhook)"
    assert not any("hush" in str(row) or "c2VjcmV0" in str(row) for row in rows)


TOML = '''# [site]
lang = "zh"
notify.timeout = 5

[site] # the site
delay = 2
text = """
[poll]
x = 1
"""

[[subscriptions]]
name = "a"
to = [
  "one", # first
  "two",
]
inline = { k = 1, l = { m = 2 } }

[[ subscriptions ]]
"name" = "b"
'''


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("lang",), 2), (("notify", "timeout"), 3), (("site",), 5), (("site", "delay"), 6), (("site", "text"), 7),
        (("subscriptions", 0), 12), (("subscriptions", 0, "email", "to"), 14), (("subscriptions", 0, "to", 1), 16),
        (("subscriptions", 0, "inline", "l", "m"), 18), (("subscriptions", 1, "name"), 21),
        (("subscriptions", 1, "missing"), 20), (("nowhere",), None), (("poll", "x"), None),
    ],
)  # fmt: skip
def test_lines(location: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TOML, location) == line


def test_apprise_that_is_not_installed_is_refused_with_the_command_that_installs_it(tmp_path: Path) -> None:
    file = write(tmp_path, subscription(channel='"apprise"', url='"json://127.0.0.1"'), 0o600)
    code = (
        "import importlib.util, sys\n"
        "real = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'apprise' else real(name, *rest)\n"
        f"sys.argv = ['tracker', '--config', {str(file)!r}, 'notify', 'test', 'x']\n"
        "from tracker.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'cac-filing-tracker[apprise]'" in done.stderr
