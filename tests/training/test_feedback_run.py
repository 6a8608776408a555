"""A candidate is trained from corrections, exported and measured, with a tiny network."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: ./dev model test")

from tests.training.tiny_network import EXAMPLES, written  # noqa: E402
from training.corpus import TrainingData  # noqa: E402
from training.feedback import train_candidate  # noqa: E402
from training.network import load  # noqa: E402


def test_a_candidate_goes_on_from_the_start(tmp_path: Path) -> None:
    start = written(tmp_path / "start", 1)
    data = TrainingData(EXAMPLES[:60], [], [], EXAMPLES[60:80], EXAMPLES[80:100], EXAMPLES[100:])
    options = argparse.Namespace(start=start, pooling="", rate=1e-3, epochs=1)
    train_candidate(EXAMPLES[:9], data, options, tmp_path / "net")
    before, after = load(start), load(tmp_path / "net")
    assert not torch.equal(before.classifier.weight, after.classifier.weight)
    assert '"corrections"' in (tmp_path / "net" / "training.json").read_text()
