"""How good predictions are: labels are ints [texts], probabilities [texts, classes]."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Probabilities = NDArray[np.float64]
BINS = 15
"""Bins of equal width for the calibration error, as in Guo et al. 2017."""


class Quality(NamedTuple):
    """Shares are 0 to 1. `confusion[true][predicted]` counts texts; the recall of a class without
    texts is nan."""

    texts: int
    macro_recall: float
    f1_positive_negative: float
    accuracy: float
    calibration_error: float
    recalls: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...]


def quality(labels: Labels, probabilities: Probabilities) -> Quality:
    """TweetEval's sentiment metric (macro recall), and those that SemEval reports with it.

    The macro recall is over the classes that occur, so that it means something for slices.
    """
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    right, true, chosen = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
    with np.errstate(invalid="ignore"):
        recalls = right / true
        f1 = 2 * right / (true + chosen)
    return Quality(
        texts=len(labels),
        macro_recall=float(np.nanmean(recalls)),
        f1_positive_negative=float(np.mean(f1[[0, -1]])),
        accuracy=float(right.sum() / len(labels)),
        calibration_error=calibration_error(labels, probabilities),
        recalls=tuple(map(float, recalls)),
        confusion=tuple(tuple(map(int, row)) for row in confusion),
    )


def calibration_error(labels: Labels, probabilities: Probabilities) -> float:
    """Expected calibration error: mean gap of confidence and accuracy over bins of confidence."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    gap = np.bincount(bins, confidence - right, minlength=BINS)
    return float(np.abs(gap).sum() / len(labels))


def softmax(logits: Probabilities, temperature: float = 1.0) -> Probabilities:
    """Row by row. A temperature above 1 makes answers less sure; the likeliest class stays."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


def fit_temperature(labels: Labels, logits: Probabilities) -> float:
    """The temperature with the least log loss, by golden section over 0.3…5 to 0.001."""
    low, high = 0.3, 5.0
    ratio = (5**0.5 - 1) / 2
    while high - low > 1e-3:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if _log_loss(labels, logits, left) < _log_loss(labels, logits, right):
            high = right
        else:
            low = left
    return round((low + high) / 2, 3)


def _log_loss(labels: Labels, logits: Probabilities, temperature: float) -> float:
    chosen = softmax(logits, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())
