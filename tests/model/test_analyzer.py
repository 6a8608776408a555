from __future__ import annotations

import subprocess
import sys

import pytest

from model.analyzer import AnalyzerError, Unavailable


def test_the_protocol_imports_nothing_else_of_the_project() -> None:
    code = "import sys, model.analyzer; print([m for m in sys.modules if m.startswith('model.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['model.analyzer']"


@pytest.mark.parametrize("seconds", [None, 2.5])
def test_unavailable_says_when_to_come_back(seconds: float | None) -> None:
    error = Unavailable("later", seconds)
    assert isinstance(error, AnalyzerError)
    assert (str(error), error.retry_after) == ("later", seconds)
