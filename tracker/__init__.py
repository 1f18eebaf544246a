"""Follows the filing lists of China's internet regulator and keeps their whole history."""

__version__ = "0.1.0"
