"""`up`: run the host in a terminal until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from devhost.azurite import DEFAULT_HOME
from devhost.errors import StartupError
from devhost.settings import INVISIBILITY
from devhost.supervisor import DevHost

HELP = "run the function app and its storage on this machine until Ctrl-C"


def add_arguments(
    parser: argparse.ArgumentParser, *, app: Path = Path(), azurite_home: Path = DEFAULT_HOME
) -> None:
    """Declare the options of `up`; the keywords are the defaults of two of them."""
    add = parser.add_argument
    add("--app", type=Path, default=app, metavar="FOLDER", help="folder of function_app.py")
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
    _add_storage_arguments(parser, azurite_home)
    add("--keys", metavar="KEY", help="ask callers for this function key (default: no key)")
    add("--restart", action="store_true", help="replace an instance that dies")


def _add_storage_arguments(parser: argparse.ArgumentParser, azurite_home: Path) -> None:
    add = parser.add_argument
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
    add(
        "--azurite-home",
        type=Path,
        default=azurite_home,
        metavar="FOLDER",
        help="where the emulator is installed (default %(default)s)",
    )


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least one instance must run")
    return count


def interrupt_on_signals() -> None:
    """Let Ctrl-C and SIGTERM raise KeyboardInterrupt.

    Both by name: a shell starts its background jobs with SIGINT ignored, and that is inherited.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def run(args: argparse.Namespace) -> int:
    """Run until Ctrl-C, SIGTERM or the death of the last instance; the exit code."""
    host = DevHost(
        args.app,
        storage=args.storage,
        data=args.data,
        azurite_home=args.azurite_home,
        settings_file=args.settings,
        instances=args.instances,
        invisibility=args.invisibility,
        port=args.port,
        function_key=args.keys,
        restart=args.restart,
    )
    interrupt_on_signals()
    try:
        with host:
            _print_addresses(host)
            host.wait()
            print("No instance is left.", file=sys.stderr)
            return 1
    except StartupError as error:
        print(f"The host cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 0


def _print_addresses(host: DevHost) -> None:
    pids = ", ".join(str(pid) for pid in host.pids)
    print(f"Functions at {host.url}, instances with process id {pids}. Ctrl-C stops.")
    for line in host.functions:
        print(f"  {line}")
    for warning in host.warnings:
        print(f"Warning: {warning}")
    print(f"Storage: {host.storage}", flush=True)
