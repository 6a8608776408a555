"""What supervisor and instance say to each other."""

from __future__ import annotations

import msgspec

GRACE_SECONDS = 10
"""How long a stopping instance waits for what runs, as the real host does."""


class Spec(msgspec.Struct, frozen=True):
    """What the supervisor tells an instance; the app settings come as its environment."""

    number: int
    app: str
    socket: int
    """File descriptor of the listening socket."""
    report: int
    """File descriptor to write the `Report` to."""
    invisibility: int
    function_key: str | None


class Report(msgspec.Struct, frozen=True):
    """An instance's one word to the supervisor: it listens, or why it never will."""

    refused: str | None = None
    functions: list[str] = []
    warnings: list[str] = []
