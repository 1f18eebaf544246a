"""The command that serves the pages."""

from __future__ import annotations

import click

from tracker.cli.options import Context, pass_context


@click.command()
@click.option("--host", metavar="H", help="Listen at this address (default: that of web.listen, this machine alone).")
@click.option("--port", type=click.IntRange(0, 65535), help="Listen at this port; 0: any free one.")
@click.option("--sql", is_flag=True, help="Let readers ask in SQL: any one question, read-only, within a time limit.")
@pass_context
def serve(ctx: Context, host: str | None, port: int | None, sql: bool) -> None:
    """Serve the history as pages, tables, feeds and JSON, until it is told to stop (SIGTERM, SIGINT).

    It never writes: polls may run, and so may `tracker restore`.
    """
    # Datasette takes a second to load: only this command pays for it.
    from tracker.operations import logs
    from tracker.web.server import chosen_address
    from tracker.web.server import serve as serve_pages
    from tracker.web.words import say

    settings = ctx.settings
    logs.configure(settings)
    address = chosen_address(settings, host, port)
    is_sql = sql or settings.web.sql

    def tell(at: str) -> None:
        click.echo(say("serving", ctx.lang, address=at))
        if is_sql:
            click.echo(say("serving_sql", ctx.lang))

    serve_pages(settings, *address, sql=is_sql, tell=tell)
