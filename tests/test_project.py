"""The project's own files agree with each other: README, constraints, modules; and nothing names a registry."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from tracker.cli.main import COMMANDS, cli
from tracker.settings.model import Settings, list_settings

ROOT = Path(__file__).parent.parent
PACKAGES = ("tracker", "spiders", "storage")
READMES = ("README.md", "README.zh-CN.md")
PAGES = sorted(path for folder in (ROOT, ROOT / "docs") for path in folder.glob("*.md"))
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


@pytest.mark.parametrize("name", ["commands", "settings"])
def test_a_generated_page_is_up_to_date(name: str) -> None:
    script = importlib.import_module(f"docs.{name}_table")
    page = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert script.render(page) == page, f"run: .venv/bin/python docs/{name}_table.py"


def test_the_settings_page_has_every_setting_with_its_default() -> None:
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_.]+)` \| (?:`(.*?)`)? \|", text, re.M)
    assert dict(rows) == {one["name"]: one["default"] for one in list_settings(Settings())}


def test_the_commands_page_has_every_command_with_its_options() -> None:
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## tracker (\w+)\n(.*?)(?=^## tracker \w+\n|\Z)", text, re.M | re.S))
    context = click.Context(cli)
    assert sorted(sections) == cli.list_commands(context)
    for name, section in sections.items():
        command = cli.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            if not getattr(parameter, "hidden", False):
                wanted = {one for one in (*parameter.opts, *parameter.secondary_opts) if one.startswith("--")}
                assert wanted <= {*re.findall(r"--[a-z-]+", section), "--help"}


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_is_short_and_names_only_commands_that_exist(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert text.count("\n") <= 170
    commands = cli.list_commands(click.Context(cli))
    assert set(re.findall(r"`tracker (\w+)", text)) <= set(commands)


def test_both_readmes_have_the_same_parts() -> None:
    texts = [(ROOT / readme).read_text(encoding="utf-8") for readme in READMES]
    for pattern in (r"^#+ ", r"^```", r"^\| ", r"\]\((?!docs/start)(?!README)[^)]+\)"):
        english, chinese = (re.findall(pattern, text, re.M) for text in texts)
        assert english == chinese


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_list_of_commands_has_the_help_of_each_command() -> None:
    context = click.Context(cli)
    for name, (_, line) in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        assert line == command.get_short_help_str(1000)
