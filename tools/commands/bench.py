"""Run one of the benchmarks; each measures both sides in one run and prints ratios."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.processes import run_python
from tools.project import PROJECT

HELP = "run a benchmark; without a name, list them"
_FOLDER = PROJECT / "benchmarks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the benchmark's name; the rest of the line is the benchmark's own."""
    names = sorted(path.stem for path in _FOLDER.glob("*.py") if not path.stem.startswith("_"))
    parser.usage = "./dev bench NAME [ARGUMENTS]"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    lines = [f"  {name:<12} {_first_line(_FOLDER / f'{name}.py')}" for name in names]
    parser.epilog = "\n".join(["benchmarks:", *lines])
    parser.add_argument("name", nargs="?", choices=names, metavar="NAME", help="which; see below")
    parser.add_argument(
        "arguments",
        nargs=argparse.REMAINDER,
        metavar="ARGUMENTS",
        help="passed on; ./dev bench NAME --help lists them",
    )
    parser.set_defaults(print_help=parser.print_help)


def run(args: argparse.Namespace) -> int:
    """Run the benchmark, or list them all; the exit code."""
    if args.name is None:
        args.print_help()
        return 0
    return run_python("-m", f"benchmarks.{args.name}", *args.arguments)


def _first_line(path: Path) -> str:
    """The first line of the module's docstring, read as text: the file may not even parse."""
    return path.read_text("utf-8").partition("\n")[0].strip('"')
