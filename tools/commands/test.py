"""Run the tests on all cores; arguments go to pytest, as in `./dev test -k barrier -x`."""

from __future__ import annotations

import argparse

from tools.processes import run_python

HELP = "run the tests on all cores; arguments go to pytest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare none: `tools.cli` puts all arguments into `args.pytest_arguments`."""
    parser.usage = "./dev test [PYTEST ARGUMENTS]"


def run(args: argparse.Namespace) -> int:
    """Run pytest; its exit code."""
    return run_python("-m", "pytest", "-n", "auto", *args.pytest_arguments)
