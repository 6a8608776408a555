"""Vectors of meaning from a sentence encoder on ONNX Runtime; see `model/encoder.py`.

The bundled one is MiniLM (sentence-transformers/all-MiniLM-L6-v2) in int8, made by
`./dev model encoder`. Only the first window of a text is read: enough to tell what it is about.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from model.analyzer import ArtifactError
from model.artifact import GRAPH, MANIFEST, TOKENIZER, sha256
from model.batching import MIN_ROWS, Batch, padded, plan_batches
from model.cores import usable_cores
from model.session import load_session
from model.text import PREPROCESSING
from model.windows import truncating_tokenizer

BATCH_TOKENS = 384
"""As in model/onnx_analyzer.py, and for the same reasons."""
CACHE_SIZE = 2048
"""Vectors that are kept for texts that come again: 3 MB."""
_AGAIN = "make the folder anew with `./dev model encoder`"

Floats = NDArray[np.float32]


class EncoderManifest(NamedTuple):
    """What encoding needs to know of an encoder's manifest.json."""

    name: str
    revision: str
    size: int
    max_tokens: int
    pad_id: int
    preprocessing: str


def read_manifest(folder: Path) -> EncoderManifest:
    """The folder's manifest, once its files are what it says. Raises ArtifactError."""
    try:
        fields = json.loads((folder / MANIFEST).read_text("utf-8"))
        manifest = EncoderManifest(*(fields[name] for name in EncoderManifest._fields))
        for name, digest in fields["files"].items():
            if sha256(folder / name) != digest:
                raise ArtifactError(f"{folder / name} was changed; copy it again or {_AGAIN}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"{folder} holds no encoder: {error!r}; {_AGAIN}") from error
    if manifest.preprocessing not in PREPROCESSING:
        raise ArtifactError(f"{folder}: no preprocessing {manifest.preprocessing!r}; {_AGAIN}")
    return manifest


class OnnxEncoder:
    """A sentence encoder on token ids; see `model.encoder.Encoder`."""

    def __init__(
        self, manifest: EncoderManifest, tokenizer: Any, session: Any, threads: int | None = None
    ) -> None:
        self._manifest, self._tokenizer, self._session = manifest, tokenizer, session
        self.model = f"{manifest.name}@{manifest.revision}"
        self.size = manifest.size
        self._preprocess = PREPROCESSING[manifest.preprocessing]
        self._cache: LRUCache[str, Floats] = LRUCache(CACHE_SIZE)
        self._lock = threading.Lock()
        self._threads = threads or usable_cores()
        self._workers = ThreadPoolExecutor(self._threads, "encoding")

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> Self:
        """Check and load an encoder's folder. Raises ArtifactError."""
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        manifest = read_manifest(folder)
        tokenizer = truncating_tokenizer(str(folder / TOKENIZER), manifest.max_tokens)
        return cls(manifest, tokenizer, load_session(folder / GRAPH), threads)

    def encode(self, texts: Sequence[str]) -> Floats:
        """See Encoder.encode."""
        cleaned = [self._preprocess(text) for text in texts]
        with self._lock:
            known = {text: self._cache[text] for text in set(cleaned) if text in self._cache}
            new = [text for text in dict.fromkeys(cleaned) if text not in known]
            known.update(zip(new, self._vectors(new), strict=True))
            self._cache.update((text, known[text]) for text in new[-CACHE_SIZE:])
        if not cleaned:
            return np.empty((0, self.size), dtype=np.float32)
        return np.stack([known[text] for text in cleaned])

    def _vectors(self, texts: list[str]) -> Floats:
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        vectors = np.empty((len(ids), self.size), dtype=np.float32)
        lengths = [len(each) for each in ids]
        most = min(BATCH_TOKENS, -(-sum(lengths) // self._threads))
        batches = plan_batches(lengths, most, min_texts=MIN_ROWS)
        results = self._workers.map(self._run, batches, repeat(ids))
        for batch, rows in zip(batches, results, strict=True):
            vectors[list(batch.indices)] = rows
        return vectors

    def _run(self, batch: Batch, token_ids: Sequence[Sequence[int]]) -> Floats:
        ids, mask = padded(batch, token_ids, self._manifest.pad_id)
        (means,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        rows = np.asarray(means[: len(batch.indices)], dtype=np.float32)
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))
