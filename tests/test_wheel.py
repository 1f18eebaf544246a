"""A wheel of the project, installed into an empty environment: it holds every module and every file that is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_project import MODULES, PACKAGES, ROOT

IMPORT_ALL = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(importlib.import_module("tracker").__file__)
"""


# The first one runs the program; the others need an extra, without which nothing imports them.
NOT_IMPORTED = {"tracker.__main__", "tracker.export.parquet_file", "tracker.notify.channels.apprise"}


def run(*command: object, folder: Path) -> str:
    """Run a command without the project's variables; returns its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRACKER_", "PYTHON"))}
    words = [str(one) for one in command]
    done = subprocess.run(words, cwd=folder, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[:4]}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


def module_name(path: Path) -> str:
    """storage/write/__init__.py → storage.write."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Path]:
    """An environment that holds the wheel and what the demo needs, and nothing else."""
    source, environment = tmp_path / "source", tmp_path / "environment"
    source.mkdir()
    for name in PACKAGES:  # a copy: a build leaves files behind, and takes files of an earlier one
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, source, folder=tmp_path)
    [wheel] = tmp_path.glob("*.whl")
    constraints = ROOT / "constraints.txt"
    run(python, "-m", "pip", "install", "-q", "--no-compile", "-c", constraints, f"{wheel}[demo]", folder=tmp_path)
    shutil.rmtree(source)
    yield environment
    shutil.rmtree(environment)  # some hundred megabytes


@pytest.mark.slow
def test_a_wheel_holds_every_module_and_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    [site] = installed.glob("lib/python*/site-packages")
    modules = {module_name(path.relative_to(site)) for name in PACKAGES for path in (site / name).rglob("*.py")}
    assert modules == {module_name(path.relative_to(ROOT)) for path in MODULES}
    names = sorted(modules - NOT_IMPORTED)
    where = run(installed / "bin" / "python", "-c", IMPORT_ALL, *names, folder=folder).splitlines()[-1]
    assert Path(where).is_relative_to(site)
    assert "2023" in run(installed / "bin" / "tracker", "demo", folder=folder)
    assert list(folder.iterdir()), "the demo's data"
