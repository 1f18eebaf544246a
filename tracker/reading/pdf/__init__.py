"""PDF files: bytes in, a `Document` of tables out.

No cell is invented, and a table of guessed columns is not taken for a list. Open `document` first. pdfium reads the
characters and ruled lines of a page; pdfplumber (`plumber`) is the fallback for pages that pdfium alone does not read.
"""
