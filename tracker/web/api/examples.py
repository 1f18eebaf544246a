"""Programs that ask this interface, for its page and `docs/api.md`; tests run them."""

from __future__ import annotations

PAGES = """\
import json
from urllib.parse import urlencode
from urllib.request import urlopen

BASE = "{base}"


def rows(path, **asked):
    \"\"\"Every row of a list, page by page.\"\"\"
    while True:
        with urlopen(f"{{BASE}}{{path}}?{{urlencode(asked)}}") as answer:
            page = json.load(answer)
        yield from page["data"]
        if page["next"] is None:
            return
        asked["cursor"] = page["next"]


for filing in rows("/api/v1/filings", series="genai_service", province="北京"):
    print(filing["number"], filing["name"], filing["entity"])
"""

FOLLOW = """\
from pathlib import Path

seen = Path("seen.txt")
last = int(seen.read_text()) if seen.exists() else 0
for change in rows("/api/v1/changes", order="oldest", after_id=last):
    print(change["id"], change["kind"], change["number"], change["fields"])
    seen.write_text(str(change["id"]))
"""


def pages(base: str) -> str:
    """A program that takes all filings of a place."""
    return PAGES.format(base=base)


def curl(base: str, address: str) -> str:
    """The same address asked from a command line."""
    path, _, query = address.partition("?")
    parts = "".join(f" --data-urlencode {_quoted(pair)}" for pair in query.split("&") if pair)
    return f"curl -sG '{base}{path}'{parts}"


def _quoted(text: str) -> str:
    return f"'{text}'" if not text.isascii() else text
