"""The seventh schema drops `entity_count`, the sums of large entities, and an index that only they needed.

Entities are counted filing by filing. The derivations made that table; no recorded fact is lost.
"""

SQL = """
DROP TABLE entity_count;
DROP INDEX entity_filings;
"""
