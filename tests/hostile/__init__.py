"""Bad answers, files and texts, each with what must come of it; `tests.hostile.running` polls them."""
