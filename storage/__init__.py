"""The history: archive of bytes, SQLite schema, the one writer, queries."""
