"""Times the first byte of each page and each address for programs, on a made history or a given one.

usage: python -m benchmarks.pages [HISTORY] [--filings N] [--requests N] [--only TEXT] [--most MS] [--at URL]

HISTORY is a database file (default: one is made, of N filings). The real `tracker serve` answers in a process of its
own (with --at: one that runs over HISTORY already), one request at a time over one kept connection, after a few to warm
up. Each request asks for another filing, entity, batch, day, place or word where the address can, so that what is
measured is an answer made, not one kept. First byte: from sending the request until the head of the answer is there.
The floor is a small answer of the same server. Exit code 1 where nothing answers, or a median is above --most.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote, urlsplit

from benchmarks.made.lists import real_size
from benchmarks.made_history import make_history
from storage.database import open_readonly

ROOT = Path(__file__).resolve().parents[1]
WARM_UP = 3
START_SECONDS, ANSWER_SECONDS = 60, 60
# A small answer that asks the history nothing: the first of these that the server has
FLOORS = ("/-/versions.json", "/about")
# What is measured. {name}: a value of `Samples`, another one for each request
DATED = (
    "/", "/batches", "/batch/{batch}", "/filing/{filing}", "/entity/{entity}", "/entity/{busiest}", "/filings",
    "/filings?q=百度", "/filings?q=讯", "/filings?q=wxyy", "/filings?q={word}", "/filings?province={province}",
    "/filings?series={series}", "/changes", "/changes?kind={change}", "/changes?q={word}", "/renames",
    "/compare?from={day}&to={later}", "/chart/growth.csv", "/chart/provinces.csv", "/chart/batches/{series}.csv",
)  # fmt: skip
UNDATED = (
    "/state", "/suggest?q={word}", "/changes.atom?kind={change}", "/changes.json?kind={change}",
    "/api/v1/filings", "/api/v1/filings?search={word}", "/api/v1/filings?as_of={day}", "/api/v1/filings/{filing}",
    "/api/v1/changes", "/api/v1/changes?kind={change}", "/api/v1/batches", "/api/v1/stats?by=province",
    "/api/v1/stats?by=month&as_of={day}", "/api/v1/stats?by=entity", "/api/v1/compare?from={day}&to={later}",
    "/api/v1/reconcile", "/history/filing", "/history/filing_current?batch={period}",
)  # fmt: skip


def addresses() -> Iterator[str]:
    """Each address that is measured, and each page as of a day too."""
    for address in DATED:
        yield address
        yield f"{address}{'&' if '?' in address else '?'}as_of={{day}}"
    yield from UNDATED


class Samples:
    """Values to ask a history for; the same seed draws the same."""

    def __init__(self, history: Path, seed: int = 0) -> None:
        self._db = open_readonly(history)
        self._chance = random.Random(seed)
        self.filings, self._last = self._db.execute("SELECT count(*), max(id) FROM filing").fetchone()
        lists = "SELECT series, period FROM attachment WHERE NOT round_up ORDER BY id"
        self._batches = self._db.execute(lists).fetchall()
        self._provinces = [row[0] for row in self._db.execute(
            "SELECT DISTINCT province FROM version WHERE id % 97 = 1 AND province IS NOT NULL ORDER BY 1")]  # fmt: skip
        self._kinds = [row[0] for row in self._db.execute("SELECT DISTINCT kind FROM change ORDER BY 1")]
        days = self._db.execute("SELECT min(published_on), max(recorded_at) FROM change").fetchone()
        self._first_day = date.fromisoformat(f"{days[0]}-01-01"[:10])
        self._days = (date.fromisoformat(days[1][:10]) - self._first_day).days
        first, self._last_change = self._db.execute("SELECT min(recorded_at), max(id) FROM change").fetchone()
        self._first_record = date.fromisoformat(first[:10])
        self._records = (date.fromisoformat(days[1][:10]) - self._first_record).days
        self._busiest = self._db.execute(
            "SELECT entity_id FROM filing_index GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 20"
        ).fetchall()

    def close(self) -> None:
        """Close the history."""
        self._db.close()

    def draw(self) -> Mapping[str, str]:
        """A value for each name, ready to stand in an address."""
        values = self.values()
        pairs = {"filing": (values["series"], values["number"]), "batch": (values["list"], values["period"])}
        return {name: quote(value, safe="") for name, value in values.items()} | {
            name: "/".join(quote(part, safe="") for part in pair) for name, pair in pairs.items()
        }

    def values(self) -> dict[str, str]:
        """A value for each name, as it stands.

        `series`, `number`, `entity` (its id), `company`, `name`, `word` (two characters of that), `char` and `phrase`
        (one and more), and `filing` (its id) are of one filing, `list` and `period` of one batch.
        """
        filing, series, number, entity, company, name, filed_on, status, kind = self._filing()
        batch = self._chance.choice(self._batches)
        after = self._chance.randrange(self._days)
        day = self._first_day + timedelta(days=after)
        later = day + timedelta(days=1 + self._chance.randrange(self._days - after))
        known = self._first_record + timedelta(days=self._chance.randrange(self._records))
        place = self._chance.randrange(max(1, len(name) - 1))
        return {
            "entity": str(entity), "series": series, "word": name[place : place + 2], "day": day.isoformat(),
            "later": later.isoformat(), "period": batch[1] or "", "province": self._chance.choice(self._provinces),
            "change": self._chance.choice(self._kinds), "busiest": str(self._chance.choice(self._busiest)[0]),
            "number": number, "list": batch[0], "filing": str(filing), "company": company, "name": name,
            "char": name[place : place + 1], "phrase": name[: self._chance.randrange(3, 7)],
            "month": (filed_on or day.isoformat())[:7], "status": status, "kind": kind or "filed",
            "known": known.isoformat(), "change_id": str(1 + self._chance.randrange(self._last_change)),
            "initials": self._initials(filing),
        }  # fmt: skip

    def _initials(self, filing: int) -> str:
        """By which letters a filing can be found; "ai" where by none."""
        latin = self._db.execute("SELECT latin FROM filing_index WHERE filing_id = ?", [filing]).fetchone()[0]
        return self._chance.choice(latin.split() or ["ai"])[:12]

    def _filing(self) -> tuple[int, str, str, int, str, str, str | None, str, str | None]:
        """Any filing: id, series, number, entity, its name, the filing's name, day, status, kind."""
        row = self._db.execute(
            """SELECT f.id, f.series, f.number, i.entity_id, coalesce(v.entity, '科技'), coalesce(v.name, '备案'),
               v.filed_on, f.status, f.kind FROM filing f JOIN version v ON v.id = f.version_id
               JOIN filing_index i ON i.filing_id = f.id
               WHERE f.id = (SELECT min(filing_id) FROM filing_index WHERE filing_id >= ?)""",
            [1 + self._chance.randrange(self._last)],
        ).fetchone()
        return tuple(row)


