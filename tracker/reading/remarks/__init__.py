"""The remarks (备注) of lists: the text of one remark in, the events that it states out.

Covers cancellations, renames, and changes of products, purposes and models; wording that is not understood becomes an
`OTHER` event. Must never guess at an event that the text does not state. Open `events` first.
"""
