from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.analyzer import ArtifactError
from model.factory import build
from model.onnx_analyzer import OnnxAnalyzer
from model.windows import MAX_WINDOWS
from tests.model import tiny_roberta

TEXTS = [
    "so good, love it",
    "this is not what I wanted",
    "hello there 😍🔥",
    "12:30 how much?",
    "no",
    "",
    "I love it so much that this is what I wanted there",
]


def shares(logits: object, temperature: float = 1.5) -> list[float]:
    powers = np.exp(np.asarray(logits, dtype=np.float64) / temperature)
    return list(map(float, powers / powers.sum()))


def expected(text: str) -> list[float]:
    ids = tiny_roberta.tokenizer().encode(text).ids
    return shares(tiny_roberta.reference(tiny_roberta.weights(), ids))


def test_float_graph_equals_the_numpy_reference(tiny_float: Path) -> None:
    answers = OnnxAnalyzer.load(tiny_float).predict(TEXTS)
    for text, answer in zip(TEXTS, answers, strict=True):
        assert list(answer[:3]) == pytest.approx(expected(text), abs=1e-5)
    assert len({answer.positive for answer in answers}) == len(TEXTS)


def test_int8_graph_is_near_the_reference(tiny: Path) -> None:
    answers = OnnxAnalyzer.load(tiny).predict(TEXTS)
    for text, answer in zip(TEXTS, answers, strict=True):
        assert list(answer[:3]) == pytest.approx(expected(text), abs=0.03)


def test_probabilities_sum_to_one(tiny: Path) -> None:
    for answer in OnnxAnalyzer.load(tiny).predict(TEXTS):
        assert sum(answer[:3]) == pytest.approx(1, abs=1e-6)


def test_a_score_does_not_depend_on_its_company(tiny: Path) -> None:
    texts = [f"{text} {number}" for number in range(30) for text in TEXTS]
    alone = {text: OnnxAnalyzer.load(tiny).predict([text])[0] for text in texts[:20]}
    shuffled = random.Random(3).sample(texts, len(texts))
    together = dict(zip(shuffled, OnnxAnalyzer.load(tiny).predict(shuffled), strict=True))
    assert {text: together[text] for text in alone} == alone


def test_same_texts_same_answers_whatever_came_before(tiny: Path) -> None:
    analyzer = OnnxAnalyzer.load(tiny)
    first = analyzer.predict(TEXTS)
    analyzer.predict([f"something else {number}" for number in range(6000)])
    assert analyzer.predict(TEXTS) == first
    assert analyzer.predict(TEXTS[::-1]) == first[::-1]
    assert OnnxAnalyzer.load(tiny, threads=1).predict(TEXTS) == first


def test_equal_texts_are_scored_once(tiny: Path) -> None:
    runs: list[int] = []

    class Counting(OnnxAnalyzer):
        def logits(self, token_ids: object) -> object:  # type: ignore[override]
            runs.append(len(token_ids))  # type: ignore[arg-type]
            return super().logits(token_ids)  # type: ignore[arg-type]

    analyzer = Counting.load(tiny)
    analyzer.predict(["first", "no", "first", " first  ", "no"])
    analyzer.predict(["no", "new"])
    assert runs == [2, 1]


def test_threads_get_their_own_answers(tiny: Path) -> None:
    analyzer = OnnxAnalyzer.load(tiny)
    alone = [analyzer.predict([text]) for text in TEXTS]
    fresh = OnnxAnalyzer.load(tiny)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: fresh.predict([text]), TEXTS)) == alone


class Watched:
    """A session that does something before each of its runs."""

    def __init__(self, session: Any, before: Callable[[], object]) -> None:
        self._session = session
        self._before = before

    def run(self, *given: object) -> object:
        self._before()
        return self._session.run(*given)


def test_batches_are_scored_on_all_cores_at_once(tiny: Path) -> None:
    analyzer = OnnxAnalyzer.load(tiny, threads=2)
    ids = [[0, word, word, 2] for word in (5, 6, 7, 8)]
    expected = analyzer.logits(ids)
    meeting = threading.Barrier(2, timeout=30)  # broken, and so an error, if one comes alone
    analyzer._session = Watched(analyzer._session, meeting.wait)
    np.testing.assert_array_equal(analyzer.logits(ids), expected)


