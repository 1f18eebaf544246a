"""`tracker doctor`: check everything the program needs, and report each finding with what to do about it.

In: settings, the history, the archive, the channels. Out: findings in one language. Nothing is changed or sent, and
no secret is shown. Open `run.py` first; the texts are in `findings.py`.
"""
