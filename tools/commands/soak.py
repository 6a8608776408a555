"""Keep a host busy with jobs of all kinds, and look whether anything grows with time.

Small, large, throttled, cancelled, deleted and repeated jobs run at the same time, all of them
deleted in the end but the newest few. Every few seconds memory and open files of the instances,
memory of the emulator, blobs of each container and messages of each queue are counted. A line
through the second half of each series says whether it grows; what may not grow and does makes the
command fail. The samples are kept as a table, samples.csv.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from devhost.azurite import azurite
from devhost.supervisor import DevHost
from devhost.up import interrupt_on_signals
from tools.project import AZURITE_HOME, OUT, PROJECT

if TYPE_CHECKING:
    from tools.soak.mixture import Mixture
    from tools.soak.samples import Sampler

HELP = "keep a host busy with jobs of all kinds, and look whether anything grows with time"
FOLDER = OUT / "soak"
WIDTH = 130
"""Of the table, at least: what a log keeps."""
PLOT = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--minutes", type=float, default=10.0, metavar="M", help="how long (default 10)")
    add("--seed", type=int, default=1, metavar="S", help="of the mixture (1)")
    add("--every", type=float, default=3.0, metavar="SECONDS", help="between two samples (3)")
    add("--analyzer", default="compact", help="the setting ANALYZER (compact)")
    add(
        "--tolerance",
        type=float,
        default=1.0,
        metavar="FACTOR",
        help="times the limits of the table; short runs still warm up and need more (1)",
    )
    add("--patience", type=float, default=1800.0, metavar="SECONDS", help="for one job (1800)")
    add("--folder", type=Path, default=FOLDER, help="where to keep samples and log (out/soak)")


def run(args: argparse.Namespace) -> int:
    """Run it; 1 if anything grows or went wrong."""
    # Imported here so that the other commands work while the app cannot be imported.
    from tests.fakes.app import running  # noqa: PLC0415
    from tools.faults.job import CREDENTIALS  # noqa: PLC0415
    from tools.soak.mixture import Mixture  # noqa: PLC0415
    from tools.soak.samples import Sampler  # noqa: PLC0415

    interrupt_on_signals()  # SIGTERM too: what was started is then stopped
    console = Console()
    console.width = max(console.width, WIDTH)
    args.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        enter = stack.enter_context
        output = enter((args.folder / "host.log").open("wb"))
        platforms = enter(running())
        settings = CREDENTIALS | {"PLATFORMS_BASE": platforms.base, "ANALYZER": args.analyzer}
        data = enter(tempfile.TemporaryDirectory(prefix="undertone-soak-"))
        storage = enter(azurite(folder=Path(data), home=AZURITE_HOME))
        host = enter(
            DevHost(PROJECT, storage=storage, settings=settings, instances=2, output=output)
        )
        mixture = Mixture(host.url, platforms, args.seed, args.patience)
        mixture.one_of_each()
        sampler = enter(Sampler(host, mixture.deleted, args.every))
        with mixture:
            time.sleep(args.minutes * 60)
        alive = len(host.pids)
    _keep(sampler, args.folder)
    grows = _report(console, sampler, args.tolerance)
    problems = [*mixture.troubles, *([] if alive == 2 else [f"{2 - alive} instances have died"])]
    _tell_jobs(console, mixture, problems)
    for name in grows:
        console.print(f"Grows with time: {name}")
    return 1 if grows or problems else 0


def _report(console: Console, sampler: Sampler, tolerance: float) -> list[str]:
    """Print a row for each series; the names of those that grow although they may not."""
    from tools.soak.plot import bars  # noqa: PLC0415
    from tools.soak.samples import LIMITS  # noqa: PLC0415
    from tools.soak.trend import Limit, trend  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
    table.add_column("", no_wrap=True)
    table.add_column("from 0 to its maximum, over the time", no_wrap=True)
    for column in ("max", "mean", "growth", "allowed", "an hour", ""):
        table.add_column(column, justify="right", no_wrap=True)
    grows = []
    for name in sampler.names:
        values, limit = sampler.series(name), LIMITS.get(name)
        allowed = Limit(tolerance * limit.absolute, tolerance * limit.share) if limit else Limit(0)
        line = trend(sampler.seconds, values, allowed)
        if limit is not None and line.grows:
            grows.append(name)
        verdict = "[red]grows[/red]" if name in grows else "steady" if limit else "only shown"
        figures = (max(values, default=0), line.mean, line.growth)
        table.add_row(
            name,
            bars(values, PLOT),
            *(f"{figure:,.0f}" for figure in figures),
            f"{line.allowed:,.0f}" if limit else "",
            f"{line.per_hour:+,.0f}",
            verdict,
        )
    console.print(table)
    console.print("Mean, growth and growth an hour are those of a line through the second half.")
    return grows


def _tell_jobs(console: Console, mixture: Mixture, problems: list[str]) -> None:
    made = ", ".join(f"{count} {kind}" for kind, count in sorted(mixture.made.items()))
    console.print(
        f"{mixture.made.total()} jobs: {made}; calls repeated: {mixture.disappointments}."
    )
    for problem in problems:
        console.print(f"Wrong: {problem}", markup=False)


def _keep(sampler: Sampler, folder: Path) -> None:
    """Write the samples as a table."""
    with (folder / "samples.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["seconds", *sampler.names])
        columns = [sampler.series(name) for name in sampler.names]
        writer.writerows(zip(sampler.seconds, *columns, strict=True))
