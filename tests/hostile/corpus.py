"""Every case, in the order of the table."""

from __future__ import annotations

from tests.hostile import answers, files_docx, files_other, files_pdf, files_xlsx, texts
from tests.hostile.case import Case

FILES: tuple[Case, ...] = (*files_docx.CASES, *files_pdf.CASES, *files_xlsx.CASES, *files_other.CASES)
ALL_CASES: tuple[Case, ...] = (*answers.CASES, *FILES, *texts.CASES)
