"""Edits the regulator's own Word lists, has the real program poll them, and checks that just the edits are told.

usage: python -m tests.real_edits [DIR]    DIR holds attachments/*.docx (default: ../shared/real)

Four polls of the stand-in: the lists as they are (baseline); every list edited in its own XML; a few of the edited
lists typeset as PDF (no change); the lists as they were (each edit is taken back). Prints a line for each list, and
ends with 0 only where everything is exact; 1 where something differs; 2 where there are no lists. Nothing of the
lists stays behind.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

from tests.support.docx_edits import NUMBER, Editor, Text, Told, WordList
from tests.support.polling import ROOT, Desk
from tracker.core.labels import fold
from tracker.core.series import series_by_id
from tracker.demo.files import TableSpec, make_pdf
from tracker.demo.site import StandIn
from tracker.reading.normalise import comparable
from tracker.reading.reader import read_document

REAL = ROOT.parent / "shared" / "real"
NAMES = {"algorithm_recommendation": "境内互联网信息服务算法备案清单", "deep_synthesis": "境内深度合成服务算法备案清单"}
KINDS = ("added", "amended", "renumbered", "cancelled", "restored", "withdrawn")
STATUS_AFTER = {"cancelled": "cancelled", "withdrawn": "withdrawn"}
# Lists up to this size are typeset as PDF: most of the one series, the smallest of the other.
PDF_ROWS = 115


@dataclass
class RealList:
    """One list: where the stand-in offers it, its file as it is and as edited, and what must be told."""

    name: str
    original: bytes
    place: int
    edited: bytes = b""
    told: list[Told] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def undone(self) -> list[Told]:
        return [told.inverse() for told in self.told]

    @property
    def series(self) -> str:
        return self.name.rpartition("_")[0]

    @property
    def period(self) -> str:
        return self.name.rpartition("_")[2]

    @property
    def path(self) -> str:
        """The rolling page; of deep synthesis the first page of its own that is not older than the list."""
        series = series_by_id(self.series)
        return next(iter(series.rolling or sorted(path for path in series.known if path[1:8] >= self.period)))

    @property
    def label(self) -> str:
        number = self.place if series_by_id(self.series).rolling else ""
        return f"附件{number}：{NAMES[self.series]}（{self.period[:4]}年{int(self.period[5:])}月）"


def load(folder: Path) -> list[RealList]:
    """The real lists, each with its edits made."""
    files = sorted(folder.glob("*.docx"))
    lists = [RealList(path.stem, path.read_bytes(), place) for place, path in enumerate(files, 1)]
    words = {one.name: WordList(one.original) for one in lists}
    numbers: dict[str, Counter[str]] = defaultdict(Counter)
    for one in lists:
        of = words[one.name]
        assert [fold(of.headings[column]) for column in (1, 3, 4, 5, 6, 7)] == [
            "算法名称", "主体名称", "应用产品", "主要用途", "备案编号", "备注",
        ], one.name  # fmt: skip
        numbers[one.series].update(fold(of.text(row, NUMBER)) for row in of.rows)
    for one in lists:
        taken = {number for number, count in numbers[one.series].items() if count > 1}
        editor = Editor(words[one.name], one.name, taken)
        editor.edit()
        one.edited, one.told, one.left_out = editor.words.to_bytes(), editor.told, editor.left_out
    return lists


class Rehearsal:
    """The stand-in with the lists, and the program that follows it. `faults` counts what was not exact."""

    def __init__(self, desk: Desk, lists: list[RealList]) -> None:
        self.desk, self.lists = desk, lists
        self.faults = 0
        self._seen = 0

    def publish(self) -> None:
        """Every list on its page."""
        for path in dict.fromkeys(one.path for one in self.lists):
            offered = [one for one in self.lists if one.path == path]
            what = "互联网信息服务" if len(offered) > 1 else "深度合成服务"
            title, day = f"国家互联网信息办公室关于发布{what}算法备案信息的公告", path[1:11].replace("/", "-")
            files = [(one.label, one.original) for one in offered]
            self.desk.site.publish_page(path, title, f"{day} 10:00", files)

    def reissue(self, lists: Iterable[RealList], file_of: Callable[[RealList], bytes]) -> None:
        """Other bytes for these lists, each under a new token."""
        for one in lists:
            self.desk.site.replace_attachment(one.path, one.label, file_of(one))

    def poll(self, title: str, batches: int) -> None:
        """One poll, which must record so many lists and find nothing wrong with the site or a list."""
        start = time.monotonic()
        series = [part for name in NAMES for part in ("--series", name)]
        report = self.desk.poll(*series, POLL__RECHECK_PAGES_DAYS="0")
        print(f"\n{title}: {len(report['batches'])} lists recorded in {time.monotonic() - start:.1f} s")
        if len(report["batches"]) != batches:
            self.fault(f"{batches} lists were to be recorded")
        for batch in report["batches"]:
            if batch["refused"]:
                self.fault(f"{batch['series']} {batch['period']}: {batch['refused']} rows refused")
        for incident in report["incidents"]:
            # A check of row counts and 序号 against what is known of the real lists may well be off here, and no list
            # came since they were gathered.
            if incident["kind"] not in ("check_off", "stale"):
                self.fault(f"incident {incident['kind']} {incident['source']}: {incident['message']}")

    def fault(self, text: str) -> None:
        """Something that is not as it must be."""
        self.faults += 1
        print(f"    ! {text}")

    def compare(self, expected: Callable[[RealList], list[Told]]) -> None:
        """What the last poll told of each list, against what had to be told."""
        changes = json.loads(self.desk.run("changes", "--no-baseline", "--json").stdout)
        fresh = [change for change in changes if change["id"] > self._seen]
        self._seen = max([self._seen, *(change["id"] for change in fresh)])
        by_list: dict[tuple[str, str], list[Told]] = defaultdict(list)
        for change in fresh:
            told = Told(change["kind"], change["number"], {name: tuple(x) for name, x in change["fields"].items()})
            by_list[change["list"], change["batch"]].append(told)
        totals: Counter[str] = Counter()
        for one in self.lists:
            wanted, found = expected(one), by_list.pop((one.series, one.period), [])
            totals.update(told.kind for told in found)
            differences = _differences(wanted, found)
            print(f"  {one.name:<34}{_counts(told.kind for told in wanted)} |{_counts(told.kind for told in found)}"
                  f"  {'DIFFERS' if differences else 'ok'}")  # fmt: skip
            for text in differences:
                self.fault(text)
        for key, found in by_list.items():
            self.fault(f"changes of an unknown list {key}: {found}")
        every = Counter(told.kind for one in self.lists for told in expected(one))
        print(f"  {'total':<34}{_counts(every.elements())} |{_counts(totals.elements())}")

    def compare_state(self, file_of: Callable[[RealList], bytes], told_of: Callable[[RealList], list[Told]]) -> None:
        """Every filing states what its list states now, and stands where the last change left it."""
        rows = json.loads(self.desk.run("filings", "--json").stdout)
        filings = {(row["series"], row["number"]): row for row in rows}
        stated: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
        for one in self.lists:
            words = WordList(file_of(one))
            for cells in map(words.cells, words.rows):
                stated[one.series, fold(cells["number"])].append(cells)
        # A number that stands twice: the history holds one of the two, and which is not the question here.
        once = {key: those[0] for key, those in stated.items() if len(those) == 1}
        for key, cells in once.items():
            for name in _unlike(cells, filings.get(key, {}), key[0]):
                self.fault(f"{key[1]}: {name} is {filings.get(key, {}).get(name)!r}, the list says {cells[name]!r}")
        for one in self.lists:
            for told in told_of(one):
                status, wanted = filings[one.series, told.number]["status"], STATUS_AFTER.get(told.kind, "active")
                if status != wanted:
                    self.fault(f"{told.number} is {status} after {told.kind}")
        print(f"  {len(once)} filings compared with their lists, field by field")


def _unlike(cells: dict[str, str], filing: dict[str, Any], series: str) -> list[str]:
    """The fields in which a filing and its row differ in substance."""
    role = "role" if series == "deep_synthesis" else "category"
    columns = {"name": "name", "role": role, "entity": "entity", "product": "product", "purpose": "purpose",
               "remark": "remark"}  # fmt: skip
    return [name for name, of in columns.items() if comparable(name, cells[name]) != comparable(name, filing.get(of))]


def _counts(kinds: Iterable[str]) -> str:
    counted = Counter(kinds)
    return "".join(f" {kind} {counted[kind]:<3}" for kind in KINDS if counted[kind]) or " none"


def _key(told: Told) -> tuple[str, str, str]:
    """A change as it is compared: white space aside, exactly."""
    fields = {name: [_solid(text) for text in pair] for name, pair in told.fields.items()}
    return told.kind, told.number, json.dumps(fields, ensure_ascii=False, sort_keys=True)


def _solid(text: Text) -> Text:
    return None if text is None else "".join(text.split())


def _differences(wanted: list[Told], found: list[Told]) -> list[str]:
    """In full, what is missing and what is too much."""
    ours, theirs = Counter(map(_key, wanted)), Counter(map(_key, found))
    missing = [f"not told: {' '.join(key)}" for key in (ours - theirs).elements()]
    return missing + [f"not expected: {' '.join(key)}" for key in (theirs - ours).elements()]


def as_pdf(one: RealList) -> bytes:
    """The edited list typeset anew: the rows that our reader gives, under the list's own headings."""
    headings, *rows = [tuple(cell or "" for cell in row.cells) for row in read_document(one.edited).tables[0].rows]
    title = one.label.partition("：")[2]
    return make_pdf([TableSpec(title, headings, tuple(rows))], title)


