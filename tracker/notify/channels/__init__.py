"""The channels: each gives a message the form of its service, sends it, and tells acceptance from refusal.

Adding one = a module here, its table in `tracker.subscriptions`, and its line in `opening.py`.
"""
