"""The model that comes with the app, as it is shipped."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import numpy as np
import pytest

from model.analyzer import Analyzer
from model.batching import Batch, width_of
from model.factory import ARTIFACTS, build
from model.onnx_analyzer import OnnxAnalyzer
from model.windows import MAX_WINDOWS
from training import corpus
from training.evaluate import labels_of, probabilities
from training.metrics import quality

FOLDER = ARTIFACTS / "compact"


@pytest.fixture(scope="module")
def compact() -> Analyzer:
    return build("compact")


def test_the_file_is_small_enough_to_ship() -> None:
    assert (FOLDER / "model.onnx").stat().st_size <= 23e6


def test_the_manifest_tells_what_was_measured_and_on_what() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["quality"]) == {"tweeteval test", "goemotions dev", "probe"}
    assert manifest["parity"]["agreement"] >= 0.98
    assert manifest["training"]["data"]["tweets"][0] > 40_000


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love this so much", 2),
        ("love😍", 2),
        ("🔥🔥🔥", 2),
        ("this is terrible, I hate it", 0),
        ("🤮", 0),
        ("what camera is this?", 1),
        ("3:45", 1),
        ("", 1),
    ],
)
def test_plain_cases(compact: Analyzer, text: str, label: int) -> None:
    (answer,) = compact.predict([text])
    assert max(range(3), key=lambda place: answer[place]) == label


def test_real_tweets_score_the_same_in_any_company(compact: Analyzer, data: Path) -> None:
    texts = [one.text for one in corpus.sample(corpus.semeval(data, "val"), 240, seed=2)]
    shuffled = random.Random(4).sample(texts, len(texts))
    mixed = dict(zip(shuffled, build("compact").predict(shuffled), strict=True))
    fresh = build("compact")
    alone = [fresh.predict([text])[0] for text in texts]
    assert alone == [mixed[text] for text in texts]


def test_more_padding_changes_no_bit() -> None:
    analyzer = OnnxAnalyzer.load(FOLDER)
    random_ids = np.random.default_rng(6)
    for length in range(1, 40):
        ids = [random_ids.integers(5, 9000, length).tolist()]
        exact = analyzer.logits(ids)
        for wider in {width_of(length + more) for more in (1, 2, 3, 4, 9, 20)}:
            np.testing.assert_array_equal(analyzer.run(Batch((0,), wider), ids), exact)


def test_the_manifests_quality_is_what_a_sample_shows(compact: Analyzer, data: Path) -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    claimed = manifest["quality"]["tweeteval test"]["macro_recall"]
    examples = corpus.sample(corpus.semeval(data, "test"), 1000, seed=8)
    result = quality(labels_of(examples), probabilities(compact, examples))
    assert result.macro_recall == pytest.approx(claimed, abs=0.05)


def test_hostile_texts_are_answered_in_bounded_time(compact: Analyzer) -> None:
    texts = ["", "😍", "x" * 100_000, "a b " * 100_000, "مرحبا" * 10, "\x00\ud83d", "é愛я😍"]
    texts.append("".join(chr(0x1F600 + number % 70) for number in range(100_000)))
    begin = time.monotonic()
    answers = compact.predict(texts)
    assert time.monotonic() - begin < 30
    assert np.allclose([sum(answer[:3]) for answer in answers], 1, atol=1e-6)
    assert max(answer.windows for answer in answers) <= MAX_WINDOWS
