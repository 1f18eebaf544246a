"""`tracker demo`: the whole main job against the stand-in, in four steps, each a real `tracker poll`.

1. The first list of `genai_service` (and two lists of algorithms): the baseline.
2. The second batch appears on the rolling page.
3. The first list is silently re-issued: one entity under its new name, one number corrected.
4. A notice cancels 28 of the algorithms.

The lists are made from published facts. What step 3 corrects was put into the first list for the demo:
a slip in one number and a former name, both made up; and no real batch has the month of the lists of algorithms.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text
from sqlite_utils import Database

from storage.queries import changes as changes_queries
from storage.queries import counts as counts_queries
from storage.queries import incidents
from storage.queries.filters import ChangeFilter, FilingFilter
from storage.schema.migrations import connect_readonly
from tracker.cli.output import print_changes, print_report, print_table
from tracker.core.errors import TrackerError
from tracker.core.messages import Lang, word
from tracker.core.models import CHECK_NAMES, Verdict
from tracker.core.series import series_by_id
from tracker.demo.files import TableSpec, make_docx, make_pdf
from tracker.demo.lists import cancellation_notice, cancelled_algorithms, genai_list
from tracker.demo.site import StandIn

GENAI_PAGE = series_by_id("genai_service").rolling[0]
RECOMMENDATION_PAGE = series_by_id("algorithm_recommendation").rolling[0]
SYNTHESIS_PAGE = "/2025-04/11/c_1744365600000000.htm"
FIRST, SECOND = "附件1：生成式人工智能服务已备案信息（2024年4月）", "附件2：生成式人工智能服务已备案信息（2024年8月）"
GENAI = "生成式人工智能服务已备案信息"
SYNTHESIS, RECOMMENDATION = "境内深度合成服务算法备案清单（2025年4月）", "境内互联网信息服务算法备案清单（2025年4月）"
SERIES = tuple(
    f"--series={name}"
    for name in ("genai_service", "deep_synthesis", "algorithm_recommendation", "algorithm_cancellation")
)
NOTICE_DAY = "2025-07-14"
# What the demo subscribes to: JSON lines, and the feed files, both beside the history.
CONFIGURATION = """
[[subscriptions]]
name = "demo"
channel = "file"
path = {alerts}

