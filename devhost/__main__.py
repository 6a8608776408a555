"""`python -m devhost up …`."""

from __future__ import annotations

import argparse
import sys

from devhost import up


def main() -> int:
    """Parse the command line and run; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m devhost", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("up", help=up.HELP, description=up.HELP)
    up.add_arguments(command)
    return up.run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
