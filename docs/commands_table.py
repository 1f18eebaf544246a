"""Write every command with its options into `docs/commands.md`, as the command line declares them.

.venv/bin/python docs/commands_table.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from tracker.cli.main import cli

PAGE = Path(__file__).resolve().parent / "commands.md"
BEGIN = "<!-- written by docs/commands_table.py from tracker/cli -->"


def render(page: str) -> str:
    """Return the page with everything after its mark written again."""
    head, mark, _ = page.partition(BEGIN)
    assert mark, f"{PAGE} has no mark"
    return head + mark + "\n" + "".join(_sections(cli, click.Context(cli, info_name="tracker")))


def _sections(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield f"\n## {inner.command_path}\n\n{_help(command)}\n"
            yield from _sections(command, inner)
        else:
            yield _section(command, inner)


def _section(command: click.Command, context: click.Context) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [f"\n## {context.command_path}\n", _help(command), f"\n```\n{usage}\n```\n"]
    options = [one for one in command.get_params(context) if isinstance(one, click.Option) and "--help" not in one.opts]
    records = [record for one in options if (record := one.get_help_record(context))]
    if records:
        lines += ["| option | meaning |", "| --- | --- |", *(_row(*record) for record in records), ""]
    return "\n".join(lines)


def _help(command: click.Command) -> str:
    paragraphs = re.split(r"\n\s*\n", (command.help or "").replace("\b", "").strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _row(option: str, meaning: str) -> str:
    cells = (f"`{option}`", " ".join(meaning.split()))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
