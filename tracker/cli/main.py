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

# command → its module, which is loaded when the command is called, or its help is shown
COMMANDS = {
    name: module
    for module, names in {
        "poll": ("poll",),
        "tools": ("extract", "settings", "demo"),
        "history": ("changes", "filings", "stats", "compare", "leads"),
        "show": ("show", "open"),
        "checks": ("reconcile", "incidents"),
        "export": ("export",),
        "maintenance": ("backup", "restore", "verify", "rebuild"),
        "notify": ("notify",),
        "service": ("run", "serve", "health", "doctor"),
    }.items()
    for name in names
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
        module = importlib.import_module(f"tracker.cli.{COMMANDS[name]}")
        found = (value for value in vars(module).values() if isinstance(value, click.Command) and value.name == name)
        return next(found)


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
