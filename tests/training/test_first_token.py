"""The last layer, but for one token: the same answers from less work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import helper

from tests.model import tiny_roberta
from training.first_token import first_token_only
from training.quantise import quantise

Array = NDArray[Any]


def graph() -> onnx.ModelProto:
    return tiny_roberta.graph(tiny_roberta.weights())


def run(model: onnx.ModelProto, *, outputs: Iterable[str] | None = None) -> list[Array]:
    random = np.random.default_rng(3)
    ids = random.integers(4, tiny_roberta.VOCABULARY, (5, 12))
    mask = (np.arange(12) < random.integers(3, 13, (5, 1))).astype(np.int64)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    given = {"input_ids": np.where(mask, ids, tiny_roberta.PAD), "attention_mask": mask}
    return [np.asarray(one) for one in session.run(outputs, given)]


def shown(model: onnx.ModelProto, *names: str) -> onnx.ModelProto:
    """A copy that also gives these values, of any shape."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    copy.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    return copy


def test_the_answer_is_the_same() -> None:
    (expected,), (found,) = run(graph()), run(first_token_only(graph()))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert np.ptp(expected, axis=0).min() > 0.1


def test_only_the_first_token_goes_through_the_last_layer() -> None:
    values = [f"{layer}.{part}" for layer in range(2) for part in ("outed", "upped", "downed")]
    _, *found = run(shown(first_token_only(graph()), *values))
    assert [one.shape[1] for one in found] == [12, 12, 12, 1, 1, 1]


def test_only_the_first_token_asks_in_the_last_layer() -> None:
    less = first_token_only(graph())
    kinds = [node.op_type for node in less.graph.node]
    assert (kinds.count("Attention"), kinds.count("MultiHeadAttention")) == (1, 1)
    (attention,) = [node for node in less.graph.node if node.op_type == "MultiHeadAttention"]
    _, query, keys, answer = run(shown(less, *attention.input[:2], attention.output[0]))
    assert [one.shape[1] for one in (query, keys, answer)] == [1, 12, 1]


def test_no_weight_is_kept_that_nobody_reads() -> None:
    less = first_token_only(graph())
    read = {name for node in less.graph.node for name in node.input}
    assert {one.name for one in less.graph.initializer} <= read


def test_it_is_quantised_like_any_other() -> None:
    (whole,), (less,) = run(quantise(graph())), run(quantise(first_token_only(graph())))
    np.testing.assert_allclose(less, whole, rtol=1e-5, atol=1e-6)


def test_a_model_that_reads_all_tokens_is_left_alone() -> None:
    model = graph()
    (head,) = [node for node in model.graph.node if node.output[0] == "token"]
    mean = helper.make_node("ReduceMean", [head.input[0], "axis_1"], ["token"], keepdims=0)
    model.graph.initializer.append(helper.make_tensor("axis_1", onnx.TensorProto.INT64, [1], [1]))
    head.CopyFrom(mean)
    assert first_token_only(model) == model


def test_what_is_read_elsewhere_is_computed_whole() -> None:
    model = graph()
    model.graph.node.append(helper.make_node("Identity", ["1.downed"], ["all rows"]))
    changed = shown(first_token_only(model), "all rows")
    (expected, rows), (found, less) = run(shown(model, "all rows")), run(changed)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(less, rows, rtol=1e-5, atol=1e-5)


def test_a_last_token_is_not_a_first_one() -> None:
    model = graph()
    for constant in model.graph.initializer:
        if constant.name == "first":
            constant.CopyFrom(onnx.numpy_helper.from_array(np.array(-1), "first"))
    assert first_token_only(model) == model


def test_the_original_is_left_alone() -> None:
    model = graph()
    before = model.SerializeToString(deterministic=True)
    first_token_only(model)
    assert model.SerializeToString(deterministic=True) == before
