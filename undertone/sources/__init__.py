"""Platforms that comments are read from: one a file, all asked through one guarded HTTP session."""
