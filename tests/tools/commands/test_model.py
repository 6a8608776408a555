from __future__ import annotations

import pytest

from tools import cli, environment
from tools.commands import model
from tools.project import PROJECT


def test_what_is_skipped_without_pytorch_is_run_by_model_test() -> None:
    skips = 'torch = pytest.importorskip("{}"'.format("torch")
    tests = (PROJECT / "tests").rglob("test_*.py")
    skipping = [path for path in tests if skips in path.read_text("utf-8")]
    assert sorted(skipping) == sorted(PROJECT / path for path in model.TESTS)
    assert model.TESTS


def test_without_a_tool_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["model"]) == 0
    assert "train, export or evaluate" in capsys.readouterr().out


def test_the_requirements_are_where_they_are_looked_for() -> None:
    assert environment.MODEL_REQUIREMENTS.is_file()
