"""Models from storage."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.analyzer import UnknownAnalyzer
from undertone.storage.memory import MemoryBlobs
from undertone.stored_models import bring_model


def store(models: MemoryBlobs, manifest: bytes) -> None:
    models.write("roberta/manifest.json", manifest)
    models.write("roberta/model.onnx", b"weights of " + manifest)
    models.write("roberta-large/manifest.json", b"another model")


def test_files_are_brought_once(tmp_path: Path) -> None:
    models = MemoryBlobs()
    store(models, b"first")
    folder = bring_model(models, "roberta", tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "model.onnx"]
    assert (folder / "model.onnx").read_bytes() == b"weights of first"
    models.remove("roberta/model.onnx")
    assert bring_model(models, "roberta", tmp_path) == folder
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_replaced_model_is_brought_anew(tmp_path: Path) -> None:
    models = MemoryBlobs()
    store(models, b"first")
    first = bring_model(models, "roberta", tmp_path)
    store(models, b"second")
    second = bring_model(models, "roberta", tmp_path)
    assert second != first
    assert (second / "model.onnx").read_bytes() == b"weights of second"


def test_an_unknown_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnknownAnalyzer, match="container `models`"):
        bring_model(MemoryBlobs(), "robber", tmp_path)
