"""Mutation testing: change one place of the code at a time, and see whether a test finds it.

To be run by hand: each mutant costs a run of the tests that are mirrored by name and, if those find
nothing, of all tests of the room. Cosmic Ray is in an environment of its own, .venv-mutants; the
mutants are made in a copy of the project.
"""

from __future__ import annotations

import argparse
import sys

from tools.environment import InstallError, ensure
from tools.mutation.selection import ROOMS
from tools.processes import run_python
from tools.project import PROJECT

HELP = "change the code one place at a time and name what no test finds"
REQUIREMENTS = PROJECT / "tools" / "mutation" / "requirements.txt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "rooms", nargs="*", choices=[*ROOMS, []], metavar="ROOM", help=", ".join(ROOMS)
    )
    parser.add_argument("--sample", type=int, default=100, help="so many mutants; 0: all of them")
    parser.add_argument("--seed", type=int, default=1, help="which ones; default 1")
    parser.add_argument("--only", default="", metavar="TEXT", help="files whose path holds this")
    parser.add_argument("--jobs", type=int, default=1, help="at the same time; default 1")


def run(args: argparse.Namespace) -> int:
    """Try mutants; 1 if some survive."""
    try:
        python = ensure(PROJECT / ".venv-mutants", REQUIREMENTS)
    except InstallError as error:
        print(f"./dev mutants: {error}", file=sys.stderr)
        return 1
    options = [f"--{name}={getattr(args, name)}" for name in ("sample", "seed", "only", "jobs")]
    rooms = args.rooms or list(ROOMS)
    tests = f"--python={sys.executable}"
    return run_python("-m", "tools.mutation", *rooms, *options, tests, python=python)
