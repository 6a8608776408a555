"""Ranking by meaning: an exact scan of int8 vectors.

The limit is measured (`./dev bench search`); docs/search.md says what to put behind `Meanings`
beyond it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 8_192
"""Rows that are turned into floats at a time: they stay in the processor's cache."""


class Meanings(Protocol):
    """The vectors of some texts, in whatever index."""

    def scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """The cosine of every text with `query`, a vector of length 1; 0 for those without one."""


class ScannedVectors:
    """Exact cosines over [texts, size] int8, where each row has a scale of its own."""

    def __init__(self, rows: NDArray[np.int8]) -> None:
        import numpy as np  # noqa: PLC0415 - only where something is searched

        self._rows = rows
        self._norms = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK].astype(np.float32)
            self._norms[start : start + BLOCK] = np.sqrt((block * block).sum(axis=1))
        self._norms[self._norms == 0] = np.inf

    def scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """See Meanings.scores."""
        import numpy as np  # noqa: PLC0415 - only where something is searched

        products = np.empty(len(self._rows), dtype=np.float32)
        for start in range(0, len(self._rows), BLOCK):
            block = self._rows[start : start + BLOCK]
            products[start : start + BLOCK] = block.astype(np.float32) @ query
        return products / self._norms
