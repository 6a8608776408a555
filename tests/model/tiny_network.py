"""A tiny classifier in PyTorch and texts that it can learn; for tests in the tools' environment."""

from __future__ import annotations

import torch
from transformers import BertConfig

from model.corpus import Example
from model.network import PooledClassifier
from tests.model import tiny_roberta

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