def nothing(one: RealList) -> list[Told]:
    """No change at all."""
    return []


def rehearse(rehearsal: Rehearsal) -> None:
    """The four polls."""
    lists = rehearsal.lists
    original, edited, told, undone = map(attrgetter, ("original", "edited", "told", "undone"))

    rehearsal.publish()
    rehearsal.poll("The lists as they are", len(lists))
    rehearsal.compare_state(original, nothing)

    rehearsal.reissue(lists, edited)
    rehearsal.poll("Every list edited: expected | found", len(lists))
    rehearsal.compare(told)
    rehearsal.compare_state(edited, told)

    small = [one for one in lists if len(WordList(one.edited).rows) <= PDF_ROWS]
    rehearsal.reissue(small, as_pdf)
    rehearsal.poll("Edited lists as PDF: expected | found", len(small))
    rehearsal.compare(nothing)
    rehearsal.compare_state(edited, told)

    rehearsal.reissue(lists, original)
    rehearsal.poll("The lists as they were: expected | found", len(lists))
    rehearsal.compare(undone)
    rehearsal.compare_state(original, undone)


def main(arguments: list[str]) -> int:
    """See the top of this module; returns the exit code."""
    folder = Path(arguments[0]) if arguments else REAL
    if not any((folder / "attachments").glob("*.docx")):
        print(f"There are no real lists in {folder / 'attachments'}; name the folder that holds attachments/")
        return 2
    start = time.monotonic()
    lists = load(folder / "attachments")
    for one in lists:
        if one.left_out:
            print(f"{one.name}: no row is left to {', '.join(one.left_out)}")
    with tempfile.TemporaryDirectory() as scratch, StandIn() as site:
        rehearsal = Rehearsal(Desk(site, Path(scratch) / "data"), lists)
        try:
            rehearse(rehearsal)
        except AssertionError as error:  # a poll did not end with 0
            rehearsal.fault(str(error))
    print(f"\n{rehearsal.faults} differences in {time.monotonic() - start:.0f} s")
    return 1 if rehearsal.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