@dataclass(frozen=True, slots=True)
class Timing:
    """How an address was answered: `statuses` other than 200, milliseconds to the first byte, bytes of an answer."""

    address: str
    statuses: frozenset[int]
    first_bytes: tuple[float, ...]
    size: int

    @property
    def median(self) -> float:
        """The middle one, in milliseconds."""
        return median(self.first_bytes)

    @property
    def p95(self) -> float:
        """Nineteen of twenty are quicker."""
        return quantiles(self.first_bytes, n=20)[-1] if len(self.first_bytes) > 1 else self.first_bytes[0]


class Client:
    """One kept connection to a server."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)

    def ask(self, address: str) -> tuple[int, float, int]:
        """Status, milliseconds until the answer begins, and its bytes."""
        path = quote(address, safe="/?&=%+,:._-~")
        if self._connection.sock is None:  # what it takes to connect is no part of an answer
            self._connection.connect()
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"Accept-Language": "zh"})
        answer = self._connection.getresponse()
        first = time.perf_counter()
        return answer.status, (first - began) * 1000, len(answer.read())

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()


def measure(client: Client, samples: Samples, address: str, requests: int) -> Timing:
    """Ask for an address so many times, with other values each time; it stops where the server does not have it."""
    first_bytes, statuses, size, answered = [], set(), 0, 0
    for n in range(WARM_UP + requests):
        status, milliseconds, size = client.ask(address.format_map(samples.draw()))
        if status != 200:
            statuses.add(status)
        else:
            answered += 1
            if n >= WARM_UP:
                first_bytes.append(milliseconds)
        if n == WARM_UP - 1 and not answered:
            break
    return Timing(address, frozenset(statuses), tuple(first_bytes), size)


@contextmanager
def serving(history: Path) -> Iterator[str]:
    """`tracker serve` over a history, until the block ends; gives its address.

    Raises:
        RuntimeError: it did not come up.
    """
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+", encoding="utf-8") as log:
        (Path(folder) / "history.db").symlink_to(history.resolve())
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
        server = subprocess.Popen(
            [sys.executable, "-m", "tracker", "serve", "--host", "127.0.0.1", "--port", "0"],
            stdout=subprocess.PIPE, stderr=log, cwd=folder, text=True, encoding="utf-8",
            env=kept | {"TRACKER_DATA_DIR": folder, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        try:
            assert server.stdout is not None
            found = next((at for line in server.stdout if (at := re.search(r"http://[\w.:\[\]]+", line))), None)
            if found is None:
                code = server.wait(START_SECONDS)
                log.seek(0)
                raise RuntimeError(f"the server ended with exit code {code}: {log.read()[-2000:]}")
            yield found[0]
        finally:
            server.terminate()
            server.wait(START_SECONDS)
            log.seek(0)
            for event in log.read().splitlines()[:5]:  # what went wrong while it served
                print(event[-300:], file=sys.stderr)


def find_floor(client: Client, samples: Samples, requests: int) -> Timing | None:
    """The time of a small answer of the server; None where it has none of those known."""
    timings = (measure(client, samples, address, requests) for address in FLOORS)
    return next((timing for timing in timings if timing.first_bytes), None)


def line(timing: Timing, floor: Timing | None) -> str:
    """One row of the table."""
    odd = ", ".join(map(str, sorted(timing.statuses)))
    if not timing.first_bytes:
        return f"{'—':>9} {'—':>9} {'—':>9} {'—':>7} {timing.size:>9,}  {timing.address}  (answers {odd})"
    ratio = f"{timing.median / floor.median:6.1f}×" if floor else ""
    told = f"  ({odd} as well)" if odd else ""
    times = f"{timing.median:9.1f} {timing.p95:9.1f} {min(timing.first_bytes):9.1f}"
    return f"{times} {ratio:>7} {timing.size:>9,}  {timing.address}{told}"


def run(base: str, history: Path, requests: int, only: str, most: float | None) -> int:
    """Measure the server at `base` and print; returns the exit code."""
    samples, client = Samples(history), Client(base)
    print(f"{samples.filings:,} filings, {history.stat().st_size / 1e6:,.0f} MB; {requests} requests each")
    print(f"{'median ms':>9} {'p95 ms':>9} {'best ms':>9} {'floor':>7} {'bytes':>9}  address")
    floor = find_floor(client, samples, requests)
    if floor:
        print(f"{line(floor, floor)}  ← floor", flush=True)
    slow, answered = 0, 0
    for address in (address for address in addresses() if only in address):
        timing = measure(client, samples, address, requests)
        answered += bool(timing.first_bytes)
        slow += bool(timing.first_bytes) and most is not None and timing.median > most
        print(line(timing, floor), flush=True)
    samples.close()
    print(f"{answered} addresses answered" + (f", {slow} of them above {most:g} ms" if most is not None else ""))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; where others are at work, look at the best")
    return int(slow > 0 or answered == 0)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("history", type=Path, nargs="?", help="a database file; default: one is made")
    parser.add_argument("--filings", type=int, default=real_size(), help="of a history that is made")
    parser.add_argument("--requests", type=int, default=50, help="for each address")
    parser.add_argument("--only", default="", help="addresses that hold this text")
    parser.add_argument("--at", help="the address of a server that runs over HISTORY already")
    parser.add_argument("--most", type=float, help="milliseconds that no median may be above")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        history = chosen.history
        if history is None:
            history = Path(folder) / "history.db"
            make_history(history, chosen.filings)
        with nullcontext(chosen.at) if chosen.at else serving(history) as base:
            sys.exit(run(base, history, chosen.requests, chosen.only, chosen.most))


if __name__ == "__main__":
    main()
