"""Questions to the history: search, one filing, one entity, two days compared; for commands, pages, API and Python.

In: a database that is open for reading and the filters of `filters`. Out: plain dictionaries of the shapes in
`records`. It must never write. Open `open_history` first: it has every question; `filters` declares all filters.
"""
