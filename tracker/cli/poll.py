"""The command that polls once."""

from __future__ import annotations

import sys

import click

from tracker.cli.options import Context, json_option, pass_context, print_json, speaks_on_stdout
from tracker.cli.output import progress_line
from tracker.core.errors import AnotherPoll


@click.command()
@click.option("--series", "series", multiple=True, metavar="S", help="Only this series; may be repeated.")
@click.option(
    "--accept", "accepted", multiple=True, metavar="SHA256",
    help="Record this file or page although its checks refused it, or read it again; may be repeated.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Do everything on a copy and discard the result.")
@click.option(
    "--quiet", is_flag=True,
    help="Print nothing if nothing happened: no change, no new incident, no undelivered alert. "
    "Nor if another poll is running (exit code 6). The exit code stays the same.",
)
@click.option(
    "--trust-clock", is_flag=True, help="Poll even if the clock is before the last poll: it was wrong then."
)
@click.option("--scheduled", is_flag=True, hidden=True)  # `tracker run` began it: times missed before are incidents
@json_option
@pass_context
def poll(
    ctx: Context, series: tuple[str, ...], accepted: tuple[str, ...], dry_run: bool, quiet: bool, trust_clock: bool,
    scheduled: bool, as_json: bool,
) -> None:  # fmt: skip
    """Poll the site once: download what is new, read it, record what changed."""
    # Scrapy and the readers take a second to load: only the commands that need them pay for it. This part of Scrapy
    # first: as it loads, each of its deprecated names has Python look for each caller in each module loaded by then.
    import scrapy.core.downloader.contextfactory  # noqa: F401, I001
    from tracker.operations import logs
    from tracker.poll.context import PollOptions
    from tracker.poll.report import is_eventful
    from tracker.poll.run import run_poll

    logs.configure(ctx.settings, service=scheduled)
    # Standard output is for one thing only: the JSON object, else the alerts of a subscription to it, else the report.
    try:
        with progress_line(ctx.lang, quiet=as_json or quiet) as show:
            options = PollOptions(
                series, accepted, dry_run=dry_run, scheduled=scheduled, trust_clock=trust_clock, progress=show,
                stdout=sys.stderr if as_json else sys.stdout,
            )  # fmt: skip
            report = run_poll(ctx.settings, options)
    except AnotherPoll as error:
        if quiet:
            sys.exit(error.exit_code)
        raise
    if quiet and not is_eventful(report):
        sys.exit(report["exit"])
    if as_json:
        print_json(report)
    else:
        from tracker.cli.output import make_console, print_report

        print_report(make_console(stderr=speaks_on_stdout(ctx.settings)), report, ctx.lang)
    sys.exit(report["exit"])
