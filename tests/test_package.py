"""What a deployment contains: the app works without what .funcignore leaves out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools.commands.package import stage

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
for choice in ("vader", "compact", "compact-multilingual"):
    print(build(choice).predict(["I love it"])[0].positive > 0.5)
from undertone.languages.detector import Detector
print(Detector().detect("me encanta esta canción").code == "es")
import model.onnx_analyzer, undertone.storage.account, undertone.sources.registry
"""


def test_only_the_app_and_the_model_are_deployed(tmp_path: Path) -> None:
    assert {name.partition("/")[0] for name in stage(tmp_path)} == SHIPPED


def test_the_package_works_by_itself(tmp_path: Path) -> None:
    stage(tmp_path)
    completed = subprocess.run(
        [sys.executable, "-c", USE],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    functions, *rest = completed.stdout.split()
    assert int(functions) > 20
    assert rest == ["True"] * 4
