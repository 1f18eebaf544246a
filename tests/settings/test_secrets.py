"""Secrets: where they come from, and that they are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.settings.secrets import Endpoint, Secret


def test_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET", " hush\n")
    assert Secret("env:MY_SECRET").reveal() == "hush"
    monkeypatch.setenv("MY_SECRET", "")
    with pytest.raises(ValueError, match="MY_SECRET is not set"):
        Secret("env:MY_SECRET").reveal()


def test_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    secret = Secret(f"file:{file}")
    with pytest.raises(ValueError, match="cannot be read"):
        secret.reveal()
    file.write_text("hush\n", encoding="utf-8")
    file.chmod(0o600)
    assert secret.reveal() == "hush"
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(ValueError, match=f"chmod 600 {file}"):
            secret.reveal()
    file.chmod(0o600)
    for content in ("", "  \n", "two\nlines"):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(ValueError, match=str(file)) as caught:
            secret.reveal()
        assert "two" not in str(caught.value)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="cannot be read"):
        secret.reveal()


@pytest.mark.parametrize("kind", [Secret, Endpoint])
def test_no_form_of_it_shows_the_value(kind: type[Secret]) -> None:
    secret = kind("https://example.org/token")
    for text in (repr(secret), str(secret), f"{secret}", f"{[secret]}"):
        assert "token" not in text
    assert secret.reveal() == "https://example.org/token"
    assert secret == kind("https://example.org/token")
    assert str(kind("env:NAME")) == "env:NAME"
