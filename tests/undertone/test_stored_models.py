"""Models from storage."""

from __future__ import annotations

from pathlib import Path
from typing import override

import pytest

from model.analyzer import UnknownAnalyzer
from undertone.storage.memory import MemoryBlobs
from undertone.stored_models import download_model


def store(models: MemoryBlobs, manifest: bytes) -> None:
    models.write("roberta/manifest.json", manifest)
    models.write("roberta/model.onnx", b"weights of " + manifest)
    models.write("roberta-large/manifest.json", b"another model")


def test_files_are_downloaded_once(tmp_path: Path) -> None:
    models = MemoryBlobs()
    store(models, b"first")
    folder = download_model(models, "roberta", tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "model.onnx"]
    assert (folder / "model.onnx").read_bytes() == b"weights of first"
    models.remove("roberta/model.onnx")
    assert download_model(models, "roberta", tmp_path) == folder
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_replaced_model_is_downloaded_again(tmp_path: Path) -> None:
    models = MemoryBlobs()
    store(models, b"first")
    first = download_model(models, "roberta", tmp_path)
    store(models, b"second")
    second = download_model(models, "roberta", tmp_path)
    assert second != first
    assert (second / "model.onnx").read_bytes() == b"weights of second"


def test_of_two_that_download_at_once_both_have_the_folder(tmp_path: Path) -> None:
    class Overtaken(MemoryBlobs):
        """Another process downloads the same model while this one does."""

        @override
        def read(self, name: str) -> bytes:
            if name.endswith(".onnx"):
                others.append(download_model(models, "roberta", tmp_path))
            return models.read(name)

    models, overtaken = MemoryBlobs(), Overtaken()
    others: list[Path] = []
    for each in (models, overtaken):
        store(each, b"first")
    folder = download_model(overtaken, "roberta", tmp_path)
    assert others == [folder]
    assert (folder / "model.onnx").read_bytes() == b"weights of first"
    assert list(tmp_path.iterdir()) == [folder]


def test_an_unknown_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnknownAnalyzer, match="container `models`"):
        download_model(MemoryBlobs(), "robber", tmp_path)
