from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from model.analyzer import UnknownAnalyzer
from model.factory import build

HEAVY = "{'numpy', 'onnxruntime', 'tokenizers', 'emoji', 'vaderSentiment', 'azure', 'torch'}"


def heavy_after(statement: str) -> str:
    """Which heavy packages a fresh process holds after `statement`."""
    code = f"import sys; {statement}; print(sorted({HEAVY} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_factory_imports_nothing_heavy() -> None:
    assert heavy_after("import model.factory") == "[]"


def test_building_vader_leaves_the_transformer_parts_alone() -> None:
    assert heavy_after("from model.factory import build; build('vader')") == "['vaderSentiment']"


@pytest.mark.parametrize("choice", ["", "no/such/folder", "../x", "nonsense", "C:\\models"])
def test_an_unknown_choice_names_itself_and_the_cure(choice: str) -> None:
    with pytest.raises(
        UnknownAnalyzer, match="choose compact, compact-multilingual, vader"
    ) as caught:
        build(choice)
    assert repr(choice) in str(caught.value)


def test_azure_without_an_endpoint_says_what_is_missing() -> None:
    with pytest.raises(UnknownAnalyzer, match="needs the endpoint"):
        build("azure")


def test_a_stored_model_is_fetched_by_its_name(tiny: Path) -> None:
    asked = []

    def fetch(name: str) -> Path:
        asked.append(name)
        return tiny

    assert build("roberta", fetch=fetch).model.startswith("tiny@")
    assert asked == ["roberta"]


def test_a_path_is_never_fetched(tmp_path: Path) -> None:
    with pytest.raises(UnknownAnalyzer):
        build(str(tmp_path / "gone"), fetch=lambda _: pytest.fail("asked for a path"))
