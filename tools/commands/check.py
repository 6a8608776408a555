"""Check format, lint, types and the contracts between the rooms, and name all that fail."""

from __future__ import annotations

import argparse
import sys

from tools.processes import run_python

HELP = "format, lint, types and the arrows between the rooms"
CHECKS = (
    ("-m", "ruff", "format", "--check", "."),
    ("-m", "ruff", "check", "."),
    ("-m", "mypy"),
    ("-c", "from importlinter.cli import lint_imports_command as c; c()"),
)


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(_args: argparse.Namespace) -> int:
    """Run all checks and name those that failed; 1 if there are any."""
    failed = [" ".join(check) for check in CHECKS if run_python(*check) != 0]
    for check in failed:
        print(f"Failed: {check}", file=sys.stderr)
    return 1 if failed else 0
