"""An artifact's files, loaded beside each other and beside the imports of what runs them.

What comes in which order decides how soon a process has its first score. Imports and the tokenizer
keep the interpreter to themselves, digests and the graph do not. So the digests are computed while
ONNX Runtime is imported, and the graph is loaded while everything else is.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from model.analyzer import MODEL, ArtifactError
from model.artifact import CURE, TOKENIZER, Manifest, check_files, described

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class Parts(NamedTuple):
    """What an analyzer is made of."""

    manifest: Manifest
    tokenizer: Tokenizer
    session: Any


class Loading:
    """An artifact's parts on their way. Raises ArtifactError if the manifest cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._manifest = described(folder)
        self._checked = _Beside(lambda: check_files(folder, self._manifest))
        # Nothing here multiplies with numpy, whose BLAS would start a thread a core, and they spin.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # Not in a thread: two that import numpy at once fail.
        from model.session import opened_session  # noqa: PLC0415 - beside the digests

        self._session = _Beside(lambda: opened_session(folder / MODEL))

    def parts(self) -> Parts:
        """All of them, as soon as they are there. Raises ArtifactError.

        A file that was changed explains more than that it cannot be loaded, and is told first.
        """
        try:
            tokenizer = _tokenizer(self._folder / TOKENIZER, self._manifest.max_tokens)
        finally:
            self._checked.result()
        return Parts(self._manifest, tokenizer, self._session.result())


def _tokenizer(file: Path, max_tokens: int) -> Tokenizer:
    from model.windows import cutting_tokenizer  # noqa: PLC0415 - beside the graph

    try:
        return cutting_tokenizer(str(file), max_tokens)
    except Exception as error:  # tokenizers raises no class of its own
        raise ArtifactError(f"{file} is no tokenizer that can be read: {error}; {CURE}") from error


class _Beside(Thread):
    """A call in a thread of its own; without concurrent.futures, which imports logging: 10 ms."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(name="loading")
        self._call = call
        self._answer: Any = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._answer = self._call()
        except BaseException as error:  # noqa: BLE001 - raised again for who asks for the result
            self._error = error

    def result(self) -> Any:
        """What the call gave; raises what it raised."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._answer
