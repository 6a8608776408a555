"""Scores are kept by model and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from model.analyzer import Prediction
from training.corpus import Example
from training.scoring import score_domains


@dataclass
class Counting:
    model: str = "m@1"
    asked: list[str] = field(default_factory=list)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        self.asked += texts
        return [Prediction(0.1, 0.2, 0.7) for _ in texts]


def test_a_domain_is_scored_once_for_each_model_and_its_texts(tmp_path: Path) -> None:
    domains = {"a": [Example("x", 0), Example("y", 2)]}
    first, second = Counting(), Counting()
    found = score_domains(first, domains, tmp_path)
    assert found["a"].labels.tolist() == [0, 2]
    assert found["a"].probabilities[1].tolist() == pytest.approx([0.1, 0.2, 0.7])
    score_domains(second, domains, tmp_path)
    assert (first.asked, second.asked) == (["x", "y"], [])
    score_domains(second, {"a": [Example("x", 0)]}, tmp_path)
    score_domains(Counting("m@2", second.asked), domains, tmp_path)
    assert second.asked == ["x", "x", "y"]
