"""The commands that say whether it works: `health` for supervisors, `doctor` for people."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from tracker.cli.display import make_console
from tracker.cli.options import Context, json_option, pass_context, print_json
from tracker.core.clock import read_clock
from tracker.core.messages import Lang, language, word
from tracker.operations.health import read_health

if TYPE_CHECKING:
    from tracker.operations.doctor.findings import Finding

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "bold red")}


@click.command()
@json_option
@pass_context
def health(ctx: Context, as_json: bool) -> None:
    """Whether polls come to their end: one line; exit code 0, or 1 where they do not."""
    found = read_health(ctx.settings, read_clock(), ctx.lang)
    if as_json:
        print_json(found.as_dict())
    else:
        click.echo(found.line())
    sys.exit(0 if found.healthy else 1)


@click.command()
@click.option("--quick", is_flag=True, help="Do not read every file of the archive.")
@json_option
def doctor(quick: bool, as_json: bool) -> None:
    """Look at everything the program needs, say what is wrong and what to do; changes and sends nothing."""
    # takes along the channels
    from tracker.operations.doctor.findings import Teller
    from tracker.operations.doctor.machine import open_settings
    from tracker.operations.doctor.run import examine

    # not by the Context, which ends the program where the configuration is broken
    given = click.get_current_context().find_root().params
    file: Path | None = given["config"]
    settings, fault = open_settings(file)
    lang = language(given["lang"] or settings.lang)
    findings = []
    group = ""
    for one in examine(settings, file, fault, read_clock(), Teller(lang), quick=quick):
        findings.append(one)
        if not as_json:
            group = _print_finding(make_console(), one, group, lang)
    failed = any(one.state == "failed" for one in findings)
    if as_json:
        print_json({"ok": not failed, "checks": [asdict(one) for one in findings]})
    else:
        _print_summary(make_console(), findings, lang)
    sys.exit(1 if failed else 0)


def _print_finding(console: Console, one: Finding, group: str, lang: Lang) -> str:
    """A finding, below its group's name where it is the first of it; returns the group."""
    from tracker.operations.doctor.words import GROUPS

    if one.group != group:
        console.print(Text(GROUPS[one.group][lang], style="bold"))
    mark, style = _MARKS[one.state]
    console.print(Text.assemble("  ", (mark, style), f" {one.message}"))
    if one.to_do:
        console.print(Text(f"    → {word('to_do', lang)}: {one.to_do}", style=style))
    return one.group


def _print_summary(console: Console, findings: list[Finding], lang: Lang) -> None:
    from tracker.operations.doctor.words import TEXTS

    counts = {state: sum(one.state == state for one in findings) for state in _MARKS}
    console.print(Text(TEXTS["summary"][lang][0].format(**counts), style="bold"))
