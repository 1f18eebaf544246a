"""The whole history as files: a database and a scope (days, series) come in, a folder of files goes out.

`tables.py` declares the tables once; the writers, `datapackage.json` and docs/exports.md are made from it. There is one
writer for each form: `text_files.py` (CSV, JSON), `xlsx_file.py`, `parquet_file.py`, `sqlite_file.py`. An export never
writes to the history, and never replaces anything but an earlier export. Open `run.py` first.
"""
