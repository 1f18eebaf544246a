"""From what is known and what came in to changes. Pure: no network, clock, file or database."""
