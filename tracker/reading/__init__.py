"""From the bytes of an attachment to filings. Pure: no network, clock, file or database."""
