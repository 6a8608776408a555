"""The protocol of all encoders: texts in, a vector of meaning a text out.

Imports nothing of the project, and nothing heavy: the app imports it at every cold start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Encoder(Protocol):
    """A ready sentence encoder; safe to call from several threads."""

    @property
    def model(self) -> str:
        """Name and revision, `minilm@1f2e3d4c`: tells two sets of vectors apart."""

    @property
    def size(self) -> int:
        """Numbers in a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """[texts, size], each row of length 1: the product of two is their cosine.

        The same text always has the same vector, in any company.
        """
