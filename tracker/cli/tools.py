"""The commands that touch no history: extract, settings, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from storage.queries import filings as filings_queries
from tracker.cli.options import Context, json_option, pass_context, print_json
from tracker.cli.output import make_console, print_pairs, print_table
from tracker.core.messages import word
from tracker.core.models import Extraction
from tracker.core.series import select_series
from tracker.settings.model import list_settings


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--series", metavar="S", help="The series of the list (default: by its title or headings).")
@json_option
@pass_context
def extract(ctx: Context, file: Path, series: str | None, as_json: bool) -> None:
    """Read one attachment and print its filings; no history is used."""
    from tracker.poll.worker_pool import open_executor
    from tracker.reading.reader import read_list

    chosen = select_series([series])[0] if series else None
    with open_executor(ctx.settings.reading, tasks=1) as (executor, _):
        extraction = executor.submit(read_list, file.read_bytes(), chosen).result()
    if as_json:
        print_json(_extraction(extraction))
        return
    lang, console = ctx.lang, make_console()
    head = [("title", extraction.title), ("series", extraction.series), ("batch", extraction.period)]
    print_pairs(console, head, lang)
    columns = ["sequence", "kind", "province", "name", "entity", "number", "filed_on"]
    used = [c for c in columns if any(getattr(f, c) for f in extraction.filings)]
    rows = [[word(getattr(f, c), lang) for c in used] for f in extraction.filings]
    print_table(console, used, rows, lang)
    for row in extraction.refused:
        console.print(f"! {row.table}.{row.row}: {row.reason}: {' | '.join(row.cells)}")
    for text in extraction.warnings:
        console.print(f"! {text}")
    rows_in = sum(table.rows for table in extraction.tables)
    names = (("rows", rows_in), ("kept", len(extraction.filings)), ("refused", len(extraction.refused)))
    console.print(", ".join(f"{word(name, lang)} {n}" for name, n in names))


@click.command()
@json_option
@pass_context
def settings(ctx: Context, as_json: bool) -> None:
    """List every setting: default, current value, meaning."""
    rows = list_settings(ctx.settings)
    if as_json:
        print_json(rows)
        return
    table = [[row["name"], row["default"], row["value"], row["meaning"]] for row in rows]
    print_table(make_console(), ["setting", "default", "value", "meaning"], table, ctx.lang)


@click.command()
@click.option("--dir", "folder", type=click.Path(path_type=Path), help="Keep the demo's data in this folder.")
@pass_context
def demo(ctx: Context, folder: Path | None) -> None:
    """Run the whole job against a built-in simulated site, on this machine only."""
    from tracker.cli.demo import run_demo

    run_demo(folder, ctx.lang, make_console())


def _extraction(extraction: Extraction) -> dict[str, Any]:
    """Return what `extract --json` prints."""
    filings = []
    for filing in extraction.filings:
        keys = [key for key in filings_queries.FILING_KEYS if hasattr(filing, key)]
        item = {key: getattr(filing, key) for key in keys}
        item |= {"status": None, "batch": extraction.period, "filed_on_raw": filing.raw.get("filed_on")}
        place = {"table": filing.place.table, "row": filing.place.row, "page": filing.place.page}
        item["source"] = {"announcement": None, "attachment": None, "sha256": None} | place
        item["raw"] = filing.raw
        filings.append(item)
    return {
        "series": extraction.series,
        "period": extraction.period,
        "title": extraction.title,
        "media_type": extraction.media_type,
        "tables": [
            {"index": t.index, "title": t.title, "kind": t.kind, "rows": t.rows, "kept": t.kept, "refused": t.refused}
            for t in extraction.tables
        ],
        "filings": filings,
        "refused": [
            {"table": r.table, "row": r.row, "page": r.page, "reason": r.reason, "cells": list(r.cells)}
            for r in extraction.refused
        ],
        "warnings": list(extraction.warnings),
    }
