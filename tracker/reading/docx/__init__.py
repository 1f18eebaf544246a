"""Word files (.docx): bytes in, a `Document` of tables out.

Must never show what Word does not print, or hold a whole file in memory as XML. Open `document` first; `rows` reads one
row, `numbering` computes the numbers that Word prints but does not store.
"""
