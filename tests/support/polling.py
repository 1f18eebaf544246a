"""Help for tests that poll the stand-in: each poll is a real `tracker poll` in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.schema.migrations import connect_readonly
from tests.support.closing import until_end
from tests.support.killing import Kill
from tests.support.program import run_program
from tracker.changes.algorithm_numbers import check_digit
from tracker.core.series import SITES, series_by_id
from tracker.demo.files import TableSpec, make_docx
from tracker.demo.site import StandIn

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9"  # nobody listens there: no test asks a site of the world
GENAI_PAGE = series_by_id("genai_service").rolling[0]
GENAI_TITLE = "国家互联网信息办公室关于发布生成式人工智能服务已备案信息的公告"
# The stand-in of the tests has no rolling page of algorithm_recommendation.
PUBLISHED = tuple(f"--series={name}" for name in ("genai_service", "deep_synthesis", "algorithm_cancellation"))
HEADINGS = ("序号", "属地", "模型名称", "备案单位", "备案号", "备案时间")
SYNTHESIS = series_by_id("deep_synthesis").known[0]
SYNTHESIS_TITLE = "国家互联网信息办公室关于发布深度合成服务算法备案信息的公告"
SYNTHESIS_LABEL = "附件：境内深度合成服务算法备案清单（2023年6月）"
ALGORITHM_HEADINGS = ("序号", "算法名称", "角色", "主体名称", "应用产品", "主要用途", "备案编号", "备注")
NOTICE_HEADINGS = ("序号", "算法名称", "角色/类别", "主体名称", "应用产品", "主要用途", "备案编号", "注销时间")


def algorithm(n: int, remark: str = "") -> tuple[str, ...]:
    """A made row of an algorithm list, of an applicant of its own; the check digit of its number is right."""
    first = f"110108{2242000 + n:07d}0124001"
    number = f"网信算备{first}{check_digit(first)}号"
    return (str(n), f"算法{n}", "服务提供者", f"第{n}公司", f"产品{n}（APP）", "用于生成", number, remark)


def algorithm_docx(*rows: tuple[str, ...], headings: tuple[str, ...] = ALGORITHM_HEADINGS) -> bytes:
    """An algorithm list (or, with its headings, a notice) as a Word file."""
    return make_docx([TableSpec("", headings, rows)], "清单")


def label(period: str) -> str:
    """The label of a genai list, as the site writes it."""
    return f"附件：生成式人工智能服务已备案信息（{period[:4]}年{int(period[5:])}月）"


def genai_rows(first: int, last: int, **changed: str) -> list[list[str]]:
    """Made rows of the filed table; `changed` replaces a cell: `r3c2="…"` is row number 3, column 2."""
    rows = []
    for n in range(first, last + 1):
        number, day = f"Beijing-MoXing{n}-20240101{n:04d}", f"2024/1/{n % 28 + 1}"
        row = [str(n), "北京市", f"模型{n}号", f"第{n}科技有限公司", number, day]
        rows.append([changed.get(f"r{n}c{column}", cell) for column, cell in enumerate(row)])
    return rows


def genai_docx(rows: list[list[str]], title: str = "生成式人工智能服务已备案信息") -> bytes:
    """A genai list as a Word file."""
    return make_docx([TableSpec(title, HEADINGS, tuple(tuple(row) for row in rows))], title)


@dataclass
class Desk:
    """One data folder and the stand-in it polls."""

    site: StandIn
    data: Path
    config: Path | None = None

    def subscribe(self, toml: str) -> None:
        """Make this the configuration of all later runs; only its owner may read it."""
        self.config = self.data.parent / "tracker.toml"
        self.config.touch(0o600)
        self.config.write_text(toml, encoding="utf-8")

    def environment(self, **extra: str) -> dict[str, str]:
        """The environment of a poll; each name in `extra` without TRACKER_."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
        others = {f"SITE__{site.id.upper()}_URL": NOWHERE for site in SITES if site.id not in ("cac", "beian")}
        own = others | {
            "DATA_DIR": str(self.data),
            "SITE__CAC_URL": self.site.cac_url,
            "SITE__BEIAN_URL": self.site.beian_url,
            "SITE__DELAY": "0",
            "SITE__RETRIES": "0",
            "SITE__TIMEOUT": "60",
            "POLL__KNOWN_PAGES": "false",
            "POLL__KNOWN_FACTS": "false",
        }
        return kept | {f"TRACKER_{name}": value for name, value in (own | extra).items()}

    def settings(self) -> dict[str, Any]:
        """The settings of a poll that make a history anew."""
        return {"data_dir": self.data, "poll": {"known_facts": False}}

    def run(
        self, *arguments: str, prepare: Callable[[], None] | None = None, **extra: str
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        """`tracker …` to its end, or to where it is killed; `prepare` is called first in its process."""
        chosen = ("--config", str(self.config)) if self.config else ()
        return run_program((*chosen, *arguments), self.environment(**extra), ROOT, prepare=prepare)

    def killed_poll(self, kill: Kill) -> None:
        """One poll that is killed there."""
        done = self.run("poll", "--json", *PUBLISHED, prepare=kill)
        assert done.returncode == -signal.SIGKILL, (str(kill), done.returncode, done.stderr[-2000:])

    def poll(self, *arguments: str, exit_code: int = 0, **extra: str) -> dict[str, Any]:
        """One poll's report; its exit code must be `exit_code`."""
        chosen = () if "--series" in arguments else PUBLISHED
        done = self.run("poll", "--json", *chosen, *arguments, **extra)
        assert done.returncode == exit_code, f"exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        report: dict[str, Any] = json.loads(done.stdout)
        assert report["exit"] == exit_code
        return report

    def db(self) -> Database:
        """The history, read-only, until the test is over."""
        return until_end(connect_readonly(self.data / "history.db"))

    def ask(self, *arguments: str) -> Any:
        """What a command answers with --json."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def history(self) -> dict[str, list[tuple[Any, ...]]]:
        """What the history says, without clocks and the numbers of polls."""
        db = self.db()
        state = {
            "filings": db.execute(
                """SELECT f.series, f.number, f.kind, f.status, v.sequence, v.province, v.name, v.entity, v.product,
                   v.remark, v.filed_on, v.raw FROM filing f JOIN version v ON v.id = f.version_id ORDER BY 1, 2"""
            ).fetchall(),
            "changes": db.execute(
                """SELECT c.kind, f.series, f.number, c.fields, c.status, c.baseline, r.sha256 FROM change c
                   JOIN filing f ON f.id = c.filing_id JOIN revision r ON r.id = c.revision_id ORDER BY c.id"""
            ).fetchall(),
            "versions": db.execute(
                "SELECT filing_id, number, raw, table_no, row_no FROM version ORDER BY id"
            ).fetchall(),
            "revisions": db.execute(
                """SELECT a.series, a.label, r.sha256, r.state, r.rows, r.kept, r.refused FROM revision r
                   JOIN attachment a ON a.id = r.attachment_id ORDER BY r.id"""
            ).fetchall(),
            "entries": db.execute("SELECT * FROM entry ORDER BY 1, 2").fetchall(),
            "index": db.execute("SELECT * FROM filing_index ORDER BY 1").fetchall(),
            "entities": db.execute("SELECT * FROM entity_name ORDER BY 1, 2").fetchall(),
            "events": db.execute("SELECT filing_id, kind, happened_on, text FROM stated_event ORDER BY id").fetchall(),
            "verdicts": db.execute(
                "SELECT name, series, subject, verdict, items FROM verdict ORDER BY 1, 2, 3"
            ).fetchall(),
        }
        db.close()
        return state

    def files_asked(self) -> int:
        """How many attachments the site was asked for so far."""
        return sum(b"downloadfile" in hit.line or b"fileDownLoad" in hit.line for hit in self.site.requests)
