"""Helpers that tests of several packages share: the stand-in with a data folder, kills, servers, real edits."""
