"""Train, export, evaluate or test a model, in the environment .venv-model, which has PyTorch."""

from __future__ import annotations

import argparse
import sys

from tools.environment import InstallError, model_python
from tools.processes import run_python

HELP = "train, export, evaluate or test a model, in an environment with PyTorch"
PACKAGE = "training"
"""The package with the tools: `./dev model train` runs its module `train`."""
TESTS = (
    "tests/training/test_choose.py",
    "tests/training/test_export.py",
    "tests/training/test_feedback_run.py",
    "tests/training/test_loop.py",
    "tests/training/test_multilingual.py",
    "tests/training/test_network.py",
    "tests/training/test_train.py",
)
"""What `./dev test` skips because it has no PyTorch, and `./dev model test` runs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the tool's name; the rest of the line is the tool's own."""
    parser.usage = "./dev model TOOL [ARGUMENTS]"
    parser.add_argument(
        "tool",
        nargs="?",
        metavar="TOOL",
        help="train, export or evaluate, or test to run the tests that need PyTorch",
    )
    parser.add_argument(
        "arguments",
        nargs=argparse.REMAINDER,
        metavar="ARGUMENTS",
        help="passed on; ./dev model TOOL --help lists them. Those of test go to pytest",
    )
    parser.set_defaults(print_help=parser.print_help)


def run(args: argparse.Namespace) -> int:
    """Run the tool; its exit code."""
    if args.tool is None:
        args.print_help()
        return 0
    try:
        python = model_python()
    except InstallError as error:
        print(f"./dev model: {error}", file=sys.stderr)
        return 1
    if args.tool == "test":
        return run_python("-m", "pytest", "--noconftest", *TESTS, *args.arguments, python=python)
    return run_python("-m", f"{PACKAGE}.{args.tool}", *args.arguments, python=python)
