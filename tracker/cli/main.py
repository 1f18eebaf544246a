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
    "poll": ("poll", "Poll the site once: download what is new, read it, record what changed."),
    "extract": ("tools", "Read one attachment and print its filings; no history is used."),
    "settings": ("tools", "List every setting: default, current value, meaning."),
    "demo": ("tools", "Run the whole job against a built-in simulated site, on this machine only."),
    "changes": ("history", "List the change log: what happened to which filing, when, and in which file."),
    "filings": ("history", "List filings as they are now, or as they were on a date."),
    "stats": ("history", "Count filings, without withdrawn ones; an entity counts with all its names."),
    "compare": ("history", "Compare the end of two days, FROM and TO: the net change of each filing."),
    "leads": ("history", "List filings of provincial lists, and how many days later the centre published them."),
    "show": (
        "show",
        "Show one filing by its current or former number: versions, changes, statements and their sources.",
    ),
    "open": ("show", "Find the original files with a number or a sha256: print their paths or addresses in a bucket."),
    "reconcile": (
        "checks",
        "Check the history against the regulator's figures: totals, rows, 序号, places, numbers, cancellations.",
    ),
    "incidents": ("checks", "List what is wrong with sources and lists, and what to do about it."),
    "export": (
        "export",
        "Export the whole history as files to folder DIR, with a datapackage.json that describes each column.",
    ),
    "backup": ("maintenance", "Copy the history to FILE, even during a poll, and check the copy."),
    "restore": ("maintenance", "Restore a backup after all of it was read and checked."),
    "verify": ("maintenance", "Hash every file and read every recorded list again, and compare them with the history."),
    "rebuild": ("maintenance", "Rebuild the history from the archive alone, and compare it with the current one."),
    "notify": ("notify", "Manage alerts: list waiting ones, retry, send test messages, preview."),
    "run": ("service", "Poll on schedule, each poll in its own process, until stopped."),
    "serve": ("service", "Serve the history as pages, tables, feeds and JSON, until stopped (SIGTERM, SIGINT)."),
    "health": ("service", "Print in one line whether polls finish; exit code 0, or 1 if they do not."),
    "doctor": ("service", "Check everything the program needs and report what to do; changes and sends nothing."),
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
        """Return the command of that name, if there is one."""
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
    """Return True if the log tells an error; only a command that logs has loaded it."""
    logs = sys.modules.get("tracker.operations.logs")
    return logs is not None and bool(logs.tell_error(error, exit_code))
