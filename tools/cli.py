"""The commands of `./dev`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from tools.commands import (
    azurite,
    backup,
    bench,
    check,
    clean,
    deliver,
    demo,
    faults,
    fuzz,
    infra,
    lock,
    model,
    mutants,
    package,
    sbom,
    smoke,
    soak,
    sources,
    test,
    up,
)


class Command(Protocol):
    """What each module of `tools.commands` has."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """Declare the command's own arguments."""

    def run(self, args: argparse.Namespace, /) -> int:
        """Do it; the exit code."""
        ...


COMMANDS: dict[str, Command] = {
    "demo": demo,
    "up": up,
    "azurite": azurite,
    "sources": sources,
    "test": test,
    "check": check,
    "faults": faults,
    "soak": soak,
    "bench": bench,
    "fuzz": fuzz,
    "mutants": mutants,
    "infra": infra,
    "model": model,
    "package": package,
    "deliver": deliver,
    "smoke": smoke,
    "backup": backup,
    "lock": lock,
    "sbom": sbom,
    "clean": clean,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that is named first; without one, print the help. Returns the exit code."""
    parser = _parser()
    args, unknown = parser.parse_known_args(arguments)
    if args.command is None:
        parser.print_help()
        return 0
    if args.command == "test":
        args.pytest_arguments = unknown
    elif unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return COMMANDS[args.command].run(args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev",
        usage="./dev COMMAND [ARGUMENTS]",
        description="Everything that a developer of Undertone does, from a fresh clone on.",
        epilog="./dev COMMAND --help tells more. First time: ./dev demo",
        formatter_class=partial(argparse.HelpFormatter, width=100),
    )
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND", prog="./dev"
    )
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(name, help=command.HELP, description=command.__doc__)
        command.add_arguments(subparser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
