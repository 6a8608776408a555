"""What an analyzer says of each domain, kept in a file so that it is asked once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from model.analyzer import Analyzer
from training.corpus import Example
from training.evaluate import labels_of, probabilities
from training.quantify import Scored


def score_domains(
    analyzer: Analyzer, domains: Mapping[str, Sequence[Example]], cache: Path | None
) -> dict[str, Scored]:
    """Each domain scored. `cache`: a folder where scores are kept by model and texts."""
    return {name: _score(analyzer, examples, cache) for name, examples in domains.items()}


def _score(analyzer: Analyzer, examples: Sequence[Example], cache: Path | None) -> Scored:
    labels = labels_of(examples)
    if cache is None:
        return Scored(probabilities(analyzer, examples), labels)
    digest = hashlib.sha256(analyzer.model.encode())
    for one in examples:
        digest.update(b"\0" + one.text.encode("utf-8", "surrogatepass"))
    file = cache / f"{digest.hexdigest()[:24]}.npy"
    if not file.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        np.save(file, probabilities(analyzer, examples))
    return Scored(np.load(file, allow_pickle=False), labels)
