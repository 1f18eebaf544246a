"""The commands that look after the data: backup, restore, verify, rebuild."""

from __future__ import annotations

import sys
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.text import Text

from storage.backup import BackupSummary, back_up
from storage.restore import restore as put_back
from storage.restore import restore_files
from tracker.cli.options import Context, json_option, pass_context, print_json
from tracker.cli.output import make_console, print_table, progress_line
from tracker.core.errors import StorageError
from tracker.core.messages import Lang, word
from tracker.settings.open_archive import open_archive

if TYPE_CHECKING:
    from tracker.operations.replace_history import Differences

_MOST_ROWS = 20  # of a table in which two histories differ; --json has all


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@pass_context
def backup(ctx: Context, file: Path, as_json: bool) -> None:
    """Copy the history to FILE, even during a poll, and check the copy.

    FILE.tar or FILE.tar.gz also contains the archive of original files; any other name, only the database.
    """
    settings = ctx.settings
    with progress_line(ctx.lang, quiet=as_json) as show:
        held = back_up(settings.database, open_archive(settings), file, lambda what: show("backup", what))
    if as_json:
        print_json(_held(held))
    else:
        console, lang = make_console(), ctx.lang
        text = word("backed_up", lang, filings=held.filings, changes=held.changes, files=held.files, file=file)
        console.print(Text(text, style="bold"))
        _print_missing(console, held, lang)
    sys.exit(StorageError.exit_code if held.missing else 0)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Replace an existing history; it is kept beside the restored one.")
@click.option("--files", "files_only", is_flag=True, help="Restore only missing or altered files of the archive.")
@json_option
@pass_context
def restore(ctx: Context, file: Path, replace: bool, files_only: bool, as_json: bool) -> None:
    """Restore a backup after all of it was read and checked."""
    from tracker.operations.replace_history import check_replaceable
    from tracker.poll.data_folder import poll_lock

    settings = ctx.settings
    with poll_lock(settings.data_dir), progress_line(ctx.lang, quiet=as_json) as show:
        archive = open_archive(settings)
        if files_only:
            brought = restore_files(file, archive, lambda what: show("restore", what))
            _print_brought(ctx, brought, as_json=as_json)
            return
        if replace:
            with suppress(StorageError):  # one that cannot be asked is kept beside the restored one all the same
                check_replaceable(settings.database)
        held = put_back(file, settings.database, archive, replace=replace, progress=lambda what: show("restore", what))
    if as_json:
        print_json(_held(held))
        return
    console, lang = make_console(), ctx.lang
    values = {"filings": held.filings, "changes": held.changes, "files": held.files, "last_poll": held.last_poll}
    console.print(Text(word("restored_from", lang, **values), style="bold"))
    if held.former:
        console.print(word("former_kept", lang, file=held.former))
    _print_missing(console, held, lang)


def _print_brought(ctx: Context, brought: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"files": brought})
    else:
        make_console().print(Text(word("files_brought", ctx.lang, n=brought), style="bold"))


def _print_missing(console: Console, held: BackupSummary, lang: Lang) -> None:
    if held.missing:
        console.print(Text(f"! {word('files_missing', lang, n=len(held.missing))}", style="bold red"))


def _held(held: BackupSummary) -> dict[str, Any]:
    return asdict(held) | {"former": str(held.former) if held.former else None}


@click.command()
@json_option
@pass_context
def verify(ctx: Context, as_json: bool) -> None:
    """Hash every file and read every recorded list again, and compare them with the history."""
    from tracker.operations.verify import verify as look_again
    from tracker.poll.read_ahead import open_readings

    archive, files = open_archive(ctx.settings), sys.maxsize
    with (
        closing(ctx.open_history()) as db,
        open_readings(archive, ctx.settings.reading, files) as readings,
        progress_line(ctx.lang, quiet=as_json) as show,
    ):
        found = look_again(db, readings, lambda what: show("verify", what))
    if as_json:
        print_json(asdict(found))
    else:
        console, lang = make_console(), ctx.lang
        for fault in found.faults:
            console.print(Text(f"! {fault}", style="red"))
        console.print(
            word("verified", lang, files=found.files, lists=found.lists, rows=found.rows, versions=found.versions)
        )
        verdict = word("faults", lang, n=len(found.faults)) if found.faults else word("all_agree", lang)
        console.print(Text(verdict, style="bold"))
    sys.exit(StorageError.exit_code if found.faults else 0)


@click.command()
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="Keep the rebuilt history in this file.")
@click.option("--replace", is_flag=True, help="Replace the current history; it is kept beside the rebuilt one.")
@json_option
@pass_context
def rebuild(ctx: Context, to: Path | None, replace: bool, as_json: bool) -> None:
    """Rebuild the history from the archive alone, and compare it with the current one.

    Exit code 1 if the two differ and the current one was not replaced. If there is none, the rebuilt one is used.
    """
    from tracker.operations.replace_history import rebuild_and_compare
    from tracker.poll.data_folder import poll_lock

    with poll_lock(ctx.settings.data_dir), progress_line(ctx.lang, quiet=as_json) as show:
        outcome = rebuild_and_compare(ctx.settings, to, replace=replace, progress=lambda what: show("rebuild", what))
    found = outcome.differences
    if as_json:
        print_json(
            asdict(outcome.rebuilt)
            | {
                "identical": None if found is None else not found,
                "differences": found,
                "where": str(outcome.where) if outcome.where else None,
                "former": str(outcome.former) if outcome.former else None,
            }
        )
    else:
        console, lang = make_console(), ctx.lang
        for odd in outcome.rebuilt.odd:
            console.print(Text(f"! {odd}", style="red"))
        _print_differences(console, found, lang)
        if outcome.where:
            key = "kept_at" if to else "put_in_place"
            console.print(word(key, lang, file=outcome.where))
        if outcome.former:
            console.print(word("former_kept", lang, file=outcome.former))
            console.print(word("outbox_unknown", lang))
        text = word("rebuilt", lang, polls=outcome.rebuilt.polls, events=outcome.rebuilt.events)
        console.print(Text(text, style="bold"))
    is_left = found and not outcome.former  # what differs is still in place
    sys.exit(StorageError.exit_code if is_left or outcome.rebuilt.odd else 0)


def _print_differences(console: Console, found: Differences | None, lang: Lang) -> None:
    if not found:
        console.print(word("not_compared" if found is None else "identical", lang))
        return
    console.print(Text(word("differs", lang), style="bold red"))
    sides = {"first": "only_in_place", "second": "only_rebuilt"}
    rows = [
        [table, word(sides[side], lang), " | ".join("" if value is None else str(value) for value in row)]
        for table, those in found.items()
        for side, row in those[:_MOST_ROWS]
    ]
    print_table(console, ["table", "state", "value"], rows, lang)
