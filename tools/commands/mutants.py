"""Mutation testing: change one place of the code at a time, and see whether a test finds it.

To be run by hand: each mutant costs a run of the tests that are mirrored by name and, if those find
nothing, of all tests of the room. Cosmic Ray is in an environment of its own, .venv-mutants; the
mutants are made in a copy of the project. `--help` after the rooms lists the options.
"""

from __future__ import annotations

import argparse
import sys

from tools.environment import InstallError, ensure
from tools.processes import run_python
from tools.project import PROJECT

HELP = "change the code one place at a time and name what no test finds"
REQUIREMENTS = PROJECT / "tools" / "mutation" / "requirements.txt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare none: the line is that of `tools.mutation`."""
    parser.usage = "./dev mutants [ROOM …] [--sample N] [--seed S] [--only TEXT] [--jobs J]"
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Try mutants; 1 if some survive."""
    try:
        python = ensure(PROJECT / ".venv-mutants", REQUIREMENTS)
    except InstallError as error:
        print(f"./dev mutants: {error}", file=sys.stderr)
        return 1
    tests = f"--python={sys.executable}"
    return run_python("-m", "tools.mutation", *args.arguments, tests, python=python)
