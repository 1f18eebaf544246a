"""The version of the program: it is in requests, exports and interfaces."""

__version__ = "0.1.0"
