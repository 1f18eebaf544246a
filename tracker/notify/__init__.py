"""Alerts: from recorded changes and incidents to messages, and from messages to channels.

In: rows of the outbox that `poll/deliver.py` hands over, and subscriptions. Out: messages that their receivers
accepted. Nothing here knows the database, the sites or the readers. `filters` and `timing` decide who hears of what and
when, `compose` makes a `Message`, `wording` its sentences, `forms` its form, `channels` send it. Open `message` first.
"""
