"""The channels: one module per service. Each sends a message in the form of its service and reads the answer.

To add one: a module here, its table in `tracker.settings.subscriptions`, its line in `registry`. Open `base` first.
"""
