"""The forms of a message: text, HTML, chat, JSON for programs, CSV, feed. Pure: a `Message` in, text or bytes out.

All but `feed` get their sentences from `tracker.notify.wording`. Open `text` first; it is the simplest.
"""
