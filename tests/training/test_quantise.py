from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from tests.model import tiny_roberta
from training.quantise import WEIGHT_STEPS, quantise, quantise_columns, quantise_rows

Array = NDArray[Any]


def product_graph(weight: Array) -> onnx.ModelProto:
    node = helper.make_node("MatMul", ["rows", "weight"], ["out"])
    shapes = [["n", weight.shape[0]], ["n", weight.shape[1]]]
    given, answer = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in zip(("rows", "out"), shapes, strict=True)
    )
    constants = [numpy_helper.from_array(weight, "weight")]
    graph = helper.make_graph([node], "product", [given], [answer], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def run(model: onnx.ModelProto, rows: Array) -> Array:
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"rows": rows})[0])


@given(st.integers(0, 2**31), st.floats(1e-4, 1e4))
def test_a_rounded_weight_is_within_half_a_step(seed: int, size: float) -> None:
    weight = (np.random.default_rng(seed).standard_normal((6, 4)) * size).astype(np.float32)
    values, scale = quantise_columns(weight)
    assert np.abs(values).max() <= WEIGHT_STEPS
    assert (np.abs(values * scale - weight) <= scale * 0.501).all()
    table, row_scale = quantise_rows(weight)
    assert (np.abs(table * row_scale - weight) <= row_scale * 0.501).all()


def test_a_column_of_zeros_stays_zero() -> None:
    values, scale = quantise_columns(np.zeros((3, 2), np.float32))
    assert not values.any()
    assert np.isfinite(scale).all()


def test_the_largest_values_are_added_up_exactly() -> None:
    """Sums that would overflow 16 bits are cut on processors without VNNI; ours must not be."""
    weight = np.ones((64, 8), np.float32)
    rows = np.ones((2, 64), np.float32)
    rows[1] = -1
    expected = np.array([[64.0], [-64.0]]) * np.ones(8)
    np.testing.assert_allclose(run(quantise(product_graph(weight)), rows), expected, rtol=1e-6)


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.integers(1, 20), st.integers(1, 20))
def test_a_row_is_the_same_in_any_company(seed: int, before: int, after: int) -> None:
    random = np.random.default_rng(seed)
    model = quantise(product_graph(random.standard_normal((32, 16)).astype(np.float32)))
    row = random.standard_normal((1, 32)).astype(np.float32)
    crowd = (random.standard_normal((before + after, 32)) * 1000).astype(np.float32)
    together = run(model, np.vstack([crowd[:before], row, crowd[before:]]))
    assert together[before].tobytes() == run(model, row)[0].tobytes()


def test_a_row_of_zeros_gives_zeros() -> None:
    model = quantise(product_graph(np.ones((8, 3), np.float32)))
    assert not run(model, np.zeros((1, 8), np.float32)).any()


def test_a_product_is_near_the_float_one() -> None:
    random = np.random.default_rng(4)
    weight = random.standard_normal((128, 32)).astype(np.float32)
    rows = random.standard_normal((50, 128)).astype(np.float32)
    exact = rows @ weight
    error = np.abs(run(quantise(product_graph(weight)), rows) - exact).max()
    assert error < 0.03 * np.abs(exact).max()


def test_every_large_matrix_of_a_transformer_becomes_int8() -> None:
    graph = quantise(tiny_roberta.graph(tiny_roberta.weights())).graph
    kinds = Counter(node.op_type for node in graph.node)
    assert kinds["MatMulIntegerToFloat"] == 4 * tiny_roberta.LAYERS
    assert kinds["MultiHeadAttention"] == tiny_roberta.LAYERS
    assert not {"MatMul", "Attention", "SkipLayerNormalization"} & set(kinds)
    largest = max((one for one in graph.initializer if one.data_type == TensorProto.FLOAT),
                  key=lambda one: int(np.prod(one.dims)))  # fmt: skip
    assert largest.name == "dense"


def test_the_original_graph_is_left_alone() -> None:
    model = tiny_roberta.graph(tiny_roberta.weights())
    before = model.SerializeToString(deterministic=True)
    quantise(model)
    assert model.SerializeToString(deterministic=True) == before


@pytest.mark.parametrize("size", [1e-20, 1e20])
def test_extreme_rows_stay_finite(size: float) -> None:
    model = quantise(product_graph(np.eye(8, dtype=np.float32)))
    assert np.isfinite(run(model, np.full((1, 8), size, np.float32))).all()


def gelu_graph(weight: Array) -> onnx.ModelProto:
    model = product_graph(weight)
    gelu = helper.make_node("Gelu", ["rows"], ["bent"], domain="com.microsoft")
    model.graph.node.insert(0, gelu)
    model.graph.node[1].input[0] = "bent"
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return model


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.sampled_from([1e-3, 0.1, 1.0, 5.0, 100.0]))
def test_what_a_gelu_gives_is_rounded_finely_above_zero(seed: int, size: float) -> None:
    """Each of its values is off by half a step at most, and a step is near a 223rd of the top."""
    rows = (np.random.default_rng(seed).standard_normal((4, 16)) * size).astype(np.float32)
    bent = run(shown_bent(gelu_graph(np.eye(16, dtype=np.float32))), rows)
    found = run(quantise(gelu_graph(np.eye(16, dtype=np.float32))), rows)
    step = np.maximum(bent.max(axis=1) / 223, 0.17 / 32)
    assert (np.abs(found - bent) <= step[:, None] * 0.51).all()


def shown_bent(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph before its product."""
    del model.graph.node[1]
    model.graph.node[0].output[0] = "out"
    return model
