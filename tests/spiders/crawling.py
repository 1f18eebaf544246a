"""Crawls against the stand-in, each in a process of its own: a reactor runs once."""

import base64
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from tracker.demo.site import StandIn

ROOT = Path(__file__).parent.parent.parent
# Nobody listens there: a crawl that let the environment choose a proxy for loopback would get nothing.
DEAD_PROXY = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
FAST = {"delay": 0.02, "backoff": 0.02, "retries": 1, "timeout": 0.6, "max_size": 400_000}


def made_docx(text: str = "序号 算法名称") -> bytes:
    """The smallest zip that passes for a Word file; incompressible, so that a cut hits its middle."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("word/document.xml", f"<w:document>{text * 200}</w:document>")
    return held.getvalue()


DOCX = made_docx()
PDF = b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 300 + b"startxref\n0\n%%EOF\n"


class Crawled:
    """What one crawl gave: (type name, fields) in order."""

    def __init__(self, output: str, errors: str, seconds: float) -> None:
        self.items = [tuple(json.loads(line)) for line in output.splitlines()]
        self.errors, self.seconds = errors, seconds

    def of(self, name: str) -> list[dict]:
        return [content for kind, content in self.items if kind == name]

    @property
    def incidents(self) -> list[tuple[str, str]]:
        return [(incident["kind"], incident["source"]) for incident in self.of("Incident")]

    @property
    def steps(self) -> list["Crawled"]:
        """The same, one for each step that came to its end."""
        steps, items = [], []
        for item in self.items:
            items.append(item)
            if item[0] == "Traffic":
                steps.append(Crawled("\n".join(map(json.dumps, items)), "", 0))
                items = []
        return steps

    @property
    def bodies(self) -> dict[int, bytes]:
        return {fetched["offer"]: base64.b64decode(fetched["body"]) for fetched in self.of("Fetched")}


def run_crawl(
    site: StandIn, *steps: tuple[str, dict], bases=None, job=None, stop_after=None, **settings
) -> Crawled:
    """Runs the steps ((spider name, arguments) each) against the site and reads what came of it."""
    content = {
        "bases": bases or {"cac": site.cac_url, "beian": site.beian_url},
        "settings": FAST | settings,
        "steps": [{"spider": spider, "kwargs": kwargs} for spider, kwargs in steps],
    } | (job or {})  # fmt: skip
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "tests/spiders/run_crawl.py"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | DEAD_PROXY,
        text=True, encoding="utf-8",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    if stop_after is not None:
        process.stdin.write(json.dumps(content))
        process.stdin.close()
        process.stdin = None
        stop_after()
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
    else:
        output, errors = process.communicate(json.dumps(content), timeout=60)
    assert process.returncode == 0, errors
    return Crawled(output, errors, time.monotonic() - started)
