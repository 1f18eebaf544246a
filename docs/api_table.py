"""Writes the addresses and examples into `docs/api.md`, from what `tracker.web.api` declares.

.venv/bin/python docs/api_table.py
"""

from __future__ import annotations

import re
from pathlib import Path

from tracker.query.parameters import Parameter
from tracker.web.api import routes
from tracker.web.api.endpoints import ApiEndpoint
from tracker.web.api.routes import ENDPOINTS

PAGE = Path(__file__).resolve().parent / "api.md"
END = "<!-- end -->"
ADDRESS = "127.0.0.1:8001"  # where `tracker serve` answers unless it is told otherwise


def render(page: str) -> str:
    """The page with its generated parts, each between its mark and the next end, made anew."""
    base = f"http://{ADDRESS}"
    shell = "\n".join(routes.curl(base, one.example) for one in ENDPOINTS)
    parts = {
        "addresses": "\n".join(_endpoint(one) for one in ENDPOINTS),
        "shell": f"```sh\n{shell}\n```\n",
        "pages": f"```python\n{routes.pages(base)}```\n",
        "follow": f"```python\n{routes.FOLLOW}```\n",
    }
    for name, text in parts.items():
        pattern = rf"(?<=<!-- {name} -->\n).*?(?={END})"
        page, count = re.subn(pattern, lambda _, text=text: text, page, count=1, flags=re.S)  # type: ignore[misc]
        assert count, f"{PAGE} has no mark {name}"
    return page


def _endpoint(one: ApiEndpoint) -> str:
    shape = f"a list of `{one.record.__name__}`" if one.is_list else f"one `{one.record.__name__}`"
    lines = [f"### `{one.path}`\n", f"{one.summary[1]}. Answers {shape}.\n"]
    parameters = [*one.pieces, *one.parameters]
    if parameters:
        lines += ["| parameter | meaning | values | default |", "| --- | --- | --- | --- |", *map(_row, parameters), ""]
    return "\n".join(lines)


def _row(one: Parameter) -> str:
    values = ", ".join(one.values)
    default = "required" if one.required else "" if one.default is None else str(one.default)
    return f"| {one.name} | {one.meaning[1]} | {values} | {default} |"


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
