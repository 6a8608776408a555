"""The bill of materials names all that is deployed."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import pytest

from tools.commands import sbom
from tools.project import PROJECT


@pytest.mark.skipif(not (PROJECT / ".venv-audit").exists(), reason="./dev check makes .venv-audit")
def test_every_pinned_package_is_in_it_with_its_hashes(tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    assert sbom.run(argparse.Namespace(output=str(file))) == 0
    bill = json.loads(file.read_text())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "undertone")
    listed = {part["name"].lower(): part for part in bill["components"]}
    pins = re.findall(
        r"^([\w.-]+)==(\S+)", (PROJECT / "requirements.txt").read_text(), re.MULTILINE
    )
    assert len(pins) > 20
    for name, version in pins:
        part = listed[name.lower()]
        assert part["version"] == version
        assert "sha256:" in json.dumps(part) or part.get("hashes") or part["externalReferences"]
