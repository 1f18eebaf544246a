"""The remarks (备注) of lists: the text of one remark in, the events that it states out.

It covers cancellations, renames, and changes of products, purposes and models; unknown wording becomes an `OTHER`
event. No event is guessed. Open `events` first.
"""
