"""Names of files that would mislead a reader."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return [file for name in listed if (file := PROJECT / name).exists()]


def imported_packages(source: str) -> Iterator[str]:
    """Top-level packages of all absolute imports, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def misleading(file: Path, source: str) -> bool:
    """Whether the file is named like a package it imports.

    Python's own modules do not count: `functions/http.py` says what it is for, and nobody looks for
    the standard library in this project.
    """
    own = file.stem
    return own in set(imported_packages(source)) - sys.stdlib_module_names


def test_no_file_is_named_like_a_package_it_imports() -> None:
    files = tracked_files()
    assert PROJECT / "function_app.py" in files
    found = [file for file in files if misleading(file, file.read_text("utf-8"))]
    assert [str(file.relative_to(PROJECT)) for file in found] == []


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("model/onnx.py", "import onnx.helper", True),
        ("model/onnx.py", "def f():\n    from onnx import helper", True),
        ("model/onnx.py", "from .onnx import helper\nimport onnxruntime", False),
        ("functions/http.py", "from http import HTTPStatus", False),
    ],
)
def test_what_misleads(name: str, source: str, expected: bool) -> None:
    assert misleading(Path(name), source) is expected
