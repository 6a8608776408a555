"""Platforms that comments are read from: one a file, all asked through the same HTTP session."""
