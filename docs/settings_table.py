"""Write every setting into `docs/settings.md`, as `tracker.settings` declares them.

.venv/bin/python docs/settings_table.py
"""

from __future__ import annotations

from pathlib import Path

from tracker.settings.model import Settings, list_settings

PAGE = Path(__file__).resolve().parent / "settings.md"
BEGIN = "<!-- written by docs/settings_table.py from tracker/settings/model.py -->"


def render(page: str) -> str:
    """Return the page with the table after its mark written again."""
    head, mark, _ = page.partition(BEGIN)
    assert mark, f"{PAGE} has no mark"
    rows = [
        f"| `{one['name']}` | {_code(one['default'])} | {one['meaning'].replace('|', chr(92) + '|')} |"
        for one in list_settings(Settings())
    ]
    return head + mark + "\n\n" + "\n".join(["| setting | default | meaning |", "| --- | --- | --- |", *rows]) + "\n"


def _code(default: str) -> str:
    return f"`{default}`" if default else ""


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
