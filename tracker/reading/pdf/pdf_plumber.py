"""A PDF by pdfplumber, page by page: opened where the first page is asked for, and once. Pure.

In: the bytes of the file. Out: single pages. Must never: let out an error of that library, or hold on to a page that
has been read. What all pages share, such as fonts, is read once: the cost goes by the pages that are asked for.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tracker.core.errors import Unreadable


class Plumber:
    """The file as pdfplumber sees it. It holds nothing open: its `close` would only make every page to close it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._document: Any = None
        self._pages: list[Any] = []  # as they stand in the file, nothing read of them

    @contextmanager
    def page(self, number: int) -> Iterator[Any]:
        """One page, from 1; whatever pdfplumber stumbles over is an error that names the page.

        Raises:
            Unreadable: pdfplumber cannot read the page.
        """
        try:
            page = self._made(number)
            try:
                yield page
            finally:
                page.close()
        except Exception as error:  # pdfminer has no base class for what damaged files make it raise
            raise Unreadable(f"The page cannot be read: {type(error).__name__}", page=number) from error

    def _made(self, number: int) -> Any:
        # A second PDF library: only a file that needs it pays for loading it.
        import pdfplumber
        from pdfminer.pdfpage import PDFPage
        from pdfplumber.page import Page

        if self._document is None:
            self._document = pdfplumber.open(io.BytesIO(self._data))
        if not self._pages:
            # Not `document.pages`: it makes all pages, so that a damaged one would hinder the others.
            self._pages = list(PDFPage.create_pages(self._document.doc))
        return Page(self._document, self._pages[number - 1], page_number=number)
