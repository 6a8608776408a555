"""`azurite`: the storage emulator alone, on its usual ports."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path

from devhost.azurite import USUAL_PORTS, azurite
from devhost.up import end_by_signals


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="./dev azurite", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep its data there")
    folder = parser.parse_args(arguments).data
    end_by_signals()
    try:
        with azurite(folder=folder, ports=USUAL_PORTS) as connection:
            print(f"AzureWebJobsStorage={connection}\nCtrl-C stops.", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("Stopped.")
    return 0
