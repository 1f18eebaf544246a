"""Mutated files, pages and texts against everything that reads what comes from outside: `python -m tests.fuzz --help`.

Nothing but the errors of `tracker.core.errors` may escape, every row must be accounted for, the same bytes must give
the same result, and time and memory must stay bounded. Coverage-guided with atheris (the extra `fuzz`), else blind.
"""
