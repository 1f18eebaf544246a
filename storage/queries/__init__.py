"""The only readers of the history: plain SQL in, rows and values out.

Nothing here writes, and nothing imports `storage.write`. Each module answers questions about one thing; `filters` holds
the conditions that they share. Open `filings` first (what makes `--as-of`), then `changes`.
"""
