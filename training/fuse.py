"""Converts a PyTorch sequence classifier to ONNX, with fused attention, normalisation and GELU.

Needs PyTorch: runs in .venv-model.
"""

from __future__ import annotations

import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import onnx
import torch
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from torch import nn

from training.quantise import import_microsoft

OPSET = 18


class Shape(NamedTuple):
    """An encoder's size; it tells how many fused nodes of each kind the graph must have."""

    layers: int
    heads: int
    hidden: int


class FusionError(Exception):
    """ONNX Runtime's optimizer did not recognise the model's attention."""


class _Logits(nn.Module):  # type: ignore[misc] # torch is not in the app's environment
    """Any classifier, of Hugging Face or ours, as (ids, mask) → logits."""

    def __init__(self, classifier: nn.Module) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        answer = self.classifier(input_ids=input_ids, attention_mask=attention_mask)
        return answer if isinstance(answer, torch.Tensor) else answer.logits


def fused_graph(classifier: nn.Module, shape: Shape) -> onnx.ModelProto:
    """The classifier, loaded with attn_implementation="eager", as a fused float graph.

    Inputs input_ids and attention_mask, int64 [batch, tokens]; output logits, float [batch, 3].
    Raises FusionError if a layer was not fused: the graph would be correct, but slow.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        export_plain(classifier, file)
        options = FusionOptions("bert")
        options.enable_embed_layer_norm = False  # its embeddings would stay float
        optimized = optimize_model(
            str(file),
            "bert",
            num_heads=shape.heads,
            hidden_size=shape.hidden,
            optimization_options=options,
            opt_level=0,
        )
    model: onnx.ModelProto = optimized.model
    import_microsoft(model)
    _check_fusion(model, shape)
    return model


def export_plain(classifier: nn.Module, file: Path) -> None:
    """Write the classifier as a plain float graph, nothing fused."""
    ids = torch.randint(5, 100, (2, 9))
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    axes = {0: "batch", 1: "tokens"}
    names = ["input_ids", "attention_mask"]
    with warnings.catch_warnings():
        # The optimizer's patterns are those of this exporter, which PyTorch calls its legacy one.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Logits(classifier).eval(),
            (ids, mask),
            str(file),
            input_names=names,
            output_names=["logits"],
            dynamic_axes={**dict.fromkeys(names, axes), "logits": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )


def _check_fusion(model: onnx.ModelProto, shape: Shape) -> None:
    counts: Any = Counter(node.op_type for node in model.graph.node)
    expected = {
        "Attention": shape.layers,
        "SkipLayerNormalization": 2 * shape.layers,
        "BiasGelu": shape.layers,
    }
    actual = {kind: counts[kind] for kind in expected}
    if actual != expected:
        raise FusionError(
            f"ONNX Runtime fused {actual} instead of {expected}: load the model with "
            'attn_implementation="eager", and check that it is a BERT-like encoder'
        )
