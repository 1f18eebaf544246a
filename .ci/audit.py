"""What is known against the versions of constraints.txt: advisories, versions taken back, newer ones. `make audit`.

Runs in an environment of its own, with pip and pip-audit in it. Exit code 0: every version was looked up and nothing is
known against any; 1: something is; 2: some could not be looked up, so that nothing is known about them either way.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PINS = ROOT / "constraints.txt"


@dataclass(frozen=True)
class Found:
    """What the services say: "name version: why" for each; `unasked` are those that the service does not know."""

    pins: int
    vulnerable: tuple[str, ...]
    unasked: tuple[str, ...]
    yanked: tuple[str, ...] | None  # None: the index could not be asked
    newer: tuple[str, ...] | None

    @property
    def exit_code(self) -> int:
        """0 nothing known against any, 1 something is, 2 not all were looked up."""
        if self.vulnerable or self.yanked:
            return 1
        return 2 if self.unasked or self.yanked is None else 0


def pins_of(text: str) -> dict[str, str]:
    """Name → version of each line `name==version`."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return {name: version for name, _, version in (line.partition("==") for line in lines) if version}


def read_advisories(report: dict[str, Any], pins: dict[str, str]) -> tuple[list[str], list[str]]:
    """pip-audit's report → what is vulnerable, and what was not looked up (all of it where the report is empty)."""
    vulnerable, asked = [], set()
    for one in report.get("dependencies", ()):
        if "skip_reason" in one:
            continue
        asked.add(_folded(one["name"]))
        for advisory in one["vulns"]:
            names = ", ".join([advisory["id"], *advisory.get("aliases", ())])
            fixed = " or ".join(advisory.get("fix_versions", ())) or "none"
            vulnerable.append(f"{one['name']} {one['version']}: {names}; fixed in: {fixed}")
    return vulnerable, [f"{name} {version}" for name, version in pins.items() if _folded(name) not in asked]


def read_yanked(report: dict[str, Any]) -> list[str]:
    """Pip's installation report → the versions that their makers have taken back."""
    return [
        f"{one['metadata']['name']} {one['metadata']['version']}: taken back by its makers"
        for one in report["install"]
        if one["is_yanked"]
    ]


def tell(found: Found) -> list[str]:
    """The report, line by line."""
    asked = found.pins - len(found.unasked)
    lines = [f"advisories: {asked} of {found.pins} versions looked up, {len(found.vulnerable)} advisories"]
    lines += [f"  {line}" for line in found.vulnerable]
    if found.unasked:
        few = ", ".join(found.unasked[:5]) + (" …" if len(found.unasked) > 5 else "")
        lines.append(f"  not looked up, so nothing is known about them either way: {few}")
    if found.yanked is None:
        lines.append("taken back: the package index could not be asked")
    else:
        lines.append(f"taken back: {len(found.yanked)} of {found.pins}")
        lines += [f"  {line}" for line in found.yanked]
    if found.newer is None:
        lines.append("newer versions: the package index could not be asked")
    else:
        lines.append(f"newer versions: {len(found.newer)}; fixes come in them, and `make lock` takes them")
        lines += [f"  {line}" for line in found.newer]
    meaning = {0: "nothing is known against any version", 1: "something must be done", 2: "NOT a clean bill: see above"}
    return [*lines, f"audit: {meaning[found.exit_code]} (exit code {found.exit_code})"]


def ask() -> Found:
    """Ask the services."""
    pins = pins_of(PINS.read_text(encoding="utf-8"))
    audit = _json("pip_audit", "--requirement", str(PINS), "--no-deps", "--disable-pip", "--format", "json",
                  "--progress-spinner", "off")  # fmt: skip
    vulnerable, unasked = read_advisories(audit or {}, pins)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        _run("pip", "install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet", "--report", str(report),
             "--requirement", str(PINS))  # fmt: skip
        yanked = read_yanked(json.loads(report.read_text(encoding="utf-8"))) if report.exists() else None
    installed = next((ROOT / ".venv" / "lib").glob("python3*/site-packages"), None)
    old = _json("pip", "list", "--outdated", "--format", "json", "--path", str(installed)) if installed else None
    newer = None if old is None else tuple(
        f"{one['name']} {pins[name]} → {one['latest_version']}"
        for one in old
        if (name := _pinned(one["name"], pins))
    )  # fmt: skip
    return Found(len(pins), tuple(vulnerable), tuple(unasked), None if yanked is None else tuple(yanked), newer)


def _json(module: str, *arguments: str) -> Any:
    """What a module prints as JSON; None where it prints none, and then why on the error output."""
    done = _run(module, *arguments)
    try:
        return json.loads(done.stdout)
    except ValueError:
        print(done.stderr[-2000:], file=sys.stderr)
        return None


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)


def _pinned(name: str, pins: dict[str, str]) -> str | None:
    return next((pin for pin in pins if _folded(pin) == _folded(name)), None)


def _folded(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    answer = ask()
    print("\n".join(tell(answer)))
    sys.exit(answer.exit_code)
