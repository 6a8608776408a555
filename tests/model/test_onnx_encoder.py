"""The bundled encoder: near the original's vectors, whatever stands beside a text."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.analyzer import ArtifactError
from model.encoder import Encoder
from model.factory import ARTIFACTS, build_encoder
from model.onnx_encoder import OnnxEncoder

FOLDER = ARTIFACTS / "minilm"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return build_encoder()


def test_what_means_the_same_is_near(encoder: Encoder) -> None:
    texts = ["a cat sleeps in the park", "a kitten naps on the lawn", "the court fined the bank"]
    cat, kitten, court = encoder.encode(texts)
    assert cat @ kitten > 0.4
    assert cat @ court < 0.2


def test_vectors_have_length_one_and_their_place(encoder: Encoder) -> None:
    texts = ["b", "a longer text than that", "", "b", "😍", "x " * 5000, "\x00\ud800"]
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), encoder.size)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors[0] == vectors[3]).all()
    assert encoder.encode([]).shape == (0, 384)


def test_company_and_cores_change_no_bit() -> None:
    texts = [f"text {'word ' * n}number {n}" for n in range(40)]
    one, two = OnnxEncoder.load(FOLDER, threads=1), OnnxEncoder.load(FOLDER, threads=2)
    together = one.encode(texts)
    assert (together == two.encode(texts[::-1])[::-1]).all()
    assert (together[7] == OnnxEncoder.load(FOLDER, threads=1).encode(texts[7:8])[0]).all()


def test_its_name_says_which_it_is(encoder: Encoder) -> None:
    revision = json.loads((FOLDER / "manifest.json").read_text())["revision"]
    assert encoder.model == f"minilm@{revision}"


def _change(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")


def _remove(folder: Path) -> None:
    (folder / "weights.bin").unlink()


def _no_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("[1]")


@pytest.mark.parametrize("spoil", [_change, _remove, _no_manifest])
def test_a_folder_that_is_not_what_it_should_be(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    folder = tmp_path / "minilm"
    shutil.copytree(FOLDER, folder)
    spoil(folder)
    with pytest.raises(ArtifactError, match=r"dev model encoder"):
        OnnxEncoder.load(folder)
