"""A RoBERTa of two small layers, made on the spot: random weights, real architecture, real BPE.

`reference` computes it in plain numpy, text by text and without padding, so that the graph, the
batches and the quantisation can be held against something that shares no code with them.
"""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

LAYERS, HIDDEN, HEADS, INNER, VOCABULARY, WINDOW, PAD = 2, 32, 4, 64, 400, 32, 1
EPSILON = 1e-5
Array = NDArray[Any]
Weights = dict[str, Array]

_CORPUS = ["so good, love it", "this is not what I wanted", "hello there 😍🔥", "12:30 how much?"]


def tokenizer() -> Tokenizer:
    """Byte-level BPE with RoBERTa's special tokens, trained on a few sentences."""
    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(_CORPUS, trainer)
    made.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return made


def weights(seed: int = 7) -> Weights:
    """Random, but of sizes that make answers differ from text to text."""
    random = np.random.default_rng(seed)

    def draw(*shape: int) -> Array:
        return (random.standard_normal(shape) * 1.5 / math.sqrt(shape[-1])).astype(np.float32)

    made = {"words": draw(VOCABULARY, HIDDEN), "positions": draw(WINDOW + 2, HIDDEN)}
    sizes = {
        "qkv": (HIDDEN, 3 * HIDDEN),
        "out": (HIDDEN, HIDDEN),
        "up": (HIDDEN, INNER),
        "down": (INNER, HIDDEN),
    }
    for layer in range(LAYERS):
        for name, (rows, columns) in sizes.items():
            made[f"{layer}.{name}"] = draw(rows, columns)
            made[f"{layer}.{name}.bias"] = draw(columns) * np.float32(0.1)
    made["dense"], made["classes"] = draw(HIDDEN, HIDDEN), draw(HIDDEN, 3) * np.float32(0.4)
    made["gain"], made["shift"] = np.ones(HIDDEN, np.float32), np.zeros(HIDDEN, np.float32)
    return made


def graph(made: Weights) -> onnx.ModelProto:
    """What fuse.py gives for a RoBERTa: fused attention, normalisation and GELU, in float."""
    nodes = [
        _node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32),
        _node("CumSum", ["mask", "axis"], "counted"),
        _node("Mul", ["counted", "mask"], "numbered"),
        _node("Add", ["numbered", "pad"], "places"),
        _node("Gather", ["words", "input_ids"], "word"),
        _node("Gather", ["positions", "places"], "position"),
        _node("Add", ["word", "position"], "embedded"),
        _node("LayerNormalization", ["embedded", "gain", "shift"], "x0", axis=-1, epsilon=EPSILON),
    ]
    for layer in range(LAYERS):
        nodes += _layer_nodes(layer)
    nodes += [
        _node("Gather", [f"x{LAYERS}", "first"], "token", axis=1),
        _node("Gemm", ["token", "dense"], "pooled"),
        _node("Tanh", ["pooled"], "squashed"),
        _node("Gemm", ["squashed", "classes"], "logits"),
    ]
    constants = {
        **made,
        "axis": np.array(1, np.int64),
        "pad": np.array(PAD, np.int32),
        "first": np.array(0, np.int64),
    }
    ports = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    answer = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    made_graph = helper.make_graph(nodes, "tiny", ports, [answer], initializers)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made_graph, opset_imports=opsets, ir_version=10)


def _node(kind: str, inputs: list[str], output: str, **attributes: Any) -> onnx.NodeProto:
    return helper.make_node(kind, inputs, [output], **attributes)


def _layer_nodes(layer: int) -> list[onnx.NodeProto]:
    def name(part: str) -> str:
        return f"{layer}.{part}"

    microsoft = {"domain": "com.microsoft"}
    attended = [f"x{layer}", name("qkv"), name("qkv.bias"), "mask"]
    first = [name("outed"), f"x{layer}", "gain", "shift", name("out.bias")]
    second = [name("downed"), name("middle"), "gain", "shift", name("down.bias")]
    return [
        _node("Attention", attended, name("attended"), num_heads=HEADS, **microsoft),
        _node("MatMul", [name("attended"), name("out")], name("outed")),
        _node("SkipLayerNormalization", first, name("middle"), epsilon=EPSILON, **microsoft),
        _node("MatMul", [name("middle"), name("up")], name("upped")),
        _node("BiasGelu", [name("upped"), name("up.bias")], name("bent"), **microsoft),
        _node("MatMul", [name("bent"), name("down")], name("downed")),
        _node("SkipLayerNormalization", second, f"x{layer + 1}", epsilon=EPSILON, **microsoft),
    ]


def reference(made: Weights, ids: list[int]) -> Array:
    """Logits [3] of one text's tokens, computed without padding, in double precision."""
    exact = {name: value.astype(np.float64) for name, value in made.items()}
    x = exact["words"][ids] + exact["positions"][np.arange(len(ids)) + PAD + 1]
    x = _normalised(x)
    for layer in range(LAYERS):
        x = _normalised(x + _linear(exact, f"{layer}.out", _attention(exact, layer, x)))
        inner = _linear(exact, f"{layer}.up", x)
        bent = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        x = _normalised(x + _linear(exact, f"{layer}.down", bent))
    return np.asarray(np.tanh(x[0] @ exact["dense"]) @ exact["classes"])


def _attention(exact: Weights, layer: int, x: Array) -> Array:
    parts = np.split(_linear(exact, f"{layer}.qkv", x), 3, axis=-1)
    query, key, value = (part.reshape(len(x), HEADS, -1).swapaxes(0, 1) for part in parts)
    powers = np.exp(query @ key.swapaxes(1, 2) / math.sqrt(HIDDEN // HEADS))
    shares = powers / powers.sum(-1, keepdims=True)
    return np.asarray((shares @ value).swapaxes(0, 1).reshape(len(x), HIDDEN))


def _linear(exact: Weights, name: str, x: Array) -> Array:
    return np.asarray(x @ exact[name] + exact[f"{name}.bias"])


def _normalised(x: Array) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    return np.asarray(centred / np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON))


def write_artifact(folder: Path, model: onnx.ModelProto, **changes: Any) -> Path:
    """A whole artifact around `model`; `changes` overwrite fields of its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "model.onnx"))
    tokenizer().save(str(folder / "tokenizer.json"))
    digests = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("model.onnx", "tokenizer.json")
    }
    manifest = {
        "format": 1,
        "name": "tiny",
        "revision": digests["model.onnx"][:8],
        "source": "made by the tests",
        "licence": "MIT",
        "labels": ["negative", "neutral", "positive"],
        "max_tokens": WINDOW,
        "pad_id": PAD,
        "preprocessing": "plain-1",
        "temperature": 1.5,
        "quantisation": "rows",
        "files": digests,
        "quality": {},
        **changes,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
