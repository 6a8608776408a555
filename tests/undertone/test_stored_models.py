"""Models from storage."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import override

import pytest

from model.analyzer import ArtifactError, UnknownAnalyzer
from undertone.storage.memory import MemoryBlobs
from undertone.stored_models import download_model


def manifest_of(**files: bytes) -> bytes:
    digests = {f"{name}.onnx": sha256(content).hexdigest() for name, content in files.items()}
    return json.dumps({"files": digests}).encode()


def store(models: MemoryBlobs, content: bytes) -> str:
    """A model; its manifest's digest."""
    manifest = manifest_of(model=content)
    models.write("roberta/manifest.json", manifest)
    models.write("roberta/model.onnx", content)
    models.write("roberta/notes.txt", b"not in the manifest")
    models.write("roberta-large/manifest.json", b"another model")
    return sha256(manifest).hexdigest()


def test_files_are_downloaded_once(tmp_path: Path) -> None:
    models = MemoryBlobs()
    store(models, b"first")
    folder = download_model(models, "roberta", tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "model.onnx"]
    assert (folder / "model.onnx").read_bytes() == b"first"
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
    assert (second / "model.onnx").read_bytes() == b"second"


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
    assert (folder / "model.onnx").read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_file_that_was_changed_is_not_kept(tmp_path: Path) -> None:
    models = MemoryBlobs()
    store(models, b"first")
    models.write("roberta/model.onnx", b"evil")
    with pytest.raises(ArtifactError, match=r"roberta/model\.onnx .* has the SHA-256"):
        download_model(models, "roberta", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_pinned_manifest_is_that_or_is_not_read(tmp_path: Path) -> None:
    models = MemoryBlobs()
    digest = store(models, b"first")
    assert download_model(models, "roberta", tmp_path, pinned=digest.upper()).is_dir()
    models.write("roberta/manifest.json", b"{ this cannot even be read")
    with pytest.raises(ArtifactError, match="MODEL_DIGEST"):
        download_model(models, "roberta", tmp_path, pinned=digest)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        json.dumps({"files": {"../../evil": "0"}}).encode(),
        json.dumps({"files": {"/etc/passwd": "0"}}).encode(),
        json.dumps({"files": {"..": "0"}}).encode(),
        json.dumps({"files": {"a\\b": "0"}}).encode(),
    ],
)
def test_a_hostile_manifest_writes_nothing(tmp_path: Path, manifest: bytes) -> None:
    models = MemoryBlobs()
    models.write("roberta/manifest.json", manifest)
    inner = tmp_path / "cache"
    with pytest.raises(ArtifactError):
        download_model(models, "roberta", inner)
    assert [path for path in tmp_path.rglob("*") if path != inner] == []


@pytest.mark.parametrize("name", ["robber", "../roberta", "..", "a/b", "", "r\u00f6berta"])
def test_an_unknown_model_says_what_to_do(tmp_path: Path, name: str) -> None:
    models = MemoryBlobs()
    store(models, b"first")
    models.write(f"{name}/../manifest.json", manifest_of())
    with pytest.raises(UnknownAnalyzer, match="container `models`"):
        download_model(models, name, tmp_path)
