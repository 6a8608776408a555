"""The messages between the supervisor and its instances."""

from __future__ import annotations

import msgspec

GRACE_SECONDS = 10
"""How long a stopping instance waits for running invocations, as the real host does."""


class InstanceSpec(msgspec.Struct, frozen=True):
    """What an instance runs, given as its argument; the app settings are its environment."""

    number: int
    app: str
    """The folder of function_app.py."""
    socket: int
    """File descriptor of the listening socket."""
    invisibility: int
    """Seconds that a received queue message stays hidden unless renewed."""
    function_key: str | None
    """The key that HTTP routes ask for, None to ask for none."""
    report: int = -1
    """File descriptor of the pipe to write the `StartupReport` to; set when the process starts."""


class StartupReport(msgspec.Struct, frozen=True):
    """What an instance sends once: that it listens, or the error that keeps it from it."""

    error: str | None = None
    functions: list[str] = []
    """A line to print for each function."""
    warnings: list[str] = []
