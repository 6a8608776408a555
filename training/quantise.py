"""Rewrites a fused transformer graph to int8, so that a score does not depend on the batch.

The usual dynamic quantisation takes one range for a whole batch of activations, so that other texts
decide how coarsely a text is rounded. Here every row (one token's activations) has a range of its
own. Weights have one scale a column, embeddings one a row.

Activations take 8 bits; those that come from a GELU use nearly all steps for values above zero.
Weights take 7 bits: a sum of two products then always fits the 16 bits in which processors without
VNNI add them up, so every processor computes the same integers. (7-bit activations and 8-bit
weights were measured and agree less with PyTorch.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

ACTIVATION_STEPS = 127
"""Steps of activations (8 bits) on each side of the zero point."""
ZERO = 128
"""The zero point of activations, which are unsigned because the fast kernels take unsigned ones."""
WEIGHT_STEPS = 63
"""Steps of weights (7 bits) on each side of zero."""
TABLE_STEPS = 127
"""Steps of embeddings (8 bits, since they enter no product) on each side of zero."""
MICROSOFT = "com.microsoft"
_SMALLEST = 1e-12
"""The range of a row of zeros: a scale must not be 0."""
_GELUS = {"BiasGelu", "FastGelu", "Gelu"}
_GELU_BOTTOM = 0.17
"""No GELU falls below minus this, so only the maximum of a row has to be computed."""
GELU_ZERO = 32
"""The zero point of a GELU's output: few steps below zero leave finer steps above. Most of the
error of 8 bits arises there."""

Array = NDArray[Any]
Product = Callable[["Rewriter", str, str, str], str]
"""(rewriter, source, weight, name): adds nodes for source @ weight; returns `name`, the output."""


class Rewriter:
    """A graph while it is rewritten: its constants, and the new graph's nodes in order."""

    def __init__(self, model: onnx.ModelProto, product: Product) -> None:
        self.graph = model.graph
        self.product = product
        self.constants = {one.name: numpy_helper.to_array(one) for one in self.graph.initializer}
        self.nodes: list[onnx.NodeProto] = []
        self.rows: dict[str, tuple[str, str, str]] = {}
        self.kinds = {name: node.op_type for node in model.graph.node for name in node.output}

    def add(self, kind: str, inputs: list[str], name: str, **attributes: Any) -> str:
        """Append a node whose output is called `name`; returns `name`."""
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: Array) -> str:
        """Add a constant unless there is one of that name; returns `name`."""
        self.constants.setdefault(name, value)
        return name

    def finish(self) -> None:
        """Put the new nodes into the graph, with only the constants that they use, in order."""
        used = {name for node in self.nodes for name in node.input}
        del self.graph.node[:], self.graph.initializer[:], self.graph.value_info[:]
        self.graph.node.extend(self.nodes)
        self.graph.initializer.extend(
            numpy_helper.from_array(value, name)
            for name, value in self.constants.items()
            if name in used
        )


