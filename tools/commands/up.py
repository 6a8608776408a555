"""Run Undertone and its storage on this machine until Ctrl-C."""

from __future__ import annotations

import argparse

from devhost import up
from tools.project import AZURITE_HOME, PROJECT

HELP = up.HELP


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m devhost up`, with this project's defaults."""
    up.add_arguments(parser, app=PROJECT, azurite_home=AZURITE_HOME)


def run(args: argparse.Namespace) -> int:
    """Run the host; the exit code."""
    return up.run(args)
