"""The commands of `./dev`."""

from __future__ import annotations

import argparse
import ast
import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from devhost import environment, up

PROJECT = Path(__file__).parents[1]
CACHES = [".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache"]

MODEL_TESTS = [
    "--noconftest",
    "tests/training/test_choose.py",
    "tests/training/test_export.py",
    "tests/training/test_loop.py",
    "tests/training/test_network.py",
    "tests/training/test_train.py",
]
"""What `./dev test` leaves out because it has no PyTorch."""

Arguments = list[str]


class Command(NamedTuple):
    """One command: its line of help, and what it does with the rest of the line."""

    help: str
    run: Callable[[Arguments], int]


def main(arguments: Arguments | None = None) -> int:
    """Run the command that is named first; the rest of the line is its own."""
    parser = _parser()
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.command is None:
        parser.print_help()
        return 0
    return COMMANDS[chosen.command].run(rest)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev",
        usage="./dev COMMAND [ARGUMENTS]",
        description="Everything that a developer of Undertone does, from a fresh clone on.",
        epilog="./dev COMMAND --help tells more. First time: ./dev demo",
        formatter_class=partial(argparse.HelpFormatter, width=100),
    )
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.help, add_help=False, prefix_chars="\0")
    return parser


def _demo(arguments: Arguments) -> int:
    run: Callable[[Arguments], int] = importlib.import_module("devhost.demo").main
    return run(arguments)


def _up(arguments: Arguments) -> int:
    parser = argparse.ArgumentParser(prog="./dev up", description=up.HELP)
    up.add_arguments(parser)
    return up.run(parser.parse_args(arguments))


def _test(arguments: Arguments) -> int:
    return _python("-m", "pytest", "-n", "auto", *arguments)


def _check(arguments: Arguments) -> int:
    argparse.ArgumentParser(prog="./dev check", description=COMMANDS["check"].help).parse_args(
        arguments
    )
    checks = [
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "ruff", "check", "."],
        ["-m", "mypy"],
    ]
    if "[tool.importlinter]" in (PROJECT / "pyproject.toml").read_text("utf-8"):
        checks.append(["-c", "from importlinter.cli import lint_imports_command as c; c()"])
    failed = [" ".join(check) for check in checks if _python(*check) != 0]
    for check in failed:
        print(f"Failed: {check}", file=sys.stderr)
    return 1 if failed else 0


def _bench(arguments: Arguments) -> int:
    folder = PROJECT / "benchmarks"
    names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    if not arguments or arguments[0] not in names:
        print("./dev bench NAME [--json FILE], with NAME one of:")
        for name in names:
            print(f"  {name:<12} {_first_line(folder / f'{name}.py')}")
        return 0 if arguments in ([], ["--help"], ["-h"]) else 2
    return _python("-m", f"benchmarks.{arguments[0]}", *arguments[1:])


def _model(arguments: Arguments) -> int:
    if not arguments or arguments[0].startswith("-"):
        print("./dev model TOOL [ARGUMENTS], with TOOL one of: train, export, evaluate, test")
        print(
            "runs python -m training.TOOL in .venv-model, which has PyTorch; for more TOOL --help;"
        )
        print("test runs the tests that need PyTorch, its arguments go to pytest")
        return 0
    try:
        python = environment.model_python()
    except environment.CannotInstall as trouble:
        print(f"./dev model: {trouble}", file=sys.stderr)
        return 1
    tool = ["pytest", *MODEL_TESTS] if arguments[0] == "test" else [f"training.{arguments[0]}"]
    command = [str(python), "-m", *tool, *arguments[1:]]
    return subprocess.run(command, check=False, cwd=PROJECT).returncode


def _azurite(arguments: Arguments) -> int:
    run: Callable[[Arguments], int] = importlib.import_module("devhost.emulate").main
    return run(arguments)


def _sources(arguments: Arguments) -> int:
    run: Callable[[Arguments], int] = importlib.import_module("devhost.reach").main
    return run(arguments)


def _clean(arguments: Arguments) -> int:
    parser = argparse.ArgumentParser(prog="./dev clean", description=COMMANDS["clean"].help)
    parser.add_argument("--all", action="store_true", help="the virtual environments too")
    everything = parser.parse_args(arguments).all
    folders = [PROJECT / name for name in (".dev", "out", *CACHES)]
    folders += [path for path in PROJECT.rglob("__pycache__") if ".venv" not in str(path)]
    if everything:
        folders += [PROJECT / ".venv", PROJECT / ".venv-model"]
    for folder in folders:
        if folder.exists():
            print(f"Removing {folder.relative_to(PROJECT)}")
            shutil.rmtree(folder)
    return 0


def _python(*arguments: str) -> int:
    return subprocess.run([sys.executable, *arguments], check=False, cwd=PROJECT).returncode


def _first_line(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return text.partition("\n")[0]


COMMANDS = {
    "demo": Command("show it all: start, submit sample posts, watch, print the table, stop", _demo),
    "up": Command(up.HELP, _up),
    "azurite": Command("run the storage emulator alone, for `func start`, until Ctrl-C", _azurite),
    "sources": Command("which platforms the present settings reach, what others need", _sources),
    "test": Command("run the tests on all cores; arguments go to pytest", _test),
    "check": Command("format, lint, types and the arrows between the rooms", _check),
    "bench": Command("run a benchmark; without a name, list them", _bench),
    "model": Command(
        "train, export, evaluate or test a model, in an environment with PyTorch", _model
    ),
    "clean": Command("remove what was built, cached and downloaded; --all: everything", _clean),
}

if __name__ == "__main__":
    sys.exit(main())
