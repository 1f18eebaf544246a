"""One poll: `run` opens the data folder and calls the four parts `collect`, `digest`, `derive`, `deliver` in turn.

In: settings and the options of a poll. Out: a history that has recorded everything that the sites showed, alerts on
their way, and a report. Each part leaves its result in the archive or the history before the next one begins, so the
next poll completes one that was killed. Open `run` first; `context` is the value that all parts share.
"""
