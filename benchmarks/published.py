"""The stand-in as the regulator's sites are: all lists at their real sizes, as real files; in a process of its own.

Word for lists of algorithms, PDF for services and cancellations; the rolling pages, the batch pages, the pages that
state totals and the notices. Less is published as fewer lists, each still as long as the real one. `serve` starts the
process: what it costs is the server's and counts for nobody.

usage: python -m benchmarks.published [EVERY]    (prints its addresses; each line on its input asks for the log)
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.made.filings import FilingMaker
from benchmarks.made.lists import MadeList, real_lists
from benchmarks.made_history import NOTICES, TOTALS
from tracker.core.models import Filing, Kind
from tracker.core.series import SERIES
from tracker.demo.files import TableSpec, make_docx, make_pdf
from tracker.demo.lists import ALGORITHMS, FILED, NOTICE, REGISTERED
from tracker.demo.site import StandIn

ROOT = Path(__file__).resolve().parents[1]
ON_DEVICE = ("序号", "属地", "模型名称", "备案单位", "适用场景", "备案号", "备案时间")
_SERVICE_TABLES = {
    Kind.FILED: (FILED, "生成式人工智能服务已备案信息"),
    Kind.REGISTERED: (REGISTERED, "生成式人工智能服务已登记信息"),
    Kind.ON_DEVICE: (ON_DEVICE, "手机端侧生成式人工智能服务已备案信息"),
}
_SERVICE_TITLE = "国家互联网信息办公室关于发布生成式人工智能服务已备案信息的公告"


@dataclass(frozen=True, slots=True)
class Site:
    """A stand-in that is being served by another process."""

    process: subprocess.Popen[str]
    cac_url: str
    beian_url: str
    filings: int
    files: int

    def hits(self) -> list[dict[str, Any]]:
        """Each request since the last call: url, method, body, headers, status, and the bytes sent."""
        assert self.process.stdin
        assert self.process.stdout
        print("hits", file=self.process.stdin, flush=True)
        return list(json.loads(self.process.stdout.readline()))


@contextmanager
def serve(every: int = 1) -> Iterator[Site]:
    """The stand-in with every so-manieth list of each series (1: all), until the block ends."""
    command = [sys.executable, "-m", "benchmarks.published", str(every)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        assert process.stdin
        assert process.stdout
        said = json.loads(process.stdout.readline())
        try:
            yield Site(process, said["cac"], said["beian"], said["filings"], said["files"])
        finally:
            process.stdin.close()


def published_lists(every: int = 1) -> list[MadeList]:
    """Every so-manieth list of each series: no rolling page is empty."""
    lists, seen = [], Counter[str]()
    for made in real_lists():
        if seen[made.series] % every == 0:
            lists.append(made)
        seen[made.series] += 1
    return lists


def publish(site: StandIn, every: int = 1, seed: int = 0) -> tuple[int, int]:
    """Publish every so-manieth list; returns how many filings and files there are."""
    lists = published_lists(every)
    maker = FilingMaker(random.Random(seed), sum(made.rows for made in lists))
    pages: dict[str, list[tuple[MadeList, list[Filing]]]] = defaultdict(list)
    marked: list[Filing] = []
    for made in lists:
        is_algorithm = made.series in ("algorithm_recommendation", "deep_synthesis")
        rows = list(maker.rows(made, marks_cancelled=is_algorithm and made.period < NOTICES[-1][:7]))
        marked += [row for row in rows if row.remark == "已注销"]
        pages[urlsplit(made.url).path].append((made, rows))
    for path, offered in sorted(pages.items(), key=lambda page: page[1][0][0].published_at):
        made = offered[-1][0]
        files = [(_label(n, one), _file(one, rows)) for n, (one, rows) in enumerate(offered, 1)]
        text = f"现将{made.page_title.partition('发布')[2].removesuffix('的公告')}予以公告。"
        site.publish_page(path, made.page_title, _minute(made.published_at), files, text=text)
    _publish_totals(site, lists)
    _publish_others(site, {*pages, *(path for path, _, _ in TOTALS)})
    half = len(marked) // 2
    notices = [(day, rows) for day, rows in zip(NOTICES, (marked[half:], marked[:half]), strict=True) if rows]
    for day, rows in notices:
        title = f"关于注销“{rows[0].name}”等{len(rows)}个算法备案编号的公告"
        site.publish_notice(title, f"{day} 10:00", make_pdf([_notice(rows, day)], title))
    return sum(made.rows for made in lists), len(lists) + len(notices)


def _publish_totals(site: StandIn, lists: Sequence[MadeList]) -> None:
    for path, day, newest in TOTALS:
        counts = {kind: sum(one.counts.get(kind, 0) for one in lists if one.period <= newest) for kind in Kind}
        text = (
            f"截至{day}，累计有{counts[Kind.FILED]}款生成式人工智能服务完成备案，"
            f"{counts[Kind.REGISTERED]}款生成式人工智能应用或功能完成登记。"
        )
        site.publish_page(path, _SERVICE_TITLE, f"{path[1:8]}-{path[9:11]} 17:00", text=text)


def _publish_others(site: StandIn, published: Collection[str]) -> None:
    """The pages that the program knows by address and whose lists are not published: without a file."""
    for series in SERIES:
        for path in series.known if series.site == "cac" else ():
            if path not in published:
                when = f"{path[1:8]}-{path[9:11]} 17:00"
                site.publish_page(path, f"关于{series.zh}的公告", when, text="详见附件。", listed=False)


def _label(number: int, made: MadeList) -> str:
    return made.label.replace("附件：", f"附件{number}：")


def _minute(instant: str) -> str:
    return instant[:16].replace("T", " ")


def _file(made: MadeList, rows: list[Filing]) -> bytes:
    title = made.label.partition("：")[2].partition("（")[0]
    if rows[0].kind is None:
        headings = ALGORITHMS
        if made.series == "algorithm_recommendation":
            headings = tuple("算法类别" if heading == "角色" else heading for heading in headings)
        return make_docx([TableSpec("", headings, tuple(map(_algorithm_cells, rows)))], title)
    tables = []
    for kind, (headings, heading) in _SERVICE_TABLES.items():
        if cells := tuple(_service_cells(row) for row in rows if row.kind is kind):
            tables.append(TableSpec(heading, headings, cells))
    return make_pdf(tables, title)


def _algorithm_cells(row: Filing) -> tuple[str, ...]:
    cells = (row.sequence, row.name, row.role or row.category, row.entity, row.product, row.purpose, row.number)
    return (*(cell or "" for cell in cells), row.remark or "")


def _service_cells(row: Filing) -> tuple[str, ...]:
    scenario = (row.scenario or "",) if row.kind is Kind.ON_DEVICE else ()
    first = (row.sequence or "", row.province or "", row.name or "", row.entity or "")
    return (*first, *scenario, row.number, row.raw["filed_on"])


def _notice(rows: list[Filing], day: str) -> TableSpec:
    cells = tuple(
        (str(n), *_algorithm_cells(row)[1:5], "", row.number, f"{day[:4]}年{int(day[5:7])}月")
        for n, row in enumerate(rows, 1)
    )
    return TableSpec("", NOTICE, cells)


def main() -> None:
    """Serve until the input ends."""
    with StandIn() as site:
        filings, files = publish(site, int(sys.argv[1]) if sys.argv[1:] else 1)
        said = {"cac": site.cac_url, "beian": site.beian_url, "filings": filings, "files": files}
        print(json.dumps(said), flush=True)
        seen = 0
        for _ in sys.stdin:
            hits = site.requests[seen:]
            seen += len(hits)
            bases = {"cac": site.cac_url, "beian": site.beian_url}
            print(json.dumps([
                {"url": bases[hit.host] + hit.target, "method": hit.method, "body": hit.body.decode("latin-1"),
                 "headers": hit.headers, "status": hit.status, "bytes": hit.sent}
                for hit in hits
            ]), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