def test_a_failed_run_is_not_swallowed(tiny: Path) -> None:
    def fail() -> None:
        raise MemoryError("no memory for this batch")

    analyzer = OnnxAnalyzer.load(tiny, threads=2)
    analyzer._session = Watched(analyzer._session, fail)
    with pytest.raises(MemoryError, match="no memory for this batch"):
        analyzer.predict(TEXTS)


def test_a_long_text_is_scored_in_windows(tiny_float: Path) -> None:
    text = "so good, love it and hello there " * 6
    tokenizer = tiny_roberta.tokenizer()
    inner = tokenizer.encode(text.strip(), add_special_tokens=False).ids
    room = tiny_roberta.WINDOW - 2
    parts = [[0, *inner[at : at + room], 2] for at in range(0, len(inner), room)]
    each = [shares(tiny_roberta.reference(tiny_roberta.weights(), part)) for part in parts]
    mean = np.average(each, axis=0, weights=[len(part) for part in parts])
    (answer,) = OnnxAnalyzer.load(tiny_float).predict([text])
    assert answer.windows == len(parts) > 1
    assert list(answer[:3]) == pytest.approx(list(mean), abs=1e-5)


def test_columns_follow_the_labels(tiny: Path, tmp_path: Path) -> None:
    labels = ["positive", "negative", "neutral"]
    turned = tiny_roberta.write_artifact(
        tmp_path / "turned", onnx.load(str(tiny / "model.onnx")), labels=labels
    )
    (plain,) = OnnxAnalyzer.load(tiny).predict(["love"])
    (other,) = OnnxAnalyzer.load(turned).predict(["love"])
    expected = [plain.neutral, plain.positive, plain.negative]
    assert list(other[:3]) == pytest.approx(expected, rel=1e-12)  # added up in another order
    assert len(set(expected)) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "😍",
        "x" * 100_000,
        "love " * 200_000,
        "😍🔥" * 50_000,
        "שלום עולם مرحبا",
        "a\x00b\x00",
        "\ud83d broken",
        "love любовь 愛 사랑",
        "\u202e\u200b\ufeff",
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_hostile_text_is_answered_in_bounded_time(tiny: Path, text: str) -> None:
    analyzer = OnnxAnalyzer.load(tiny)
    begin = time.monotonic()
    (answer,) = analyzer.predict([text])
    assert time.monotonic() - begin < 5
    assert sum(answer[:3]) == pytest.approx(1, abs=1e-6)
    assert 1 <= answer.windows <= MAX_WINDOWS


@settings(max_examples=50, deadline=None)
@given(texts=st.lists(st.text(), max_size=5))
def test_any_text_has_an_answer(tiny: Path, texts: list[str]) -> None:
    answers = OnnxAnalyzer.load(tiny, threads=1).predict(texts)
    assert len(answers) == len(texts)
    assert all(sum(answer[:3]) == pytest.approx(1, abs=1e-6) for answer in answers)


def test_build_takes_a_folder(tiny: Path) -> None:
    revision = json.loads((tiny / "manifest.json").read_text())["revision"]
    assert build(str(tiny)).model == f"tiny@{revision}"


def test_wrong_inputs_are_named(tiny: Path, tmp_path: Path) -> None:
    model = onnx.load(str(tiny / "model.onnx"))
    extra = onnx.helper.make_tensor_value_info("pixels", onnx.TensorProto.FLOAT, [1])
    model.graph.input.append(extra)
    folder = tiny_roberta.write_artifact(tmp_path / "inputs", model)
    with pytest.raises(ArtifactError, match=r"pixels.*must take input_ids"):
        OnnxAnalyzer.load(folder)


def test_wrong_outputs_are_named(tmp_path: Path) -> None:
    made = tiny_roberta.weights()
    model = tiny_roberta.graph({**made, "classes": made["classes"][:, :2]})
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 2
    folder = tiny_roberta.write_artifact(tmp_path / "outputs", model)
    with pytest.raises(ArtifactError, match=r"must give one output, float \[batch, 3\]"):
        OnnxAnalyzer.load(folder)
