"""Run a job while storage fails and instances die, and compare its files with a quiet run's.

The app runs in the development host, two instances of it, on the storage emulator. Between them a
proxy answers 503, resets connections, drops answers of work that was done, and delays requests by
up to five seconds, each at a rate of its own up to --rate. Instances are killed (SIGKILL) and
stopped for seconds (SIGSTOP), and the emulator is restarted on its data. All of it is drawn by the
run's seed: `--runs 1 --seed 7` repeats the run with seed 7, as far as timing allows.

The three result files must be those of the quiet run, byte for byte but for the time of fetching.
What is kept of a run that went wrong: both sets of files, the logs and the emulator's data, in
out/faults/SEED.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from devhost.up import interrupt_on_signals
from tools.project import OUT

if TYPE_CHECKING:
    from tools.faults.files import Files
    from tools.faults.runs import Outcome, Task

HELP = "run a job while storage fails and instances die; its files must stay the same"
FOLDER = OUT / "faults"
WIDTH = 110
"""Of the table, at least: what a log keeps."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--runs", type=int, default=5, metavar="N", help="how many runs (default 5)")
    add("--seed", type=int, default=1, metavar="S", help="of the first run; then S + 1, … (1)")
    add("--rate", type=float, default=0.05, help="highest share of requests a kind spoils (0.05)")
    add("--posts", type=int, default=16, metavar="N", help="posts of the job (16)")
    add("--job", type=int, default=1, metavar="SEED", help="what the job is made up from (1)")
    add(
        "--paid-runs",
        action="store_true",
        help="also links of platforms that are read by paid runs: where a start was lost, its post "
        "waits for two minutes",
    )
    add("--keep", action="store_true", help="keep files and logs of runs that went well too")
    add("--analyzer", default="compact", help="the setting ANALYZER (compact)")
    add(
        "--patience",
        type=float,
        default=1800.0,
        metavar="SECONDS",
        help="how long a job may take: by default longer than it takes until a job that stands "
        "still is looked after (1800)",
    )


def run(args: argparse.Namespace) -> int:
    """Run them all; 1 if any went wrong."""
    # Imported here so that the other commands work while the app cannot be imported.
    from tools.faults.job import PAID_RUNS, PLATFORMS, job_of  # noqa: PLC0415
    from tools.faults.runs import FaultyRun, Task  # noqa: PLC0415
    from tools.job_client import Trouble  # noqa: PLC0415

    interrupt_on_signals()  # SIGTERM too: what was started is then stopped
    console = Console()
    console.width = max(console.width, WIDTH)
    platforms = [*PLATFORMS, *(PAID_RUNS if args.paid_runs else ())]
    task = Task(job_of(args.job, args.posts, platforms), args.analyzer, args.patience)
    try:
        expected = _quiet_files(console, task)
    except Trouble as error:
        console.print(f"The quiet run went wrong: {error}", markup=False)
        return 1
    if expected is None:
        return 1
    outcomes = []
    for seed in range(args.seed, args.seed + args.runs):
        folder = FOLDER / str(seed)
        one = FaultyRun(task, seed, folder, most=args.rate, keep_all=args.keep)
        outcome = one.run(expected)
        console.print(_sentence(outcome), markup=False, highlight=False, soft_wrap=True)
        outcomes.append(outcome)
    console.print(_table(outcomes))
    wrong = [outcome.seed for outcome in outcomes if outcome.problem]
    console.print(f"{len(outcomes) - len(wrong)} of {len(outcomes)} runs gave the same files.")
    return 1 if wrong else 0


def _quiet_files(console: Console, task: Task) -> Files | None:
    """The files to compare with; None if their scores are not those that this process computes."""
    from model.factory import build  # noqa: PLC0415
    from tools.faults.files import keep, wrong_scores  # noqa: PLC0415
    from tools.faults.runs import quiet_run  # noqa: PLC0415

    folder = FOLDER / "quiet"
    began = time.monotonic()
    files = quiet_run(task, folder)
    seconds = time.monotonic() - began
    comments = files["comments.jsonl"].count(b"\n")
    console.print(f"The quiet run: {comments} comments, {seconds:.0f} s from start to stop.")
    if wrong := wrong_scores(files["comments.jsonl"], build(task.analyzer)):
        keep(folder, files)
        console.print(f"{wrong} of them have wrong scores in the quiet run: {_shown(folder)}")
        return None
    return files


def _sentence(outcome: Outcome) -> str:
    result = outcome.problem or "equal"
    where = f" Kept: {_shown(FOLDER / str(outcome.seed))}" if outcome.problem else ""
    return f"seed {outcome.seed}: {outcome.seconds:.0f} s, {result}{where}"


def _shown(folder: Path) -> str:
    return str(folder.relative_to(OUT.parent))


def _table(outcomes: Sequence[Outcome]) -> Table:
    from tools.faults.disturbances import Disturbance  # noqa: PLC0415
    from tools.faults.plan import Kind  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
    table.add_column("seed", justify="right")
    kinds = [*(str(kind) for kind in Kind), *(f"{kind}s" for kind in Disturbance)]
    for column in ("requests", *kinds, "asked again", "seconds"):
        table.add_column(column, justify="right")
    table.add_column("files")
    for outcome in outcomes:
        table.add_row(
            str(outcome.seed),
            str(outcome.requests),
            *(str(outcome.injected[kind]) for kind in Kind),
            *(str(outcome.disturbances[kind]) for kind in Disturbance),
            str(outcome.disappointments),
            f"{outcome.seconds:.0f}",
            "[red]WRONG[/red]" if outcome.problem else "equal",
        )
    return table
