"""The table [schedule]: every fault with file, line and key, or with the name of its variable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tracker.core.errors import OptionError
from tracker.settings.load import load_settings
from tracker.settings.model import CONFIG_FILE


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("TRACKER_")]:
        monkeypatch.delenv(name)


def write(folder: Path, text: str) -> Path:
    file = folder / CONFIG_FILE
    file.write_text(text, encoding="utf-8")
    return file


def faults(file: Path) -> list[str]:
    """The lines of the error, without the name of the file."""
    with pytest.raises(OptionError) as caught:
        load_settings(file)
    return caught.value.message.replace(f"{file}, ", "").splitlines()


def test_the_default_schedule_loads_and_keeps_its_words(tmp_path: Path) -> None:
    schedule = load_settings(write(tmp_path, "")).schedule
    assert (schedule.default, schedule.series, schedule.quiet_hours) == ("17 8-23/3 * * *", {}, "")


def test_a_series_has_a_schedule_of_its_own(tmp_path: Path) -> None:
    text = '[schedule]\nquiet_hours = "23:30-07:00"\n[schedule.series]\ngenai_service = "every 6h"\n'
    assert load_settings(write(tmp_path, text)).schedule.series == {"genai_service": "every 6h"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[schedule]\ndefault = 'hourly'\n", "line 2: schedule.default: this is no schedule; five fields are needed"),
        ("[schedule]\ndefault = '0 61 * * *'\n", "line 2: schedule.default: the hour cannot be understood"),
        ("[schedule]\n\ndefault = 'every 0h'\n", "line 3: schedule.default: an interval of nothing"),
        ("[schedule]\ndefault = 6\n", "line 2: schedule.default: should be a valid string"),
        (
            "[schedule.series]\ndeep_synthesis = 'every 6h'\ngenai_service = '@reboot'\n",
            "line 3: schedule.series.genai_service: there is no such word; there are @hourly",
        ),
        (
            "[schedule.series]\ndeep_synthesis = 'every 6h'\ngenai = 'every 6h'\n",
            "line 3: schedule.series.genai: there is no such series; did you mean genai_service?",
        ),
        ("[schedule]\nseries = { genai_service = 'x' }\n", "line 2: schedule.series.genai_service: this is no"),
        ("[schedule]\nseries = 'every 6h'\n", "line 2: schedule.series: should be a table"),
        ("[schedule]\nquiet_hours = '7-8'\n", "line 2: schedule.quiet_hours: these are no hours"),
        ("[schedule]\nquiet_hours = '07:00-07:00'\n", "line 2: schedule.quiet_hours: both ends are the same"),
        ("[schedule]\nadaptive = true\n", "line 2: schedule.adaptive: this setting was removed; delete it"),
        ("[schedule]\nwindow_days = 3\n", "line 2: schedule.window_days: this setting was removed; delete it"),
        ("[schedule]\nlimit_minutes = 0\n", "line 2: schedule.limit_minutes: "),
        ("[schedule]\njitter_seconds = inf\n", "line 2: schedule.jitter_seconds: "),
        ("[schedule]\njiter_seconds = 1\n", "line 2: schedule.jiter_seconds: there is no such key; did you mean"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    found = faults(write(tmp_path, text))
    assert len(found) == 1, found
    assert found[0].startswith(expected)


def test_variables_have_the_last_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "[schedule]\ndefault = 'every 1h'\n[schedule.series]\non_device = 'every 2h'\n")
    monkeypatch.setenv("TRACKER_SCHEDULE__DEFAULT", "every 3h")
    monkeypatch.setenv("TRACKER_SCHEDULE__SERIES", '{"genai_service": "@daily"}')
    schedule = load_settings(file).schedule
    assert schedule.default == "every 3h"
    assert schedule.series == {"genai_service": "@daily", "on_device": "every 2h"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TRACKER_SCHEDULE__DEFAULT", "hourly", "this is no schedule; five fields are needed"),
        ("TRACKER_SCHEDULE__SERIES", "genai_service=every 6h", 'should be JSON, such as {"genai_service": "every 6h"}'),
        ("TRACKER_SCHEDULE__SERIES", '{"genai": "every 6h"}', "there is no such series; did you mean genai_service?"),
        ("TRACKER_SCHEDULE__SERIES", '{"genai_service": "hourly"}', "this is no schedule"),
        ("TRACKER_SCHEDULE__SERIES", "[1]", "should be a table"),
        ("TRACKER_SCHEDULE__SERIES__GENAI_SERVICE", "every 6h", "this is no setting; did you mean TRACKER_SCHEDULE__"),
        ("TRACKER_SCHEDULE__ADAPTIVE_MINUTES", "30", "this setting was removed; delete it"),
        ("TRACKER_SCHEDULE__QUIET_HOURS", "all night", "these are no hours"),
    ],
)
def test_a_wrong_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    [fault] = faults(write(tmp_path, ""))
    assert fault.startswith(f"The environment variable {name}: {said}")
