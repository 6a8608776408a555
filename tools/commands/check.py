"""Check format, lint, types, the contracts between the rooms and what is deployed.

The advisories about packages are on the network. Where that is missing, the check says what it
could not ask, and does not fail.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tools.audit.advisories import ask
from tools.environment import InstallError, ensure
from tools.processes import run_python
from tools.project import PROJECT

HELP = "format, lint, types, the arrows between the rooms, unsafe code, known vulnerabilities"
CHECKS = (
    ("-m", "ruff", "format", "--check", "."),
    ("-m", "ruff", "check", "."),
    ("-m", "mypy"),
    ("-c", "from importlinter.cli import lint_imports_command as c; c()"),
)
BANDIT = ("-m", "bandit", "-q", "-ll", "-r", "functions", "undertone", "model", "function_app.py")
"""Of medium severity and up; what is below, ruff finds and the code explains."""
AUDIT_REQUIREMENTS = PROJECT / "tools" / "audit" / "requirements.txt"


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(_args: argparse.Namespace) -> int:
    """Run all checks and name those that failed; 1 if there are any."""
    failed = [" ".join(check) for check in CHECKS if run_python(*check) != 0]
    failed += _audit()
    for check in failed:
        print(f"Failed: {check}", file=sys.stderr)
    return 1 if failed else 0


def audit_python() -> Path:
    """Make or update `.venv-audit` and return its interpreter. Raises InstallError."""
    return ensure(PROJECT / ".venv-audit", AUDIT_REQUIREMENTS)


def _audit() -> list[str]:
    """What failed of the checks of what is deployed."""
    try:
        python = audit_python()
    except InstallError as error:
        print(f"Not checked: unsafe code and known vulnerabilities ({error})", file=sys.stderr)
        return ["the tools of .venv-audit"] if os.environ.get("CI") == "true" else []
    failed = [" ".join(BANDIT)] if run_python(*BANDIT, python=python) != 0 else []
    found = ask(python, PROJECT / "requirements.txt")
    print(f"Advisories: {found.asked} packages asked about, {len(found.vulnerable)} findings")
    if found.unasked:
        print(f"Not asked: {', '.join(found.unasked)}", file=sys.stderr)
    return failed + [f"known vulnerability in {each}" for each in found.vulnerable]
