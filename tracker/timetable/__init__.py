"""When polls are due: expressions, quiet hours, jitter, and what was missed. Pure: no clock, history or process."""
