"""Changes and incidents → messages → channels. Knows neither the site nor the readers nor the database."""
