"""The seventh schema: without `entity_count`, the sums of large entities: filings are counted one by one instead.

The derivations made that table, and make it no more; nothing that was recorded goes.
"""

SQL = """
DROP TABLE entity_count;
"""
