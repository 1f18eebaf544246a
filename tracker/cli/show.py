"""The commands that show one thing in full: a filing, an entity, an original file. They write nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from storage.archive.archive import Archive
from storage.queries import originals
from tracker.cli.options import Context, json_option, pass_context, print_json
from tracker.cli.output import change_text, make_console, print_pairs, print_table, source_text
from tracker.core.errors import OptionError, StorageError
from tracker.core.messages import Lang, word
from tracker.core.models import FIELDS
from tracker.settings.open_archive import open_archive

MOST_ENTITIES = 10  # more than these are listed by name only


@click.command()
@click.argument("number", required=False)
@click.option("--entity", metavar="T", help="Instead of a number: an entity, by a part of any name it ever had.")
@json_option
@pass_context
def show(ctx: Context, number: str | None, entity: str | None, as_json: bool) -> None:
    """Show one filing by its current or former number: versions, changes, statements and their sources.

    With --entity one entity: all its names, and its filings under all of them.
    """
    if (number is None) == (entity is None):
        raise OptionError("Give either a NUMBER or --entity", hint="`tracker filings --search` finds by words")
    from tracker.query.filing import entities_called, filings_with

    db, lang = ctx.open_history(), ctx.lang
    result = entities_called(db, entity) if entity is not None else filings_with(db, str(number))
    if as_json:
        print_json(result)
        return
    console = make_console()
    if entity is not None and len(result) > MOST_ENTITIES:
        rows = [[one["name"], len(one["filings"])] for one in result]
        print_table(console, ["entity", "filings"], rows, lang)
        console.print(word("many_entities", lang, n=len(rows)))
        return
    for one in result:
        (_print_entity if entity is not None else _print_filing)(console, one, lang)


def _print_filing(console: Console, filing: dict[str, Any], lang: Lang) -> None:
    newest = filing["versions"][-1]
    cancelled = [c["fields"]["cancelled_on"][1] for c in filing["changes"] if "cancelled_on" in c["fields"]]
    pairs = [
        ("number", filing["number"]), ("former_numbers", "、".join(filing["former_numbers"])),
        *((key, word(newest[key], lang)) for key in ("series", "kind", "status")),
        *((key, newest[key]) for key in FIELDS if key != "cancelled_on"),
        ("cancelled_on", cancelled[-1] if cancelled else None),
        ("former_names", "、".join(filing["entity"]["names"][1:]) if filing["entity"] else None),
        ("ahead", "; ".join(lead_text(lead, lang) for lead in filing["leads"])),
        ("links", "; ".join(f"{link['series']} {link['name']} ({link['entity']})" for link in filing["links"])),
    ]  # fmt: skip
    print_pairs(console, pairs, lang)
    rows = [
        [e["on"] or "", e["recorded_at"][:10], word(e["basis"], lang), word(e["kind"], lang), _what(e, lang),
         source_text(e["source"])]
        for e in filing["timeline"]
    ]  # fmt: skip
    console.print()
    print_table(console, ["published", "recorded", "basis", "change", "what", "source"], rows, lang)
    console.print()


def lead_text(lead: dict[str, Any], lang: Lang) -> str:
    """Return one list of a province with the filing, and how long before the centre's it had it."""
    said = {"series": lead["series"], "first": lead["published_on"]}
    if lead["later_series"] is None:
        return word("lead_waits", lang, **said)
    days = lead["published_days"]
    how = ("lead_came", "lead_at_most") if days >= 0 else ("lead_behind", "lead_behind_at_least")
    return word(how[lead["at_most"]], lang, **said, later=lead["later_published_on"], days=abs(days))


def _what(entry: dict[str, Any], lang: Lang) -> str:
    return change_text(entry, lang) if entry["basis"] == "observed" else str(entry["text"])


def _print_entity(console: Console, entity: dict[str, Any], lang: Lang) -> None:
    console.print(Text(entity["name"], style="bold"))
    former = [f"{one['name']} ({word(one['basis'], lang)})" for one in entity["names"] if not one["current"]]
    print_pairs(console, [("former_names", "、".join(former))], lang)
    columns = ["series", "batch", "kind", "name", "entity", "number", "filed_on", "status"]
    rows = [
        [word(row[c], lang) if c in ("kind", "status") else row[c] for c in columns] for row in entity["filings"]
    ]
    print_table(console, columns, rows, lang)
    console.print(word("filings_total", lang, n=len(rows)))
    console.print()


@click.command("open")
@click.argument("what", metavar="NUMBER|SHA256")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write the content to FILE; exactly one file must match.",
)
@json_option
@pass_context
def open_original(ctx: Context, what: str, out: Path | None, as_json: bool) -> None:
    """Find the original files with a number or a sha256: print their paths or addresses in a bucket.

    With --out the bytes of one of them.
    """
    rows = originals.find_originals(ctx.open_history(), what)
    if not rows:
        raise OptionError(f"No file states {what}", hint="Give a number as listed, or 8 or more digits of a sha256")
    archive = open_archive(ctx.settings)
    if out is not None:
        _write_original(archive, rows, out)
    there = archive.having(row["sha256"] for row in rows)
    for row in rows:
        row["file"] = archive.address(row["sha256"])
        row["exists"] = row["sha256"] in there
    if as_json:
        print_json(rows)
        return
    if out is not None:
        make_console().print(Text(word("original_written", ctx.lang, file=out), style="bold"))
    for row in rows:
        keys = ("file", "series", "batch", "attachment", "media_type", "sha256", "first_seen", "state", "reason")
        addresses = [("announcement", url) for url in row["announcements"]]
        print_pairs(make_console(), [*((key, row[key]) for key in keys), *addresses], ctx.lang)
        if not row["exists"]:
            click.echo(word("file_missing", ctx.lang))
        click.echo()


def _write_original(archive: Archive, rows: list[dict[str, Any]], out: Path) -> None:
    """The bytes of the one file that was found.

    Raises:
        OptionError: there are several, or there is a file of that name.
        StorageError: the archive lacks it or cannot be read, or it cannot be written.
    """
    hashes = sorted({row["sha256"] for row in rows})
    if len(hashes) > 1:
        named = ", ".join(sha256[:12] for sha256 in hashes)
        raise OptionError(f"{len(hashes)} files are meant: {named}", hint="Name one by its sha256")
    data = archive.get(hashes[0])
    try:
        with out.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise OptionError(f"There is a file already: {out}", hint="Name another one, or take it away") from error
    except OSError as error:
        raise StorageError(f"The file cannot be written: {error}", file=out) from error
