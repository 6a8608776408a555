"""The compact model in PyTorch: a BERT encoder, pooling, and two small layers.

Needs PyTorch: runs in .venv-model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import BertConfig, BertModel

from training.corpus import LABELS
from training.vocabulary import pruned_tokenizer

ARCHITECTURE = "PooledClassifier"
POOLINGS = ("mean", "first")
"""What the head reads: the mean of all tokens, or the first token. With the latter most of the last
layer need not be computed (training/first_token.py)."""
HEAD_DROPOUT = 0.1


class PooledClassifier(nn.Module):  # type: ignore[misc] # torch is not in the app's environment
    """Token ids and mask, both [batch, tokens], to logits [batch, labels]."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.config = config
        self.pooling = getattr(config, "pooling", "mean")
        self.bert = BertModel(config, add_pooling_layer=False)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.dropout = nn.Dropout(HEAD_DROPOUT)
        self.classifier = nn.Linear(config.hidden_size, len(LABELS))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Logits; padding counts neither in attention nor in the mean."""
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        if self.pooling == "first":
            pooled = hidden[:, 0]
        else:
            weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * weight).sum(1) / weight.sum(1)
        return self.classifier(self.dropout(torch.tanh(self.dense(pooled))))


def from_encoder(
    folder: Path, max_tokens: int, pooling: str = "mean"
) -> tuple[PooledClassifier, str]:
    """A new classifier with a pretrained encoder's weights, and the text of its tokenizer.json.

    The vocabulary is pruned (training/vocabulary.py), the positions are cut to `max_tokens`.
    """
    tokenizer, kept = pruned_tokenizer((folder / "tokenizer.json").read_text(encoding="utf-8"))
    encoder = BertModel.from_pretrained(folder, add_pooling_layer=False)
    embeddings = encoder.embeddings
    _shorten(embeddings.word_embeddings, kept)
    _shorten(embeddings.position_embeddings, list(range(max_tokens)))
    config = encoder.config
    config.vocab_size, config.max_position_embeddings = len(kept), max_tokens
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    config.architectures, config.pooling = [ARCHITECTURE], pooling
    network = PooledClassifier(config)
    network.bert.load_state_dict(encoder.state_dict(), strict=False)
    return network, tokenizer


def save(network: PooledClassifier, tokenizer: str, training: dict[str, Any], folder: Path) -> None:
    """Write a folder that `load` and `training/export.py` read."""
    folder.mkdir(parents=True, exist_ok=True)
    network.config.save_pretrained(folder)
    torch.save(network.state_dict(), folder / "weights.pt")
    (folder / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    (folder / "training.json").write_text(json.dumps(training, indent=2) + "\n", encoding="utf-8")


def load(folder: Path, pooling: str = "") -> PooledClassifier:
    """The classifier that `save` wrote, in evaluation mode.

    With `pooling` it gets another pooling than it was saved with, and must then be trained again.
    """
    config = BertConfig.from_pretrained(folder, attn_implementation="eager")
    config.pooling = pooling or getattr(config, "pooling", "mean")
    network = PooledClassifier(config)
    network.load_state_dict(torch.load(folder / "weights.pt", weights_only=True))
    network.eval()
    return network


def _shorten(embedding: nn.Embedding, rows: list[int]) -> None:
    embedding.weight = nn.Parameter(embedding.weight.detach()[rows].clone())
    embedding.num_embeddings = len(rows)
