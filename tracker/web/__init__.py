"""Pages over the history: Datasette over the read-only database, with pages and an interface of our own."""