[[subscriptions]]
name = "feed"
channel = "feed"
path = {feed}
"""
# The stand-in's first list has these in place of the published facts; its re-issue states the facts.
SLIPS = {
    "Shanghai-Abab-20230821": "Shinghai-Abab-20230821",
    "北京面壁智能科技有限责任公司": "北京旧名示例科技有限公司",
}
STEPS: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "第一步：首批清单（基线）",
        "第二步：滚动页面上出现第二批",
        "第三步：旧附件被悄悄替换：一个主体更名，一个编号更正",
        "第四步：注销公告",
    ),
    "en": (
        "Step 1: the first lists (baseline)",
        "Step 2: the second batch appears on the rolling page",
        "Step 3: an old file is silently re-issued: one entity renamed, one number corrected",
        "Step 4: a cancellation notice",
    ),
}


def run_demo(folder: Path | None, lang: Lang, console: Console) -> None:
    """Play the four steps and print what was found; the data stay in `folder` (default: `demo-data`).

    Raises:
        TrackerError: a poll failed, or found something else than was published.
    """
    data = folder or Path("demo-data")
    if (data / "history.db").exists() or data.is_dir():
        _clear(data)
    data.mkdir(parents=True, exist_ok=True)
    files = {"alerts": data.absolute() / "alerts.jsonl", "feed": data.absolute() / "feed"}
    # A JSON string is a TOML string too, whatever the path holds.
    configuration = CONFIGURATION.format(**{name: json.dumps(str(path)) for name, path in files.items()})
    (data / "tracker.toml").write_text(configuration, encoding="utf-8")
    with StandIn() as site:
        environment = _environment(site, data, lang)
        for title, publish in zip(STEPS[lang], (_first, _second, _reissue, _cancel), strict=True):
            console.print(Text(f"\n== {title}", style="bold cyan"))
            publish(site)
            _poll(environment, data, lang, console)
    _closing(data, lang, console)


def _first(site: StandIn) -> None:
    tables = [_with_slips(table) for table in genai_list("2024-04")]
    site.publish_page(
        GENAI_PAGE, "国家互联网信息办公室关于发布生成式人工智能服务已备案信息的公告", "2024-04-02 12:00",
        [(FIRST, make_docx(tables, GENAI))],
    )  # fmt: skip
    synthesis, recommendation = cancelled_algorithms()
    site.publish_page(
        SYNTHESIS_PAGE, "国家互联网信息办公室关于发布深度合成服务算法备案信息的公告", "2025-04-11 18:00",
        [(f"附件：{SYNTHESIS}", make_docx([synthesis], SYNTHESIS))],
    )  # fmt: skip
    site.publish_page(
        RECOMMENDATION_PAGE, "国家互联网信息办公室关于发布互联网信息服务算法备案信息的公告", "2022-08-12 10:00",
        [(f"附件：{RECOMMENDATION}", make_docx([recommendation], RECOMMENDATION))],
    )  # fmt: skip


def _second(site: StandIn) -> None:
    site.add_attachment(GENAI_PAGE, SECOND, make_pdf(genai_list("2024-08"), GENAI))


def _reissue(site: StandIn) -> None:
    tables = genai_list("2024-04")
    site.replace_attachment(GENAI_PAGE, FIRST, make_docx(tables, GENAI))


def _cancel(site: StandIn) -> None:
    notice = cancellation_notice(NOTICE_DAY)
    title = f"关于注销“仲帆PreWrite算法”等{len(notice.rows)}个算法备案编号的公告"
    site.publish_notice(title, f"{NOTICE_DAY} 10:00:00", make_pdf([notice], title))


def _with_slips(table: TableSpec) -> TableSpec:
    rows = tuple(tuple(SLIPS.get(cell, cell) for cell in row) for row in table.rows)
    return replace(table, rows=rows)


def _environment(site: StandIn, data: Path, lang: Lang) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return kept | {
        "TRACKER_DATA_DIR": str(data),
        "TRACKER_LANG": lang,
        "TRACKER_SITE__CAC_URL": site.cac_url,
        "TRACKER_SITE__BEIAN_URL": site.beian_url,
        "TRACKER_SITE__DELAY": "0",
        "TRACKER_POLL__KNOWN_PAGES": "false",
    }


def _poll(environment: dict[str, str], data: Path, lang: Lang, console: Console) -> None:
    command = [sys.executable, "-m", "tracker", "--config", str(data / "tracker.toml"), "poll", "--json", *SERIES]
    told = len(_subjects(data))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise TrackerError(f"The demo's poll ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    print_report(console, report, lang)
    for subject in _subjects(data)[told:]:
        console.print(Text(f"✉ {subject}", style="green"))
    db = connect_readonly(data / "history.db")
    changes = changes_queries.find_changes(db, ChangeFilter(poll=report["poll"]))
    news = [change for change in changes if change["kind"] != "added"]
    if news:
        print_changes(console, news[:5], lang)
        if len(news) > 5:
            console.print(f"… {len(news) - 5}")
    db.close()


def _subjects(data: Path) -> list[str]:
    """Return the subjects of the alerts that went out so far."""
    file = data / "alerts.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line)["data"]["subject"] for line in lines]


def _closing(data: Path, lang: Lang, console: Console) -> None:
    db = connect_readonly(data / "history.db")
    title = "第一批按属地（2024-04）" if lang == "zh" else "The first batch by province (2024-04)"
    console.print(Text(f"\n== {title}", style="bold cyan"))
    print_table(console, ["province", "count"], _by_province(db), lang)
    title = "监管部门公布的数字与历史库核对" if lang == "zh" else "The regulator's own figures against the history"
    console.print(Text(f"\n== {title}", style="bold cyan"))
    print_table(console, ["check", *(verdict.value for verdict in Verdict)], _verdicts(db, lang), lang)
    db.close()
    where = (data / "history.db").absolute()
    if lang == "zh":
        console.print(f"\n数据库：{where}\n原件：{where.parent / 'archive'}")
        console.print(f"提醒：{where.parent / 'alerts.jsonl'}、feed.atom、feed.json")
        console.print(f"接着试试：TRACKER_DATA_DIR={data} tracker show Shanghai-Abab-20230821")
        console.print(f"在浏览器中查看：TRACKER_DATA_DIR={data} tracker serve")
    else:
        console.print(f"\nDatabase: {where}\nOriginals: {where.parent / 'archive'}")
        console.print(f"Alerts: {where.parent / 'alerts.jsonl'}, feed.atom, feed.json")
        console.print(f"Now try: TRACKER_DATA_DIR={data} tracker show Shanghai-Abab-20230821")
        console.print(f"In a browser: TRACKER_DATA_DIR={data} tracker serve")


def _by_province(db: Database) -> list[list[object]]:
    where = FilingFilter(series="genai_service", batch="2024-04")
    return [[row["province"], row["count"]] for row in counts_queries.count_filings(db, "province", where)]


def _verdicts(db: Database, lang: Lang) -> list[list[object]]:
    """Return how many checks of each sort came out how."""
    counts = Counter((row["name"], row["verdict"]) for row in incidents.find_verdicts(db))
    names = [name for name in CHECK_NAMES if any(counts[name, verdict.value] for verdict in Verdict)]
    return [[word(f"check_{name}", lang), *(counts[name, verdict.value] for verdict in Verdict)] for name in names]


def _clear(data: Path) -> None:
    """Start again; only a folder that holds nothing but a history of ours is removed.

    Raises:
        TrackerError: the folder holds something else.
    """
    strange = [item.name for item in data.iterdir() if item.name not in OWN_FILES]
    if strange:
        raise TrackerError(f"{data} holds other things ({', '.join(strange[:3])})", hint="Choose another --dir")
    shutil.rmtree(data)


OWN_FILES = {
    "history.db", "history.db-wal", "history.db-shm", "archive", "poll.lock", "tracker.toml", "alerts.jsonl",
    "feed.atom", "feed.json", ".feed.lock",
}  # fmt: skip
