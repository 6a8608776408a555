"""Feeds: a user's own posts and those that he or she follows, newest first."""
