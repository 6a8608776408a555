"""Which topic a text is about, from vectors of meaning; `other` when none fits.

With few examples a topic is a place: the mean of the vectors of its name and examples, and a text
belongs to the nearest one that is near enough. With `ENOUGH` examples of every topic a classifier
is fitted to them: ridge regression, whose solution is one step and whose answer for an example that
was left out is known exactly without fitting again. So its threshold is set on answers to texts it
has not seen, and a job needs no training library. docs/decisions/0040-topics.md says
why not by logistic regression.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from undertone.insights.asked import Topic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Exact = NDArray[np.float64]

OTHER = 0
"""The key of no topic; those that were asked for are 1, 2, …"""
ENOUGH = 10
"""Examples of each topic from which on a classifier is fitted."""
NEAR_NAME, NEAR_EXAMPLES = 0.2, 0.33
"""Least cosine between a text and its topic, if that has a name alone or examples as well."""
RIDGE = 1.0
_KEPT = 0.8
"""Share of the examples that, left out, must not become `other`. All four figures were chosen on
SemEval-2014's training set (`./dev bench insights`)."""


class Encodes(Protocol):
    """The part of `model.encoder.Encoder` that is used here."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """[texts, size], each row of length 1."""


class Classified(NamedTuple):
    """A text's topic, and how sure it is: a cosine, or the fitted classifier's answer."""

    topic: int
    score: float


class TopicModel:
    """Decides between topics; the same texts always get the same answers."""

    def __init__(self, topics: Sequence[Topic], encoder: Encodes) -> None:
        self.is_fitted = len(topics) > 1 and all(len(t.examples) >= ENOUGH for t in topics)
        names = encoder.encode([topic.name for topic in topics])
        examples = [encoder.encode(topic.examples) for topic in topics]
        if self.is_fitted:
            self._columns: NDArray[Any]
            self._columns, least = _fit(examples)
            self._least = [least] * len(topics)
        else:
            self._columns = _places(names, examples)
            self._least = [NEAR_EXAMPLES if t.examples else NEAR_NAME for t in topics]

    def classify(self, vectors: Floats) -> list[Classified]:
        """The topic of each row of `vectors`."""
        rows = _with_constant(vectors) if self.is_fitted else vectors
        scores = rows @ self._columns
        best = (scores - self._least).argmax(axis=1)
        return [
            Classified(
                int(column) + 1 if row[column] >= self._least[column] else OTHER, float(row[column])
            )
            for column, row in zip(best, scores, strict=True)
        ]


def _places(names: Floats, examples: Sequence[Floats]) -> Floats:
    """[size, topics]: where each topic is, of length 1."""
    import numpy as np  # noqa: PLC0415 - only with topics

    rows = [
        np.concatenate([name[None], own]).mean(axis=0)
        for name, own in zip(names, examples, strict=True)
    ]
    return np.asarray([row / np.linalg.norm(row) for row in rows], dtype=np.float32).T


def _with_constant(vectors: Floats) -> Floats:
    import numpy as np  # noqa: PLC0415 - only with topics

    return np.hstack([vectors, np.ones((len(vectors), 1), dtype=np.float32)])


def _fit(examples: Sequence[Floats]) -> tuple[Exact, float]:
    """[size + 1, topics] and the least answer that is not `other`.

    The answer to an example that was left out is y - (y - ŷ) / (1 - h), where h is its leverage
    (Cook and Weisberg 1982). The threshold keeps `_KEPT` of the answers for the right topic.
    """
    import numpy as np  # noqa: PLC0415 - only with topics

    rows = _with_constant(np.concatenate(list(examples))).astype(np.float64)
    labels = np.repeat(np.arange(len(examples)), [len(own) for own in examples])
    wanted = np.eye(len(examples))[labels]
    weight = np.diag(1 / wanted.sum(axis=0))  # every topic counts the same, however many examples
    balance = (wanted @ weight).sum(axis=1) * len(rows) / len(examples)
    weighted = rows * balance[:, None]
    inverse = np.linalg.inv(rows.T @ weighted + RIDGE * np.eye(rows.shape[1]))
    columns = inverse @ weighted.T @ wanted
    leverage = np.einsum("ij,jk,ik->i", rows, inverse, weighted)
    left_out = wanted - (wanted - rows @ columns) / (1 - leverage)[:, None]
    right = left_out[np.arange(len(rows)), labels]
    return columns, float(np.quantile(right, 1 - _KEPT))
