"""The tiny model, made once for all tests of this room."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model import tiny_roberta
from training.quantise import quantise


@pytest.fixture(scope="session")
def tiny_float(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact whose graph is in float: comparable with the reference to the last digits."""
    model = tiny_roberta.graph(tiny_roberta.weights())
    return tiny_roberta.write_artifact(tmp_path_factory.mktemp("tiny") / "float", model)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model quantised as export.py does it."""
    model = quantise(tiny_roberta.graph(tiny_roberta.weights()))
    return tiny_roberta.write_artifact(tmp_path_factory.mktemp("tiny") / "int8", model)
