"""TODO: one line that says what lives here."""
