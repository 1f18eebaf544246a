"""From the bytes of an attachment to filings. Pure: no network, clock, file or database.

In: bytes and the series they are taken for. Out: an `Extraction`: filings, refused rows and warnings. A reader must
never trust what a file says about itself, and never drop a row or a column silently. Open `reader` first: it chooses
the reader by the bytes. `filings` turns tables into rows; `totals` reads the numbers that announcements state.
"""
