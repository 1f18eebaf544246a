"""The command line: parse, call one function, print. The only place that exits."""

from __future__ import annotations

import gc
import importlib
import sqlite3
import sys
from pathlib import Path
from typing import NoReturn

import click

from storage.faults import is_storage_fault, storage_error
from tracker.cli.options import Context
from tracker.core.errors import TrackerError
from tracker.core.safe_text import visible
from tracker.core.version import __version__

# command → its module, which is loaded when the command is called or its help is shown, and its line in the list of
# commands, so that `tracker --help` loads none of them; a test holds it equal to the command's own help.
COMMANDS = {
    "poll": ("poll", "Look at the site once: fetch what is new, read it, record what changed."),
    "extract": ("tools", "Read one attachment and print its filings; touches no history."),
    "settings": ("tools", "Every setting: default, value in force, meaning."),
    "demo": ("tools", "The whole main job against a built-in stand-in for the site, on this machine only."),
    "changes": ("history", "The change log: what happened to which filing, when, and where it is written."),
    "filings": ("history", "Filings as they are now, or as they were at a date."),
    "stats": ("history", "Counts of filings (those withdrawn aside); an entity counts with all its names."),
    "compare": (
        "history",
        "What changed between two days, from the end of FROM to the end of TO: the net result for each filing.",
    ),
    "leads": ("history", "Filings of provinces' own lists, and how many days later the centre published them."),
    "show": (
        "show",
        "One filing by its number, now or former: all versions, changes and statements, with their sources.",
    ),
    "open": (
        "show",
        "Where the original files are that state a number, or that have a sha256: paths, or addresses in a bucket.",
    ),
    "reconcile": (
        "checks",
        "The regulator's own figures against the history: totals, rows, 序号, places, numbers, cancellations.",
    ),
    "incidents": ("checks", "What is wrong with a source or a list, and what to do about it."),
    "export": (
        "export",
        "The whole history as files for analysts, in folder DIR, with a datapackage.json that describes each column.",
    ),
    "backup": ("maintenance", "Copy the history to FILE, polls running or not, and read the copy again."),
    "restore": ("maintenance", "Put a backup in place, once all of it was read and found sound."),
    "verify": (
        "maintenance",
        "Hash every file again and read every recorded list again: is the history what the files say?",
    ),
    "rebuild": ("maintenance", "Make the history again from the archive alone, and compare it with the one in place."),
    "notify": ("notify", "Alerts: what is undelivered, retries, test messages, previews."),
    "run": ("service", "Poll on schedule, each poll in a process of its own, until stopped."),
    "serve": ("service", "Serve the history as pages, tables, feeds and JSON, until stopped (SIGTERM, SIGINT)."),
    "health": ("service", "Whether polls come to their end: one line; exit code 0, or 1 where they do not."),
    "doctor": (
        "service",
        "Look at everything the program needs, say what is wrong and what to do; changes and sends nothing.",
    ),
}
# Objects made, less those gone, until Python looks for garbage: most of what a command makes as it starts stays, and to
# look through it every 700 objects takes a tenth of that time.
GARBAGE_AFTER = 50_000


class _Commands(click.Group):
    """The commands, each loaded when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"tracker.cli.{COMMANDS[name][0]}")
        found = (value for value in vars(module).values() if isinstance(value, click.Command) and value.name == name)
        return next(found)


    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading them."""
        limit = formatter.width - 6 - max(map(len, COMMANDS))
        lines = {name: click.Command(name, help=COMMANDS[name][1]) for name in self.list_commands(ctx)}
        with formatter.section("Commands"):
            formatter.write_dl([(name, line.get_short_help_str(limit)) for name, line in lines.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="tracker")
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file (default: ./tracker.toml).")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages (default: the locale's).")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, lang: str | None) -> None:
    """Follow the filing lists of China's internet regulator and keep their whole history."""
    ctx.obj = Context(config, lang)


def main() -> None:
    """Run the command line; an error of ours is shown as one sentence and ends with its exit code."""
    gc.set_threshold(GARBAGE_AFTER)
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except TrackerError as error:
        _end(error)
    except sqlite3.Error as error:  # of a command that asks; the writers name the file as well
        if not is_storage_fault(error):
            raise
        _end(storage_error(error))
    except BrokenPipeError:
        # The reader of the pipe (head, less) has gone: nothing to say, and no traceback at exit.
        sys.stdout = None
        sys.exit(0)
    except Exception as error:
        if not _is_logged(error, TrackerError.exit_code):
            raise
        sys.exit(TrackerError.exit_code)


def _end(error: TrackerError) -> NoReturn:
    """Tell an error of ours, a person or the log, and end with its exit code."""
    if not _is_logged(error, error.exit_code):
        click.echo(f"tracker: {visible(str(error))}", err=True)
    sys.exit(error.exit_code)


def _is_logged(error: Exception, exit_code: int) -> bool:
    """True where the log tells an error; only a command that logs has loaded it."""
    logs = sys.modules.get("tracker.operations.logs")
    return logs is not None and bool(logs.tell_error(error, exit_code))