def quantise(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy with int8 matrices and embeddings; all else stays in float."""
    return rewrite(model, row_product)


def rewrite(model: onnx.ModelProto, product: Product) -> onnx.ModelProto:
    """A copy with int8 embeddings, and with products of rows and constant matrices by `product`.

    Attention is split into its projection, which is such a product, and attention proper.
    `product` is a parameter so that other ways to quantise can be compared with ours.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    rewriter = Rewriter(copy, product)
    for node in list(copy.graph.node):
        _rewrite_node(rewriter, node)
    rewriter.finish()
    import_microsoft(copy)
    return copy


def quantise_columns(weight: Array, steps: int = WEIGHT_STEPS) -> tuple[Array, Array]:
    """[in, out] float as int8 and one scale a column, [out]."""
    scale = np.maximum(np.abs(weight).max(axis=0), _SMALLEST) / steps
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


def quantise_rows(table: Array) -> tuple[Array, Array]:
    """[words, size] float as int8 and one scale a row, [words, 1]."""
    values, scale = quantise_columns(table.T, TABLE_STEPS)
    return np.ascontiguousarray(values.T), scale[:, None]


def _rewrite_node(rewriter: Rewriter, node: onnx.NodeProto) -> None:
    constant = rewriter.constants.get(node.input[1]) if len(node.input) > 1 else None
    first = rewriter.constants.get(node.input[0]) if node.input else None
    if node.op_type == "Attention":
        _attention(rewriter, node)
    elif node.op_type == "SkipLayerNormalization":
        _normalisation(rewriter, node)
    elif node.op_type == "MatMul" and constant is not None and constant.ndim == 2:
        rewriter.product(rewriter, node.input[0], node.input[1], node.output[0])
    elif node.op_type == "Gather" and first is not None and first.ndim == 2 and len(first) > 2:
        _lookup(rewriter, node)
    else:
        rewriter.nodes.append(node)


def _attention(rewriter: Rewriter, node: onnx.NodeProto) -> None:
    """Attention with its projection inside → the projection in int8, then attention in float."""
    source, weight, bias, *mask = node.input
    name = node.output[0]
    heads = next(one.i for one in node.attribute if one.name == "num_heads")
    projected = rewriter.product(rewriter, source, weight, f"{name}_qkv")
    parts = [f"{name}_{letter}" for letter in "qkv"]
    rewriter.nodes.append(
        helper.make_node("Split", [projected], parts, name=f"{name}_split", axis=-1, num_outputs=3)
    )
    inputs = [*parts, bias, *mask]
    rewriter.add("MultiHeadAttention", inputs, name, domain=MICROSOFT, num_heads=heads)


def _normalisation(rewriter: Rewriter, node: onnx.NodeProto) -> None:
    """SkipLayerNormalization as separate nodes, which are far faster in ONNX Runtime on CPUs."""
    source, skipped, gain, shift, *bias = node.input
    name = node.output[0]
    epsilon = next(one.f for one in node.attribute if one.name == "epsilon")
    total = rewriter.add("Add", [source, skipped], f"{name}_sum")
    if bias:
        total = rewriter.add("Add", [total, *bias], f"{name}_biased")
    inputs = [total, gain, shift]
    rewriter.add("LayerNormalization", inputs, name, axis=-1, epsilon=epsilon)


def float_product(rewriter: Rewriter, source: str, weight: str, name: str) -> str:
    """`source` @ `weight` in float."""
    return rewriter.add("MatMul", [source, weight], name)


def row_product(rewriter: Rewriter, source: str, weight: str, name: str) -> str:
    """`source` @ `weight` with int8 weights, every row of `source` quantised by its own range."""
    values, scale = quantise_columns(rewriter.constants[weight])
    rows, row_scale, zero = _quantise_source(rewriter, source)
    inputs = [
        rows,
        rewriter.constant(f"{weight}_int8", values),
        rewriter.constant("one", np.float32(1.0)[...]),
        rewriter.constant(f"{weight}_scale", scale),
        zero,
    ]
    product = rewriter.add("MatMulIntegerToFloat", inputs, f"{name}_steps", domain=MICROSOFT)
    return rewriter.add("Mul", [product, row_scale], name)


def _quantise_source(rewriter: Rewriter, source: str) -> tuple[str, str, str]:
    """Names of `source` as uint8, of its scales [..., 1] and of its zero point; added once."""
    if source not in rewriter.rows:
        rewriter.rows[source] = _row_quantisation(rewriter, source)
    return rewriter.rows[source]


def _row_quantisation(rewriter: Rewriter, source: str) -> tuple[str, str, str]:
    scale, zero = _row_scale(rewriter, source)
    scaled = rewriter.add("Div", [source, scale], f"{source}_scaled")
    unit = rewriter.constant("one", np.float32(1.0)[...])
    rows = rewriter.add("QuantizeLinear", [scaled, unit, zero], f"{source}_rows")
    return rows, scale, zero


def _row_scale(rewriter: Rewriter, source: str) -> tuple[str, str]:
    """Names of the scales of the rows of `source`, [..., 1], and of the zero point.

    From a row's maximum and minimum, which takes half as long as from its absolute values.
    """
    axes = rewriter.constant("last_axis", np.array([-1], dtype=np.int64))
    top = rewriter.add("ReduceMax", [source, axes], f"{source}_top", keepdims=1)
    if rewriter.kinds.get(source) in _GELUS:
        steps = rewriter.constant("gelu_steps", np.float32(1 / (255 - GELU_ZERO))[...])
        above = rewriter.add("Mul", [top, steps], f"{source}_above")
        below = rewriter.constant("gelu_below", np.float32(_GELU_BOTTOM / GELU_ZERO)[...])
        zero = rewriter.constant("gelu_zero", np.uint8(GELU_ZERO)[...])
        return rewriter.add("Max", [above, below], f"{source}_row_scale"), zero
    bottom = rewriter.add("ReduceMin", [source, axes], f"{source}_bottom", keepdims=1)
    negated = rewriter.add("Neg", [bottom], f"{source}_below")
    ends = [top, negated, rewriter.constant("smallest", np.float32(_SMALLEST)[...])]
    farthest = rewriter.add("Max", ends, f"{source}_range")
    steps = rewriter.constant("steps", np.float32(1 / ACTIVATION_STEPS)[...])
    zero = rewriter.constant("zero", np.uint8(ZERO)[...])
    return rewriter.add("Mul", [farthest, steps], f"{source}_row_scale"), zero


def _lookup(rewriter: Rewriter, node: onnx.NodeProto) -> None:
    """A Gather from an embedding table → one from an int8 table, scaled by the row's own scale."""
    table, ids = node.input
    name = node.output[0]
    values, scale = quantise_rows(rewriter.constants[table])
    steps = rewriter.add(
        "Gather", [rewriter.constant(f"{table}_int8", values), ids], f"{name}_steps"
    )
    scales = rewriter.add(
        "Gather", [rewriter.constant(f"{table}_scale", scale), ids], f"{name}_scales"
    )
    number = rewriter.add("Cast", [steps], f"{name}_number", to=TensorProto.FLOAT)
    rewriter.add("Mul", [number, scales], name)


def import_microsoft(model: onnx.ModelProto) -> None:
    """Declare the domain of ONNX Runtime's own kinds of nodes, unless it is declared."""
    if MICROSOFT not in {one.domain for one in model.opset_import}:
        model.opset_import.append(helper.make_opsetid(MICROSOFT, 1))
