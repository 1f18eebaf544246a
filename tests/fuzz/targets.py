"""What is fuzzed: each target takes bytes, and raises where something does not hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.fuzz import readers, readers_own, readers_site, samples, seeds
from tests.fuzz.blobs import damage
from tests.fuzz.pdfs import mutate_pdf
from tests.fuzz.texts import mutate_json, mutate_page, mutate_text
from tests.fuzz.zips import mutate_zip

Mutate = Callable[[bytes, Random, Sequence[bytes]], bytes]


@dataclass(frozen=True)
class Target:
    """`run` is given one input; `mutate` makes another from one that is known; `small` are the seeds of
    quick tests, where all of them take too long to make. Without `mutate` the engine changes bytes as it likes:
    hypothesis makes an example of any.
    """

    name: str
    run: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]
    mutate: Mutate | None
    small: Callable[[], Sequence[bytes]] | None = None
    largest: int = 256 * 1024
    weight: float = 1.0  # share of the time, against the others


def _texts(*groups: Sequence[str]) -> Callable[[], Sequence[bytes]]:
    return lambda: [text.encode() for group in groups for text in group]


TARGETS: tuple[Target, ...] = (
    Target("docx", readers.read_file, seeds.docx, mutate_zip, seeds.docx_small, weight=3),
    Target("pdf", readers.read_file, seeds.pdf, mutate_pdf, seeds.pdf_small, weight=3),
    Target("xlsx", readers.read_file, seeds.xlsx, mutate_zip, seeds.xlsx_small, weight=2),
    Target("html", readers.read_file, seeds.html, mutate_page, weight=2),
    Target("zip", readers.read_file, seeds.zips, mutate_zip),
    Target("any", readers.read_file, seeds.everything, damage),
    Target("tables", readers.read_tables, seeds.tables, mutate_json, largest=64_000, weight=2),
    Target("remarks", readers.read_remarks, _texts(samples.REMARKS), mutate_text, largest=32_000),
    Target("totals", readers.read_totals, _texts(samples.TOTALS), mutate_text, largest=32_000),
    Target("cells", readers.read_cells, _texts(samples.CELLS), mutate_text, largest=8_000),
    Target("titles", readers.read_titles, _texts(samples.TITLES), mutate_text, largest=8_000),
    Target(
        "page", readers_site.read_page, lambda: [samples.ANNOUNCEMENT, *seeds.html()[:1]], mutate_page, largest=128_000
    ),
    Target("column", readers_site.read_column, lambda: [samples.COLUMN], mutate_page, largest=128_000),
    Target("address", readers_site.follow, _texts(samples.ADDRESSES), mutate_text, largest=64_000),
    Target(
        "listing", readers_site.read_listing, lambda: [samples.JSON_LIST, samples.NOTICES], mutate_json, largest=128_000
    ),
    Target("answer", readers_site.judge_answer, lambda: [samples.ANNOUNCEMENT, *seeds.everything()], damage),
    Target(
        "differ", readers_own.compare_lists, lambda: [Random(n).randbytes(1200) for n in range(4)], None, largest=8_000
    ),
    Target("settings", readers_own.read_settings, lambda: [samples.SETTINGS], mutate_text, largest=16_000),
    Target("query", readers_own.read_query, _texts(samples.QUERIES), mutate_text, largest=8_000),
    Target("journal", readers_own.read_journal, lambda: [samples.JOURNAL], mutate_json, largest=64_000, weight=0.5),
    Target("backup", readers_own.read_backup, seeds.backups, damage, largest=64_000, weight=0.5),
)


def target_named(name: str) -> Target:
    """The target of that name; raises `KeyError` where there is none."""
    return {target.name: target for target in TARGETS}[name]
