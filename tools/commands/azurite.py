"""Run the storage emulator alone, on its usual ports."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path

from devhost.azurite import USUAL_PORTS, azurite
from devhost.up import interrupt_on_signals
from tools.project import AZURITE_HOME

HELP = "run the storage emulator alone, for `func start`, until Ctrl-C"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep its data there")


def run(args: argparse.Namespace) -> int:
    """Run until Ctrl-C or SIGTERM."""
    interrupt_on_signals()
    try:
        with azurite(folder=args.data, ports=USUAL_PORTS, home=AZURITE_HOME) as connection:
            print(f"AzureWebJobsStorage={connection}\nCtrl-C stops.", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("Stopped.")
    return 0
