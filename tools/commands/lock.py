"""Compile the requirements files: what each .in asks for, and all that this brings, with hashes.

The files hold the hashes of all platforms' wheels: Linux on x86-64 and arm64, macOS on arm64
(onnxruntime has none for Intel Macs). The versions that are in them already stay unless an .in file
or --upgrade asks for others, so a second run changes nothing.
"""

from __future__ import annotations

import argparse

from tools.processes import run_python

HELP = "pin all requirements with their hashes in requirements*.txt; --upgrade: newer ones"
_OPTIONS = (
    "--quiet",
    "--universal",
    "--python-version=3.13",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--custom-compile-command=./dev lock",
)
_FILES = (
    ("requirements-dev.in", "--output-file=requirements-dev.txt"),
    # After the other and bound by it: what is deployed is what was tested.
    ("requirements.in", "--constraints=requirements-dev.txt", "--output-file=requirements.txt"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--upgrade",
        action="store_true",
        help="take the newest versions of what the .in files do not name",
    )


def run(args: argparse.Namespace) -> int:
    """Compile both files; uv's exit code if it fails."""
    upgrade = ["--upgrade"] if args.upgrade else []
    for files in _FILES:
        code = run_python("-m", "uv", "pip", "compile", *_OPTIONS, *upgrade, *files)
        if code != 0:
            return code
    return 0
