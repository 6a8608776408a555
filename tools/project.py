"""Where the project keeps things. Needs the standard library alone."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).parents[1]
"""The root of the repository."""
CACHE = PROJECT / ".dev"
"""What is downloaded and may be removed at any time; git ignores it."""
AZURITE_HOME = CACHE / "azurite"
"""Where the storage emulator is installed."""
OUT = PROJECT / "out"
"""What commands write for people to look at; git ignores it."""
