"""Runs Python in the project's folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.project import PROJECT


def run_python(*arguments: str, python: str | Path = sys.executable) -> int:
    """Run the interpreter `python` with `arguments`; its exit code."""
    return subprocess.run([str(python), *arguments], check=False, cwd=PROJECT).returncode
