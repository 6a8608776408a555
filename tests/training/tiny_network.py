"""A tiny classifier in PyTorch and texts that it can learn; for the tests that need PyTorch."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig

from tests.model import tiny_roberta
from training.corpus import Example
from training.network import PooledClassifier, save

EXAMPLES = [
    Example(f"{text} {number}", label)
    for number in range(40)
    for label, text in enumerate(["what I wanted", "hello there", "so good"])
]


def net(seed: int) -> PooledClassifier:
    """With random weights, in evaluation mode."""
    torch.manual_seed(seed)
    size = {"vocab_size": tiny_roberta.VOCABULARY, "hidden_size": 32, "num_hidden_layers": 1}
    heads = {"num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 128}
    made = PooledClassifier(BertConfig(**size, **heads))
    made.eval()
    return made


def written(folder: Path, seed: int) -> Path:
    """Save a tiny network as an earlier training leaves it."""
    training = {"seeds": str(seed), "chosen_by": {}, "recipe": {}}
    save(net(seed), tiny_roberta.tokenizer().to_str(), training, folder)
    return folder


def options(folder: Path, **changes: Any) -> argparse.Namespace:
    """Of a training that starts from a saved tiny network."""
    given: dict[str, Any] = {
        "start": written(folder / "start", 1),
        "pooling": "first",
        "rate": 3e-3,
        "epochs": 2,
        "steps": None,
        "work": folder / "work",
        "teachers": [],
        "teacher_shares": None,
    }
    return argparse.Namespace(**given | changes)
