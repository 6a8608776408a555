"""Loads an artifact's files in threads, while the modules that use them are being imported.

The order decides how soon a process has its first score. Imports and the tokenizer hold the
interpreter's lock; computing digests and loading the graph release it. So the digests are computed
while ONNX Runtime is imported, and the graph is loaded while everything else is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from model.analyzer import ArtifactError
from model.artifact import EXPORT_AGAIN, GRAPH, TOKENIZER, Manifest, check_files, read_manifest

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class Parts(NamedTuple):
    """A loaded artifact: what OnnxAnalyzer is made of."""

    manifest: Manifest
    tokenizer: Tokenizer
    """Truncates at the model's window, does not pad."""
    session: Any
    """An onnxruntime.InferenceSession; the type would import onnxruntime."""


class Loading:
    """Starts to load an artifact at once; `parts` waits for it.

    Raises ArtifactError if the manifest cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._manifest = read_manifest(folder)
        self._checked = _BackgroundCall(lambda: check_files(folder, self._manifest))
        # Nothing here multiplies with numpy, whose BLAS would start a spinning thread a core.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # Not in a thread: two threads that import numpy at once fail.
        from model.session import load_session  # noqa: PLC0415 - while digests are computed

        self._session = _BackgroundCall(lambda: load_session(folder / GRAPH))

    def parts(self) -> Parts:
        """Wait until everything is loaded. Raises ArtifactError.

        If a file both was changed and cannot be loaded, the error is that it was changed: that
        explains the other.
        """
        try:
            tokenizer = _load_tokenizer(self._folder / TOKENIZER, self._manifest.max_tokens)
        finally:
            self._checked.result()
        return Parts(self._manifest, tokenizer, self._session.result())


def _load_tokenizer(file: Path, max_tokens: int) -> Tokenizer:
    from model.windows import truncating_tokenizer  # noqa: PLC0415 - while the graph is loaded

    try:
        return truncating_tokenizer(str(file), max_tokens)
    except Exception as error:  # tokenizers raises no class of its own
        raise ArtifactError(
            f"{file} is no tokenizer that can be read: {error}; {EXPORT_AGAIN}"
        ) from error


class _BackgroundCall(Thread):
    """A call in a thread of its own. Not a concurrent.futures.Future, whose import takes 10 ms."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(name="loading")
        self._call = call
        self._value: Any = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._value = self._call()
        except BaseException as error:  # noqa: BLE001 - raised again by `result`
            self._error = error

    def result(self) -> Any:
        """Wait for the call and return its result; raises what it raised."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._value
