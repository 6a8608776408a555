"""The second model that comes with the app, which reads other languages than English."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from model.analyzer import Analyzer
from model.batching import Batch, width_of
from model.factory import ARTIFACTS, build
from model.onnx_analyzer import OnnxAnalyzer
from model.windows import MAX_WINDOWS
from training import umsab
from training.evaluate import labels_of, probabilities

NAME = "compact-multilingual"
FOLDER = ARTIFACTS / NAME
LANGUAGES = {"es", "fr", "de", "it", "pt", "ar"}


@pytest.fixture(scope="module")
def multilingual() -> Analyzer:
    return build(NAME)


def test_all_its_files_are_small_enough_to_ship() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 32e6


def test_the_manifest_lists_what_is_read_better_than_by_fasttext() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    measured = manifest["training"]["validation"]
    assert set(manifest["languages"]) == LANGUAGES
    assert manifest["languages"] == umsab.listed(measured)
    assert manifest["parity"]["agreement"] >= 0.98


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Me encanta esta canción, es preciosa", 2),
        ("Qué asco de servicio, no vuelvo nunca más", 0),
        ("J'adore cette vidéo, merci beaucoup", 2),
        ("C'est nul, quelle déception", 0),
        ("Das ist wunderschön, vielen Dank!", 2),
        ("So ein Mist, das ist wirklich schlecht", 0),
        ("Bellissimo, complimenti a tutti", 2),
        ("Che schifo, una vergogna", 0),
        ("Adorei, ficou lindo demais", 2),
        ("Que péssimo, odiei o atendimento", 0),
        ("هذا رائع جدا شكرا لكم", 2),
        ("هذا سيء جدا", 0),
    ],
)
def test_plain_cases(multilingual: Analyzer, text: str, label: int) -> None:
    (answer,) = multilingual.predict([text])
    assert max(range(3), key=lambda place: answer[place]) == label


def test_real_tweets_score_the_same_in_any_company(multilingual: Analyzer, data: Path) -> None:
    texts = [one.text for part in umsab.read(data, "val").values() for one in part[:30]]
    shuffled = random.Random(4).sample(texts, len(texts))
    mixed = dict(zip(shuffled, multilingual.predict(shuffled), strict=True))
    fresh = build(NAME)
    assert [fresh.predict([text])[0] for text in texts] == [mixed[text] for text in texts]


def test_more_padding_changes_no_bit() -> None:
    analyzer = OnnxAnalyzer.load(FOLDER)
    random_ids = np.random.default_rng(6)
    for length in range(1, 40):
        ids = [random_ids.integers(5, 40_000, length).tolist()]
        exact = analyzer.logits(ids)
        for wider in {width_of(length + more) for more in (1, 2, 3, 4, 9, 20)}:
            np.testing.assert_array_equal(analyzer.run(Batch((0,), wider), ids), exact)


def test_the_manifests_quality_is_what_the_file_shows(multilingual: Analyzer, data: Path) -> None:
    """The manifest's figures are those of the float network."""
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    for code, part in umsab.read(data, "val").items():
        if code in LANGUAGES:
            predicted = probabilities(multilingual, part).argmax(1)
            shown = umsab.macro_f1(labels_of(part), predicted)
            assert shown == pytest.approx(manifest["languages"][code], abs=0.015), code


def test_hostile_texts_are_answered(multilingual: Analyzer) -> None:
    texts = ["", "😍", "x" * 100_000, "a b " * 100_000, "مرحبا" * 10, "\x00\ud83d", "é愛я😍"]
    answers = multilingual.predict(texts)
    assert np.allclose([sum(answer[:3]) for answer in answers], 1, atol=1e-6)
    assert max(answer.windows for answer in answers) <= MAX_WINDOWS
