"""Programs of npm: installed once, run, and told if they fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.infra.node import NodeError, install, run


def test_input_and_arguments_reach_the_program() -> None:
    script = "process.stdin.pipe(process.stdout); console.log(process.argv[1])"
    assert sorted(run("-e", script, "word", text="text\n").split()) == ["text", "word"]


def test_a_program_that_fails_is_told() -> None:
    with pytest.raises(NodeError, match="it broke"):
        run("-e", "throw new Error('it broke')")


def test_what_is_there_is_not_installed_again(tmp_path: Path) -> None:
    """No registry has such a package: to ask for it would fail."""
    package = tmp_path / "node_modules" / "undertone-there-is-none"
    package.mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"version": "1.0.0"}))
    install(tmp_path, "undertone-there-is-none", "1.0.0")
