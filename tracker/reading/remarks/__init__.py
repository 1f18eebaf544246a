"""The remarks (备注) of lists: the text of one remark in, the events that it states out.

Covers cancellations and renames. Must never guess at an event that the text does not state. Open `events` first.
"""
