"""The archive: every file that was collected, by its sha256, in a folder or an S3 bucket.

In: bytes. Out: their sha256, and the bytes again. A file is written once, complete or not at all, never overwritten.
Open `archive.py` first.
"""
