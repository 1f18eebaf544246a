"""The API for programs: `/api/v1/...`, its description for machines (OpenAPI) and the page for people (`/api`).

In: a request whose parameters are declared. Out: JSON of the shapes in `tracker.query.records`, in pages with a cursor.
A parameter that is unknown or does not fit must be refused, never ignored. Open `routes` first: it has the table of all
endpoints; each endpoint is declared beside its answer in `filings`, `changes` and `lists`.
"""
