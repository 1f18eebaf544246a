"""Crawls against the stand-in, each in a process of its own: a reactor runs once."""

import base64
import io
import json
import os
import signal
import time
import zipfile
from functools import partial
from pathlib import Path

from tests.spiders.run_crawl import main
from tests.support.program import run_forked
from tracker.demo.site import StandIn

ROOT = Path(__file__).parent.parent.parent
# Nobody listens there: a crawl that let the environment choose a proxy for loopback would get nothing.
DEAD_PROXY = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
FAST = {"delay": 0.02, "backoff": 0.02, "retries": 1, "timeout": 60, "max_size": 400_000}


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
    stopping = []

    def stop(process):
        stop_after()
        stopping.append(time.monotonic())
        os.kill(process, signal.SIGTERM)

    done = run_forked(
        ["crawl"], partial(main, json.dumps(content)), os.environ | DEAD_PROXY, ROOT, meanwhile=stop_after and stop
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Crawled(done.stdout, done.stderr, time.monotonic() - stopping[0] if stopping else 0)
