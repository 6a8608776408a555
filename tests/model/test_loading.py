from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from model.analyzer import ArtifactError
from model.artifact import sha256
from model.loading import Loading
from tests.model import tiny_roberta


@pytest.fixture
def folder(tiny: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


def declare(folder: Path, name: str) -> None:
    """Let the manifest say that the file is as it is now."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = sha256(folder / name)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_the_parts_are_the_folders(tiny: Path) -> None:
    parts = Loading(tiny).parts()
    assert parts.manifest.name == "tiny"
    whole = tiny_roberta.tokenizer().encode("love it").ids
    assert parts.tokenizer.encode("love it").ids == whole
    assert [one.name for one in parts.session.get_inputs()] == ["input_ids", "attention_mask"]


def test_the_tokenizer_cuts_at_the_models_window(tiny: Path) -> None:
    parts = Loading(tiny).parts()
    assert len(parts.tokenizer.encode("love it " * 200).ids) == parts.manifest.max_tokens


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


@pytest.mark.parametrize("change", [cut, Path.unlink])
@pytest.mark.parametrize("name", ["tokenizer.json", "model.onnx"])
def test_a_changed_file_is_told_before_that_it_cannot_be_read(
    folder: Path, name: str, change: Callable[[Path], object]
) -> None:
    change(folder / name)
    with pytest.raises(ArtifactError, match=rf"{name} is (missing|not the file its manifest)"):
        Loading(folder).parts()


def test_a_tokenizer_that_is_none_is_named(folder: Path) -> None:
    cut(folder / "tokenizer.json")
    declare(folder, "tokenizer.json")
    with pytest.raises(ArtifactError, match=r"copy/tokenizer\.json is no tokenizer"):
        Loading(folder).parts()


def test_a_graph_that_cannot_be_run_is_named(tiny: Path, tmp_path: Path) -> None:
    model = onnx.load(str(tiny / "model.onnx"))
    model.graph.node[0].op_type = "NoSuchNode"
    folder = tiny_roberta.write_artifact(tmp_path / "broken", model)
    with pytest.raises(ArtifactError, match=r"cannot load .*broken/model\.onnx.*NoSuchNode"):
        Loading(folder).parts()


def test_a_manifest_that_cannot_be_used_costs_no_import_of_the_runtime(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")
    code = (
        "import sys\nfrom pathlib import Path\nfrom model.analyzer import ArtifactError\n"
        "from model.loading import Loading\n"
        f"try: Loading(Path({str(folder)!r}))\n"
        "except ArtifactError as error: print(error, 'onnxruntime' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "is not JSON" in done.stdout
    assert done.stdout.strip().endswith("False")
