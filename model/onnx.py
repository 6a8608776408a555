"""Scores comments with a transformer on ONNX Runtime: the artifact that export.py makes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.analyzer import ArtifactError, Prediction
from model.artifact import CLASSES
from model.batching import Batch, plan
from model.cores import usable_cores
from model.loading import Loading, Parts
from model.text import VERSIONS
from model.windows import Window, windows

BUDGET = 384
"""Padded tokens a batch: enough rows for the matrix kernels, few enough to stay in the caches."""
LEAST_ROWS = 2
REMEMBERED = 4096
"""Predictions kept for texts that come again: "first", "❤️❤️". Scores do not depend on company."""
_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_one_run = threading.Lock()
"""One scoring run at a time in a process: two would fight for the same cores."""

Floats = NDArray[np.float32]


class OnnxAnalyzer:
    """A sequence classifier on token ids; see Analyzer."""

    def __init__(self, parts: Parts, threads: int | None = None) -> None:
        """Raises ArtifactError; `threads` defaults to usable cores."""
        self._manifest, self._tokenizer, self._session = parts
        _check_shapes(self._session, self._manifest.name)
        self.model = f"{self._manifest.name}@{self._manifest.revision}"
        self._normalised = VERSIONS[self._manifest.preprocessing]
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._columns = [self._manifest.labels.index(name) for name in CLASSES]
        self._known: OrderedDict[str, Prediction] = OrderedDict()
        self._threads = threads or usable_cores()
        # One batch a core instead of every batch on all cores: the short steps between the matrix
        # products run on every core too, and no core waits for another in each of them.
        self._workers = ThreadPoolExecutor(self._threads, "scoring")

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> Self:
        """Check and load an artifact; raises and defaults as above."""
        return cls(Loading(folder).parts(), threads)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """See Analyzer.predict."""
        cleaned = [self._normalised(text) for text in texts]
        with _one_run:
            return self._remembered(cleaned)

    def logits(self, token_ids: Sequence[Sequence[int]]) -> Floats:
        """[texts, 3] in CLASSES order, before temperature. For measuring; not thread-safe."""
        answer = np.empty((len(token_ids), len(CLASSES)), dtype=np.float32)
        lengths = [len(ids) for ids in token_ids]
        batches = plan(lengths, min(BUDGET, -(-sum(lengths) // self._threads)), least=LEAST_ROWS)
        if len(batches) < 2 or self._threads < 2:
            found: Iterable[Floats] = (self.run(batch, token_ids) for batch in batches)
        else:
            found = self._workers.map(self.run, batches, repeat(token_ids))
        for batch, rows in zip(batches, found, strict=True):
            answer[list(batch.places)] = rows
        return answer

    def run(self, batch: Batch, token_ids: Sequence[Sequence[int]]) -> Floats:
        """Logits [texts of the batch, 3] in CLASSES order, on one core."""
        # ONNX Runtime multiplies one row by another routine than several, which differs in the last
        # bits: a lone text gets an empty row for company.
        shape = (max(LEAST_ROWS, len(batch.places)), batch.width)
        ids = np.full(shape, self._manifest.pad_id, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        mask[len(batch.places) :, 0] = 1  # the mean over no token would be no number
        for row, place in enumerate(batch.places):
            length = len(token_ids[place])
            ids[row, :length] = token_ids[place]
            mask[row, :length] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (answer,) = self._session.run(None, {name: given[name] for name in self._inputs})
        return np.asarray(answer[: len(batch.places), self._columns], dtype=np.float32)

    def _remembered(self, cleaned: list[str]) -> list[Prediction]:
        found = {text: self._known[text] for text in set(cleaned) if text in self._known}
        new = [text for text in dict.fromkeys(cleaned) if text not in found]
        found.update(zip(new, self._scored(new), strict=True))
        self._known.update((text, found[text]) for text in new[-REMEMBERED:])
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return [found[text] for text in cleaned]

    def _scored(self, texts: list[str]) -> list[Prediction]:
        parts = windows(self._tokenizer, texts)
        shares = _softmax(self.logits([part.ids for part in parts]) / self._manifest.temperature)
        return _combined(len(texts), parts, shares)


def _combined(count: int, parts: list[Window], shares: NDArray[np.float64]) -> list[Prediction]:
    """A text's windows as one answer: their mean, each weighing as many tokens as it holds."""
    total = np.zeros((count, len(CLASSES)))
    tokens = np.zeros(count)
    number = np.zeros(count, dtype=np.int64)
    for part, share in zip(parts, shares, strict=True):
        total[part.text] += share * len(part.ids)
        tokens[part.text] += len(part.ids)
        number[part.text] += 1
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
    inputs = {one.name: (one.type, len(one.shape)) for one in session.get_inputs()}
    fits = "input_ids" in inputs and set(inputs) <= _INPUTS
    if not fits or any(kind != ("tensor(int64)", 2) for kind in inputs.values()):
        raise ArtifactError(
            f"the graph of {model} takes {inputs}; it must take input_ids, and may take "
            "attention_mask and token_type_ids, all int64 [batch, tokens]"
        )
    outputs = [(one.type, one.shape[1:]) for one in session.get_outputs()]
    if outputs != [("tensor(float)", [len(CLASSES)])]:
        raise ArtifactError(
            f"the graph of {model} gives {outputs}; it must give one output, "
            f"float [batch, {len(CLASSES)}]"
        )
