"""What the host says no to."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - an answer, not a fault of the host
    """The app or its settings cannot run; the message names the thing and the cure."""
