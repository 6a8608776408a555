"""Why the host cannot start."""

from __future__ import annotations


class StartupError(Exception):
    """The app or its storage cannot be started; the message says what is wrong and the cure."""
