"""The project's own files agree with each other: README, constraints, modules; and nothing names a registry."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from tracker.cli.main import cli
from tracker.settings.model import Settings, list_settings

ROOT = Path(__file__).parent.parent
PACKAGES = ("tracker", "spiders", "storage")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# Written backwards, so that this file does not name them either.
REGISTRY_HOSTS = [
    host[::-1]
    for host in [
        "gro.ipyp", "gro.nohtyp.ipyp", "detsohnohtyp", "gro.sjmpn", "moc.sjmpn", "moc.gkpnray", "gro.naibed",
        "moc.utnubu", "oi.setarc", "gro.smegybur", "moc.rorrimmpn", "ude.auhgnist.anut", "moc.nuyila.srorrim",
    ]
]  # fmt: skip


def project() -> dict:
    """What pyproject.toml says of the project."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def canonical(name: str) -> str:
    """A distribution's name as names are compared: "pdfminer.six" → "pdfminer-six"."""
    return re.sub(r"[-_.]+", "-", name).lower()


def quick_start(readme: str, heading: str) -> list[str]:
    """The fenced blocks of the section *Quick start*, each as its text."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    before, _, rest = text.partition(f"\n## {heading}\n")
    assert rest, f"{readme} has no section {heading!r}"
    assert "```" not in before, f"{readme}: a fenced block precedes {heading!r}"
    section = re.split(r"^## ", rest, maxsplit=1, flags=re.M)[0]
    return re.findall(r"^```\w*\n(.*?)^```", section, re.M | re.S)


@pytest.mark.parametrize(("readme", "heading"), [("README.md", "Quick start"), ("README.zh-CN.md", "快速开始")])
def test_quick_start_is_two_commands_each_alone(readme: str, heading: str) -> None:
    assert quick_start(readme, heading) == ["make demo\n", "make test\n"]


def test_constraints_pin_every_dependency_exactly() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    odd = [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line)]
    assert odd == []
    assert pins == sorted(pins, key=str.upper)
    extras = project()["optional-dependencies"]
    named = [*project()["dependencies"], *(item for extra in extras.values() for item in extra)]
    wanted = {canonical(re.match(r"[A-Za-z0-9._-]+", item)[0]) for item in named}
    assert wanted - {canonical(pin.partition("==")[0]) for pin in pins} == set()


def test_no_file_names_a_registry_host() -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in files
        if path.is_file()
        for host in REGISTRY_HOSTS
        if host.encode() in path.read_bytes()
    ]
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert path.stem not in {"utils", "util", "common", "helpers", "misc"}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_setting_stands_in_the_readme_with_its_default(readme: str) -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (?:`(.*?)`)? \|", (ROOT / readme).read_text(encoding="utf-8"), re.M)
    expected = {one["name"]: one["default"] for one in list_settings(Settings())}
    assert {name: default for name, default in rows if name in expected} == expected


def test_both_readmes_tell_the_same_of_each_setting() -> None:
    names = {one["name"] for one in list_settings(Settings())}
    english, chinese = (
        [row for row in re.findall(r"^\| `([a-z_.]+)` \| (.*)$", (ROOT / readme).read_text(encoding="utf-8"), re.M)
         if row[0] in names]
        for readme in ("README.md", "README.zh-CN.md")
    )  # fmt: skip
    assert len(english) == len(names)
    assert english == chinese


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_command_stands_in_the_readme_with_its_options(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `tracker (\w+)(.*?)` \|", text, re.M)
    told = {name: set(re.findall(r"--[a-z-]+", usage)) for name, usage in rows}
    context = click.Context(cli)
    commands = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    expected = {
        name: {
            option
            for parameter in command.params
            if not getattr(parameter, "hidden", False)
            for option in (*parameter.opts, *parameter.secondary_opts)
            if option.startswith("--") and option != "--help"
        }
        for name, command in commands.items()
        if command is not None
    }
    assert told == expected
