"""PDF files: bytes in, a `Document` of tables out.

Must never invent a cell or take a table of guessed columns for a list. Open `document` first. pdfium reads the
characters and ruled lines of a page; pdfplumber (`plumber`) is the fallback for pages that pdfium alone does not read.
"""
