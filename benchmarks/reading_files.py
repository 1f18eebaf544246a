"""The files that reading is measured on, with what they hold: attachments/NAME beside truth/NAME.csv."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tracker.demo.files import TableSpec, make_docx, make_pdf
from tracker.demo.lists import cancelled_algorithms, genai_list

# What stands in a row besides 序号, in order; a column that a list does not have is not in its truth.
_COLUMNS = (
    "province", "name", "category", "role", "entity", "product", "purpose", "scenario", "number", "filed_on", "remark",
)  # fmt: skip
_MADE_OF = "2024-08"  # a list of services among the published facts
_TITLES = {
    "deep_synthesis": "境内深度合成服务算法备案清单",
    "algorithm_recommendation": "境内互联网信息服务算法备案清单",
    "genai_service": "生成式人工智能服务已备案信息",
}


@dataclass(frozen=True, slots=True)
class Lists:
    """Files of one kind and how many rows they hold together.

    `is_made`: the demo made them. They have none of the formatting that real files are full of, and no fonts, so the
    ratios are others: no goal is held against them.
    """

    files: tuple[str, ...]
    rows: int
    what: str
    is_made: bool = False

    def __len__(self) -> int:
        return self.rows


def lists_of(kind: str, folders: Sequence[Path], scratch: Path) -> Lists:
    """All lists of that kind in the folders; lists of the demo where there are none."""
    files = [path for folder in folders for path in sorted((folder / "attachments").glob(f"*.{kind}"))]
    source = ", ".join(sorted({str(Path(path.parts[-3])) for path in files}))
    is_made = not files
    if is_made:
        source, files = "made by the demo from published facts", _made(kind, scratch)
    rows = sum(len(_truth_rows(path)) for path in files)
    return Lists(tuple(map(str, files)), rows, f"{len(files)} files, {rows:,} rows ({source})", is_made)


def one_large(lists: Lists, scratch: Path, times: int) -> Lists:
    """All pages of these PDFs, several times over, as one file."""
    import pypdfium2

    whole = pypdfium2.PdfDocument.new()
    for _ in range(times):
        for file in lists.files:
            whole.import_pages(pypdfium2.PdfDocument(file))
    truth = [row for file in lists.files for row in _truth_rows(Path(file))] * times
    path = _place(scratch, "genai_service_large", "pdf")
    whole.save(path)
    _write_truth(path, truth)
    return Lists((str(path),), len(truth), f"The same pages {times} × as one file: {len(whole)} pages")


def without_fonts(scratch: Path, rows: int) -> Lists:
    """A PDF that names its font and does not hold it: pdfium loses letters then, and the reader asks pdfplumber too."""
    spec = genai_list(_MADE_OF)[0]
    cells = [(str(n), *spec.rows[n % len(spec.rows)][1:]) for n in range(rows)]
    path = _write(scratch, "genai_service_fontless", "pdf", replace(spec, rows=tuple(cells)))
    return Lists((str(path),), rows, f"One file of {rows} rows, made by the demo")


def exact_rows(files: Iterable[str], read: Iterable[Sequence[Sequence[str | None]]]) -> int:
    """How many rows of the truth were read with all their cells."""
    exact = 0
    for file, rows in zip(files, read, strict=True):
        found = Counter(_key(row[1:]) for row in rows)
        exact += (_truth(Path(file)) & found).total()
    return exact


def _solid(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _truth_rows(file: Path) -> list[dict[str, str]]:
    with (file.parent.parent / "truth" / f"{file.stem}.csv").open(encoding="utf-8") as source:
        return list(csv.DictReader(source))


def _truth(file: Path) -> Counter[tuple[str, ...]]:
    return Counter(_key(row.get(name) for name in _COLUMNS) for row in _truth_rows(file))


def _key(cells: Iterable[str | None]) -> tuple[str, ...]:
    """The cells that say something, whatever the order of the columns: two layouts of services have their own."""
    return tuple(sorted(text for cell in cells if (text := _solid(cell or ""))))


def _made(kind: str, scratch: Path) -> list[Path]:
    if kind == "pdf":
        return [_write(scratch, f"genai_service_{_MADE_OF}", kind, genai_list(_MADE_OF)[0])]
    names = ("deep_synthesis_2024-06", "algorithm_recommendation_2024-06")
    # The published facts are few: each row several times, so that there is something to read.
    specs = [replace(spec, rows=spec.rows * 40) for spec in cancelled_algorithms()]
    return [_write(scratch, name, kind, spec) for name, spec in zip(names, specs, strict=True)]


_NAMES = {
    "属地": "province", "模型名称": "name", "备案单位": "entity", "备案号": "number", "备案时间": "filed_on",
    "算法名称": "name", "角色": "role", "算法类别": "category", "主体名称": "entity", "应用产品": "product",
    "主要用途": "purpose", "备案编号": "number", "备注": "remark",
}  # fmt: skip


def _write(scratch: Path, name: str, kind: str, spec: TableSpec) -> Path:
    path = _place(scratch, name, kind)
    path.write_bytes((make_docx if kind == "docx" else make_pdf)([spec], _TITLES[name.rpartition("_")[0]]))
    names = [_NAMES.get(heading, heading) for heading in spec.headings]
    _write_truth(path, [dict(zip(names, row, strict=True)) for row in spec.rows])
    return path


def _place(scratch: Path, name: str, kind: str) -> Path:
    for folder in ("attachments", "truth"):
        (scratch / folder).mkdir(exist_ok=True)
    return scratch / "attachments" / f"{name}.{kind}"


def _write_truth(file: Path, rows: Sequence[dict[str, str]]) -> None:
    with (file.parent.parent / "truth" / f"{file.stem}.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, sorted({name for row in rows for name in row}))
        writer.writeheader()
        writer.writerows(rows)
