"""What a made history holds: words, places, companies, lists, filings, and what becomes of them later."""
