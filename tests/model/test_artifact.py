from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.analyzer import ArtifactError, Calibration, Line
from model.artifact import Manifest, check_files, parse_manifest, read_manifest, sha256
from model.factory import ARTIFACTS


@pytest.fixture
def folder(tiny: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


def change(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    edit(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def checked(folder: Path) -> Manifest:
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    return manifest


def test_a_whole_artifact_is_read(folder: Path) -> None:
    manifest = checked(folder)
    assert manifest.name == "tiny"
    assert manifest.labels == ("negative", "neutral", "positive")


LINE = {"offset": -0.05, "slope": 1, "spread": 0.1}
CALIBRATION = {"domains": 9, "mean": LINE, "negative": LINE, "neutral": LINE, "positive": LINE}


def test_a_manifest_may_say_how_its_model_errs_on_whole_posts(folder: Path) -> None:
    assert checked(folder).calibration is None
    change(folder, lambda manifest: manifest.update(calibration=CALIBRATION))
    assert checked(folder).calibration == Calibration(9, *[Line(-0.05, 1.0, 0.1)] * 4)


@pytest.mark.parametrize(
    "wrong",
    [
        7,
        {},
        CALIBRATION | {"domains": 1},
        CALIBRATION | {"domains": "9"},
        CALIBRATION | {"mean": None},
        CALIBRATION | {"mean": LINE | {"spread": -0.1}},
        CALIBRATION | {"mean": LINE | {"slope": float("nan")}},
        CALIBRATION | {"neutral": {"offset": 0.0, "slope": 1.0}},
        CALIBRATION | {"positive": LINE | {"offset": "0"}},
    ],
)
def test_a_calibration_that_is_none_is_refused(folder: Path, wrong: object) -> None:
    change(folder, lambda manifest: manifest.update(calibration=wrong))
    with pytest.raises(ArtifactError, match="calibration is not what"):
        checked(folder)


def test_the_bundled_model_has_been_calibrated_on_enough_domains() -> None:
    found = read_manifest(ARTIFACTS / "compact").calibration
    assert found is not None
    assert found.domains >= 8


def test_a_manifest_may_say_which_languages_its_model_reads(folder: Path) -> None:
    assert checked(folder).languages is None
    change(folder, lambda manifest: manifest.update(languages={"en": 0.69, "ceb": 1}))
    assert checked(folder).languages == {"en": 0.69, "ceb": 1}


@pytest.mark.parametrize(
    "languages", [{}, [], ["en"], "en", {"English": 0.5}, {"en": "good"}, {"en": 69}, {"en": -1}]
)
def test_languages_that_say_nothing_are_refused(folder: Path, languages: object) -> None:
    change(folder, lambda manifest: manifest.update(languages=languages))
    with pytest.raises(ArtifactError, match="languages is no object"):
        checked(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_changed_file_is_named_with_both_digests(folder: Path, name: str) -> None:
    expected = json.loads((folder / "manifest.json").read_text())["files"][name]
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(ArtifactError, match=name) as caught:
        checked(folder)
    assert expected[:12] in str(caught.value)
    assert "model export" in str(caught.value)


def test_weights_in_a_file_of_their_own_are_checked_too(folder: Path) -> None:
    (folder / "weights.bin").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    change(folder, lambda manifest: manifest["files"].update({"weights.bin": digest}))
    assert checked(folder).files["weights.bin"] == digest
    (folder / "weights.bin").write_bytes(b"others")
    with pytest.raises(ArtifactError, match=r"weights\.bin is not the file"):
        checked(folder)


@pytest.mark.parametrize("content", [b"", b"weights", bytes(range(256)) * 5000])
def test_a_digest_is_that_of_the_whole_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert sha256(tmp_path / "file") == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "manifest.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ArtifactError, match=name):
        checked(folder)


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("format", 2, "format 2 is not 1"),
        ("labels", ["good", "bad"], "labels"),
        ("labels", "negative", "'labels' is missing or of a wrong type"),
        ("preprocessing", "words-9", "'words-9' is none of plain-1, words-1"),
        ("max_tokens", 4, "max_tokens 4 "),
        ("max_tokens", 127, "max_tokens 127 is no multiple of 4"),
        ("temperature", 0, "temperature 0"),
        ("files", None, "'files' is missing"),
        ("files", {"../secret": "0"}, "files ['../secret'] are none of"),
    ],
)
def test_a_wrong_field_is_named(folder: Path, field: str, value: object, complaint: str) -> None:
    change(folder, lambda manifest: manifest.update({field: value}))
    with pytest.raises(ArtifactError, match=re.escape(complaint)):
        checked(folder)


def test_every_missing_field_is_named_at_once(folder: Path) -> None:
    change(folder, lambda manifest: [manifest.pop("revision"), manifest.pop("pad_id")])
    with pytest.raises(ArtifactError, match=r"'revision'.*'pad_id'"):
        checked(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(ArtifactError, match=r"manifest\.json"):
        parse_manifest(text, Path("somewhere"))
