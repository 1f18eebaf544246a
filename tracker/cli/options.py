"""What the commands share: settings and language, options, dates, JSON."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.core.dates import first_day, last_day
from tracker.core.errors import OptionError
from tracker.core.messages import Lang, language
from tracker.core.safe_text import harmless, visible, visible_json
from tracker.core.series import select_series
from tracker.query import filters
from tracker.query.filters import Filters
from tracker.query.parameters import Choice, Flag, Parameter
from tracker.query.parameters import Day as DayFilter

if TYPE_CHECKING:
    from sqlite_utils import Database

    from tracker.settings.model import Settings

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Context:
    """What every command needs: the settings (read when first needed) and the language."""

    def __init__(self, config: Path | None, lang: str | None) -> None:
        self.config, self._lang = config, lang
        self._settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """Return the settings in force."""
        if self._settings is None:
            from tracker.settings.load import load_settings  # not all that is asked of the command line needs them

            self._settings = load_settings(self.config)
        return self._settings

    @property
    def lang(self) -> Lang:
        """Return the language of messages."""
        return language(self._lang or self.settings.lang)

    def open_history(self) -> Database:
        """Return the history, read-only."""
        from storage.schema.migrations import connect_readonly

        return connect_readonly(self.settings.database)


class Day(click.ParamType[str]):
    """A date: 2024-12-31, 2024-12 (its last day for --until, --as-of, --known-on; its first for --since) or 2024."""

    name = "date"

    def __init__(self, *, end: bool = True, read: Callable[[str], str] | None = None) -> None:
        self.read = read or (last_day if end else first_day)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the date as ISO; fails with the forms that are understood."""
        try:
            return self.read(str(value))
        except OptionError as error:
            self.fail(error.message, param, ctx)


pass_context = click.make_pass_decorator(Context)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def filter_option(one: Parameter) -> Decorator:
    """Return a declared filter as an option; a filter with a `metavar` is any text, which the command checks."""
    flag = "--" + one.name.replace("_", "-")
    if isinstance(one, Flag):
        return click.option(f"{flag}/--no{flag[1:]}", default=None, help=one.help)
    if isinstance(one, DayFilter):
        return click.option(flag, type=Day(read=one.take), help=one.help)
    if isinstance(one, Choice) and one.metavar is None:
        return click.option(flag, type=click.Choice(one.choices), help=one.help)
    return click.option(flag, metavar=one.metavar, help=one.help)


def filter_options(declared: Filters, *names: str) -> Decorator:
    """Return a decorator that adds these filters to a command, in this order."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed(names):
            command = filter_option(declared[name])(command)
        return command

    return decorate


series_option = filter_option(filters.series)
csv_option = click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")


def one_form(*, as_csv: bool, as_json: bool) -> None:
    """Refuse two forms of output at once.

    Raises:
        OptionError: both are asked for.
    """
    if as_csv and as_json:
        raise OptionError("Choose either --csv or --json")


def print_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Rows as CSV; text that a spreadsheet would take for a formula is kept from running with a quote."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    shown = visible if sys.stdout.isatty() else str  # a file has each text as it was published
    for row in rows:
        writer.writerow([shown(harmless(value)) if isinstance(value := row[name], str) else value for name in columns])


def speaks_on_stdout(settings: Settings) -> bool:
    """True where a subscription writes its alerts to standard output: what people read goes to standard error then."""
    return any(one.channel == "stdout" for one in settings.subscriptions)


def print_json(value: object) -> None:
    """A value as JSON, without a character that could command a terminal."""
    click.echo(visible_json(json.dumps(value, ensure_ascii=False, indent=2)))


def check_series(name: str | None) -> None:
    if name is not None:
        select_series([name])
