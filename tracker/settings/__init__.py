"""Settings: `tracker.toml` and TRACKER_* variables, subscriptions, secrets, and what is wrong on which line.

In: a file and the environment. Out: a frozen `Settings`, or one error that names every fault with its line. No error
repeats a value, because it may be a secret. Open `model` first (every setting), then `load`.
"""
