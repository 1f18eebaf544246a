"""The table `[archive]` of the configuration, and the archive that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.archive.archive import Archive
from storage.archive.folder import FolderStore
from storage.archive.s3 import ObjectStore
from tracker.core.errors import OptionError
from tracker.settings.load import check_secrets, load_settings
from tracker.settings.model import CONFIG_FILE, Settings, list_settings
from tracker.settings.open_archive import open_archive

SECRETS = 'access_key = "env:KEY_ID"\nsecret_key = "env:KEY"\n'


def opened(folder: Path, lines: str, mode: int = 0o600) -> Archive:
    """The archive of a configuration."""
    file = folder / CONFIG_FILE
    file.touch(mode)
    file.write_text(f'data_dir = "{folder}"\n[archive]\n{lines}')
    file.chmod(mode)
    return open_archive(load_settings(file))


def test_the_folder_unless_it_is_told_otherwise(tmp_path: Path) -> None:
    store = opened(tmp_path, "").store
    assert isinstance(store, FolderStore)
    assert store.root == tmp_path / "archive"


def test_a_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_ID", "AKIA")
    monkeypatch.setenv("KEY", "T0PSECRET")
    text = f'url = "s3://files/cac/one/"\nendpoint = "https://s3.example.org/"\nregion = "here"\n{SECRETS}'
    archive = opened(tmp_path, text)
    store = archive.store
    assert isinstance(store, ObjectStore)
    assert archive.address("ab" * 32) == f"s3://files/cac/one/ab/{'ab' * 32}"
    config = store._objects.config
    assert (config["endpoint"], config["region"]) == ("https://s3.example.org", "here")
    assert (config["access_key_id"], config["secret_access_key"]) == ("AKIA", "T0PSECRET")
    assert store._objects.prefix == "cac/one"
    settings = load_settings(tmp_path / CONFIG_FILE)
    shown = {row["name"]: row["value"] for row in list_settings(settings)}
    assert (shown["archive.url"], shown["archive.secret_key"]) == ("s3://files/cac/one/", "env:KEY")
    assert "T0PSECRET" not in f"{settings!r} {shown} {store!r}"


def test_secrets_are_looked_up_first_and_kept_from_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_ID", "AKIA")
    with pytest.raises(OptionError, match=r"archive\.secret_key: the environment variable KEY is not set"):
        opened(tmp_path, f'url = "s3://files"\n{SECRETS}')
    with pytest.raises(OptionError, match="archive, secret_key: the environment variable KEY is not set"):
        check_secrets(load_settings(tmp_path / CONFIG_FILE))
    literal = 'url = "s3://files"\naccess_key = "AKIA"\nsecret_key = "T0PSECRET"\n'
    assert isinstance(opened(tmp_path, literal).store, ObjectStore)
    with pytest.raises(OptionError, match=r"line 5: archive\.secret_key: this is a secret") as caught:
        opened(tmp_path, literal, 0o644)
    assert "T0PSECRET" not in str(caught.value)
    shown = {row["name"]: row["value"] for row in list_settings(load_private(tmp_path, literal))}
    assert shown["archive.secret_key"] == "**********"


def load_private(folder: Path, lines: str) -> Settings:
    """The settings themselves."""
    opened(folder, lines)
    return load_settings(folder / CONFIG_FILE)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('url = "https://files"', "line 3: archive.url: this is no place for an archive"),
        ('url = "s3://a"', "line 3: archive.url: "),
        ('url = "s3://files/../x"', "line 3: archive.url: "),
        ('url = "s3://files/a b"', "line 3: archive.url: "),
        ('url = "s3://key:secret@files/x"', "line 3: archive.url: "),
        ('endpoint = "s3.example.org"', "line 3: archive.endpoint: this is no endpoint"),
        ('endpoint = "https://user:pw@s3.example.org"', "line 3: archive.endpoint: "),
        ('endpoint = "https://s3.example.org/bucket"', "line 3: archive.endpoint: "),
        ('endpoint = "http://s3.example.org"', "archive: endpoint is not encrypted"),
        ('access_key = "env:A"', "access_key and secret_key belong together"),
        ("retries = -1", "line 3: archive.retries: "),
        ('bucket = "x"', "line 3: archive.bucket: there is no such key"),
        ('url = "s3://files"\nca_file = "/nowhere/ca.pem"', "archive.ca_file cannot be read"),
    ],
)
def test_what_makes_no_sense_is_named(tmp_path: Path, lines: str, said: str) -> None:
    with pytest.raises(OptionError) as caught:
        opened(tmp_path, lines + "\n")
    assert said in str(caught.value)
    assert "secret@" not in str(caught.value)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"])
def test_this_machine_may_be_asked_without_encryption(tmp_path: Path, endpoint: str) -> None:
    assert isinstance(opened(tmp_path, f'url = "s3://files"\nendpoint = "{endpoint}"\n').store, ObjectStore)


def test_others_only_where_that_is_allowed(tmp_path: Path) -> None:
    text = 'url = "s3://files"\nendpoint = "http://10.0.0.7:9000"\nallow_http = true\n'
    store = opened(tmp_path, text).store
    assert isinstance(store, ObjectStore)
    assert store._objects.client_options is not None
