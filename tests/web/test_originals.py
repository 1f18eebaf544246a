"""The original files: the bytes that were fetched, as a download, and nothing else."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from storage.schema.migrations import connect_readonly
from tests.web.conftest import Served, serving


def revisions(folder: Path) -> list[dict[str, str]]:
    db = connect_readonly(folder / "history.db")
    rows = list(db.query("SELECT DISTINCT r.sha256, o.label FROM revision r JOIN offer o ON o.id = r.offer_id"))
    db.close()
    return rows


def test_every_revision_can_be_downloaded(served: Served, history: Path) -> None:
    some = revisions(history)
    assert len(some) == 5
    for row in some:
        answer = served.get(f"/original/{row['sha256']}")
        assert hashlib.sha256(answer.content).hexdigest() == row["sha256"]
        assert answer.headers["content-type"].endswith("wordprocessingml.document")
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert ".docx" in answer.headers["content-disposition"]
        assert "immutable" in answer.headers["cache-control"]
        assert served.get(f"/original/{row['sha256']}", if_none_match=answer.headers["etag"]).status_code == 304


@pytest.mark.parametrize("name", ["0" * 64, "x", "0" * 63 + "G", "..%2F..%2Fhistory.db", "%2Fetc%2Fpasswd", "A" * 64])
def test_nothing_else(served: Served, name: str) -> None:
    answer = served.get(f"/original/{name}")
    assert answer.status_code == 404
    assert "no revision in the history" in answer.text


def test_a_page_that_was_archived_is_no_revision(served: Served, history: Path) -> None:
    db = connect_readonly(history / "history.db")
    page = db.execute("SELECT html_sha256 FROM announcement WHERE html_sha256 IS NOT NULL").fetchone()[0]
    db.close()
    assert (history / "archive" / page[:2] / page).exists()
    assert served.get(f"/original/{page}").status_code == 404


def test_a_file_that_is_missing_or_damaged(history: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(history, folder)
    first, second = [folder / "archive" / row["sha256"][:2] / row["sha256"] for row in revisions(folder)][:2]
    first.unlink()
    second.chmod(0o644)
    second.write_bytes(b"<script>alert(1)</script>")
    with serving(folder, LANG="en") as served:
        for path in (first, second):
            answer = served.get(f"/original/{path.name}")
            assert answer.status_code == 404
            assert "in the archive it is missing or damaged" in answer.text
            assert "alert(1)" not in answer.text
            assert str(folder) not in answer.text
