"""A small stand-in for the regulator's sites, with files made from published facts.

In: the facts as CSV, and the faults to show. Out: an HTTP server on this machine, which `tracker demo` and the tests
poll. It makes no request itself. Begin with `site`, which holds the pages; `server` serves them.
"""
