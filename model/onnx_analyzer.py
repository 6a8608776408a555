"""Scores comments with a transformer on ONNX Runtime, from an artifact of `./dev model export`."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any, Self

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from model.analyzer import ArtifactError, Prediction
from model.artifact import CLASSES
from model.batching import MIN_ROWS, Batch, padded, plan_batches
from model.cores import usable_cores
from model.loading import Loading, Parts
from model.text import PREPROCESSING
from model.windows import Window, windows

BATCH_TOKENS = 384
"""Most padded tokens in a batch: enough for the matrix kernels, few enough for the CPU caches."""
CACHE_SIZE = 4096
"""Predictions that are kept for texts that come again, such as "first" or "❤️❤️"."""
_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_scoring_lock = threading.Lock()
"""Held while scoring: two runs at once in a process would compete for the same cores."""

Floats = NDArray[np.float32]


class OnnxAnalyzer:
    """A sequence classifier on token ids; see Analyzer."""

    def __init__(self, parts: Parts, threads: int | None = None) -> None:
        """Raises ArtifactError if the graph's inputs or outputs do not fit.

        `threads` defaults to the cores that this process may use.
        """
        self._manifest, self._tokenizer, self._session = parts
        _check_shapes(self._session, self._manifest.name)
        self.model = f"{self._manifest.name}@{self._manifest.revision}"
        self.calibration = self._manifest.calibration
        self.languages = self._manifest.languages
        self._preprocess = PREPROCESSING[self._manifest.preprocessing]
        self._inputs = [node.name for node in self._session.get_inputs()]
        self._columns = [self._manifest.labels.index(name) for name in CLASSES]
        # cachetools is not thread-safe: this is used under _scoring_lock only.
        self._cache: LRUCache[str, Prediction] = LRUCache(CACHE_SIZE)
        self._threads = threads or usable_cores()
        # Each core computes a batch of its own. If all cores shared each batch, they would wait for
        # each other at every step, and the short steps between matrix products would use one core.
        self._workers = ThreadPoolExecutor(self._threads, "scoring")

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> Self:
        """Check and load an artifact's folder. Raises ArtifactError; `threads` as above."""
        return cls(Loading(folder).parts(), threads)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """See Analyzer.predict."""
        cleaned = [self._preprocess(text) for text in texts]
        with _scoring_lock:
            return self._cached_predictions(cleaned)

    def logits(self, token_ids: Sequence[Sequence[int]]) -> Floats:
        """[texts, 3] in CLASSES order, before temperature. For measuring; not thread-safe."""
        logits = np.empty((len(token_ids), len(CLASSES)), dtype=np.float32)
        lengths = [len(ids) for ids in token_ids]
        most = min(BATCH_TOKENS, -(-sum(lengths) // self._threads))
        batches = plan_batches(lengths, most, min_texts=MIN_ROWS)
        if len(batches) < 2 or self._threads < 2:
            results: Iterable[Floats] = (self.run(batch, token_ids) for batch in batches)
        else:
            results = self._workers.map(self.run, batches, repeat(token_ids))
        for batch, rows in zip(batches, results, strict=True):
            logits[list(batch.indices)] = rows
        return logits

    def run(self, batch: Batch, token_ids: Sequence[Sequence[int]]) -> Floats:
        """Logits [texts of the batch, 3] in CLASSES order, computed on one core."""
        ids, mask = padded(batch, token_ids, self._manifest.pad_id)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (logits,) = self._session.run(None, {name: inputs[name] for name in self._inputs})
        return np.asarray(logits[: len(batch.indices), self._columns], dtype=np.float32)

    def _cached_predictions(self, cleaned: list[str]) -> list[Prediction]:
        """From the cache where it has them; a text that comes twice is scored once."""
        predictions = {text: self._cache[text] for text in set(cleaned) if text in self._cache}
        new = [text for text in dict.fromkeys(cleaned) if text not in predictions]
        predictions.update(zip(new, self._score(new), strict=True))
        self._cache.update((text, predictions[text]) for text in new[-CACHE_SIZE:])
        return [predictions[text] for text in cleaned]

    def _score(self, texts: list[str]) -> list[Prediction]:
        parts = windows(self._tokenizer, texts)
        shares = _softmax(self.logits([part.ids for part in parts]) / self._manifest.temperature)
        return _means_of_windows(len(texts), parts, shares)


def _means_of_windows(
    count: int, parts: list[Window], shares: NDArray[np.float64]
) -> list[Prediction]:
    """For each of `count` texts the mean of its windows, weighted by their tokens."""
    total = np.zeros((count, len(CLASSES)))
    tokens = np.zeros(count)
    number = np.zeros(count, dtype=np.int64)
    for part, share in zip(parts, shares, strict=True):
        total[part.text_index] += share * len(part.ids)
        tokens[part.text_index] += len(part.ids)
        number[part.text_index] += 1
    means = (total / tokens[:, None]).tolist()
    return [
        Prediction(negative, neutral, positive, int(n))
        for (negative, neutral, positive), n in zip(means, number, strict=True)
    ]


def _softmax(logits: Floats) -> NDArray[np.float64]:
    exact = logits.astype(np.float64)
    powers = np.exp(exact - exact.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _check_shapes(session: Any, model: str) -> None:
    inputs = {node.name: (node.type, len(node.shape)) for node in session.get_inputs()}
    fits = "input_ids" in inputs and set(inputs) <= _INPUTS
    if not fits or any(kind != ("tensor(int64)", 2) for kind in inputs.values()):
        raise ArtifactError(
            f"the graph of {model} takes {inputs}; it must take input_ids, and may take "
            "attention_mask and token_type_ids, all int64 [batch, tokens]"
        )
    outputs = [(node.type, node.shape[1:]) for node in session.get_outputs()]
    if outputs != [("tensor(float)", [len(CLASSES)])]:
        raise ArtifactError(
            f"the graph of {model} gives {outputs}; it must give one output, "
            f"float [batch, {len(CLASSES)}]"
        )
