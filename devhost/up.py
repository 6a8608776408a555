"""`up`: run the host in a terminal until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from devhost.errors import Refused
from devhost.settings import INVISIBILITY
from devhost.supervisor import PROJECT, DevHost

HELP = "run the function app and its storage on this machine until Ctrl-C"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `up`."""
    add = parser.add_argument
    add("--app", type=Path, default=PROJECT, metavar="FOLDER", help="folder of function_app.py")
    add("--port", type=int, default=7071, help="HTTP port (default 7071, 0 for a free one)")
    add(
        "--instances", type=_count, default=1, metavar="N", help="worker processes, as in the cloud"
    )
    add(
        "--invisibility",
        type=int,
        default=INVISIBILITY,
        metavar="SECONDS",
        help="how long a received message stays hidden; after that time a killed instance's "
        f"messages come back (default {INVISIBILITY}, as in the cloud)",
    )
    add("--settings", type=Path, metavar="FILE", help="another local.settings.json")
    add(
        "--storage",
        metavar="CONNECTION",
        help="connection string to use as AzureWebJobsStorage; without it an emulator is started "
        "unless one runs on its usual ports",
    )
    add(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="where the emulator started here keeps its data (default: in memory)",
    )
    add("--keys", metavar="KEY", help="ask callers for this function key (default: no key)")
    add("--restart", action="store_true", help="replace an instance that dies")


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least one instance must run")
    return count


def end_by_signals() -> None:
    """Let Ctrl-C and SIGTERM raise KeyboardInterrupt.

    Both by name: a shell starts its background jobs with SIGINT ignored, and that is inherited.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def run(options: argparse.Namespace) -> int:
    """Run until Ctrl-C, SIGTERM or the death of the last instance; the exit code."""
    host = DevHost(
        options.app,
        storage=options.storage,
        data=options.data,
        settings_file=options.settings,
        instances=options.instances,
        invisibility=options.invisibility,
        port=options.port,
        function_key=options.keys,
        restart=options.restart,
    )
    end_by_signals()
    try:
        with host:
            _greet(host)
            host.wait()
            print("No instance is left.", file=sys.stderr)
            return 1
    except Refused as no:
        print(f"The host cannot start: {no}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 0


def _greet(host: DevHost) -> None:
    pids = ", ".join(str(pid) for pid in host.pids)
    print(f"Functions at {host.url}, instances with process id {pids}. Ctrl-C stops.")
    for line in host.functions:
        print(f"  {line}")
    for warning in host.warnings:
        print(f"Warning: {warning}")
    print(f"Storage: {host.storage}", flush=True)
