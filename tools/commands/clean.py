"""Remove what was built, cached and downloaded."""

from __future__ import annotations

import argparse
import shutil

from tools.project import CACHE, OUT, PROJECT

HELP = "remove what was built, cached and downloaded; --all: everything"
_CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache")
_ENVIRONMENTS = (".venv", ".venv-model", ".venv-fuzz", ".venv-mutants", ".venv-infra")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--all", action="store_true", help="the virtual environments too")


def run(args: argparse.Namespace) -> int:
    """Remove the folders and name them."""
    folders = [CACHE, OUT, *(PROJECT / name for name in _CACHES)]
    folders += [path for path in PROJECT.rglob("__pycache__") if ".venv" not in str(path)]
    if args.all:
        folders += [PROJECT / name for name in _ENVIRONMENTS]
    for folder in folders:
        if folder.exists():
            print(f"Removing {folder.relative_to(PROJECT)}")
            shutil.rmtree(folder)
    return 0
