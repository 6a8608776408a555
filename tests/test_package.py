"""What a deployment contains: the app works without what .funcignore leaves out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pathspec import GitIgnoreSpec

PROJECT = Path(__file__).parents[1]
SHIPPED = {
    "LICENSE",
    "function_app.py",
    "functions",
    "host.json",
    "model",
    "requirements.txt",
    "undertone",
}
"""All that is deployed of the project's top level; what else is there, .funcignore leaves out."""
USE = """
import function_app
from model.factory import build
print(len(function_app.app.get_functions()))
for choice in ("vader", "compact"):
    print(build(choice).predict(["I love it"])[0].positive > 0.5)
import model.onnx_analyzer, undertone.storage.account, undertone.sources.registry
"""


def package(folder: Path) -> list[str]:
    """Copy to `folder` what Core Tools would publish; the names."""
    left_out = GitIgnoreSpec.from_lines((PROJECT / ".funcignore").read_text().splitlines())
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    kept = [name for name in listed if not left_out.match_file(name) and (PROJECT / name).exists()]
    for name in kept:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    return kept


def test_only_the_app_and_the_model_are_deployed(tmp_path: Path) -> None:
    assert {name.partition("/")[0] for name in package(tmp_path)} == SHIPPED


def test_the_package_works_by_itself(tmp_path: Path) -> None:
    package(tmp_path)
    completed = subprocess.run(
        [sys.executable, "-c", USE],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    assert completed.stdout.split() == ["44", "True", "True"]
