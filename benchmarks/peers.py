"""The same job on what people run today (Celery, Redis, transformers.pipeline) and on ours.

20 posts of 100 comments, from the upload to the table, on the same cores by turns; seconds, memory
while working and while idle, processes to look after. RoBERTa-sized on both sides, and our compact
against their RoBERTa-sized. Needs redis-server and makes .venv-peers, with PyTorch, by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks._peer_sides import Figures, Posts, ours, usual
from benchmarks._texts import tweet_like_texts
from tools.environment import InstallError, ensure, python_for_torch
from tools.project import CACHE, PROJECT

POSTS, COMMENTS = 20, 100
TURNS, BATCH = 3, 32
REACH = {"RoBERTa-sized": 6.0, "compact": 35.0}
"""How many times sooner ours is to be done than the usual stack."""
USUAL = "Celery, Redis, transformers.pipeline"
REQUIREMENTS = PROJECT / "benchmarks" / "celery_stack" / "requirements.txt"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(prog="./dev bench peers", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--turns", type=int, default=TURNS, help="of each side (%(default)s)")
    parser.add_argument("--posts", type=int, default=POSTS, help="of a job (%(default)s)")
    parser.add_argument("--batch", type=int, default=BATCH, help="the pipeline's (%(default)s)")
    parser.add_argument(
        "--models", type=Path, default=CACHE / "bench-model" / "generated", metavar="FOLDER",
        help="of the RoBERTa-sized model, made unless it is there (%(default)s)",
    )  # fmt: skip
    options = parser.parse_args(argv)
    python = peers_python()
    models: Path = options.models
    subprocess.run(
        [str(python), "-m", "benchmarks.celery_stack.make_model", str(models)],
        check=True, cwd=PROJECT,
    )  # fmt: skip
    sides: dict[str, list[Figures]] = {USUAL: [], "RoBERTa-sized": [], "compact": []}
    for turn in range(options.turns):
        jobs = (_posts(options.posts, 2 * turn), _posts(options.posts, 2 * turn + 1))
        sides[USUAL].append(
            usual(python, models / "pytorch", jobs, options.batch, os.cpu_count() or 1)
        )
        sides["RoBERTa-sized"].append(ours(str(models / "int8"), jobs))
        sides["compact"].append(ours("compact", jobs))
        last = {name: f"{figures[-1].seconds:.1f} s" for name, figures in sides.items()}
        print(f"turn {turn + 1}: {last}, load {os.getloadavg()[0]:.1f}", flush=True)
    _print(sides, options.posts)
    if options.json:
        options.json.write_text(json.dumps(_json(sides), indent=2))
    return 0


def peers_python() -> Path:
    """The interpreter of .venv-peers, made if it is not there. Raises SystemExit."""
    try:
        return ensure(PROJECT / ".venv-peers", REQUIREMENTS, python_for_torch())
    except InstallError as error:
        raise SystemExit(f"bench peers: {error}") from error


def _posts(posts: int, seed: int) -> Posts:
    texts = tweet_like_texts(posts * COMMENTS, seed + 1)
    return [(f"post {n}", texts[n * COMMENTS :][:COMMENTS]) for n in range(posts)]


def _json(sides: dict[str, list[Figures]]) -> dict[str, Any]:
    return {
        "processor": processor(),
        "load": os.getloadavg(),
        "sides": {name: [turn._asdict() for turn in turns] for name, turns in sides.items()},
        "times_sooner": {name: times_sooner(sides, name) for name in REACH},
    }


def times_sooner(sides: dict[str, list[Figures]], name: str) -> float:
    """The median over the turns of the usual stack's seconds by those of the side `name`."""
    pairs = zip(sides[USUAL], sides[name], strict=True)
    return median(theirs.seconds / own.seconds for theirs, own in pairs)


def processor() -> str:
    """The processor's name as the system tells it, with its number of cores."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if "model name" in line), "?")
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    vnni = "with" if any("vnni" in flag for flag in flags) else "without"
    return f"{os.cpu_count()} cores of {name}, {vnni} VNNI"


def _print(sides: dict[str, list[Figures]], posts: int) -> None:
    console = Console(width=110)
    table = Table("side", "seconds", "first job", "working, MB", "idle, MB", "processes")
    for name, turns in sides.items():
        table.add_row(
            name if name == USUAL else f"ours, {name}",
            *(f"{median(one):.1f}" for one in zip(*(t[:2] for t in turns), strict=True)),
            *(f"{median(one):.0f}" for one in zip(*(t[2:] for t in turns), strict=True)),
        )
    console.print(table)
    console.print(
        f"{posts} posts of {COMMENTS} comments; {processor()}; load {os.getloadavg()[0]:.1f}"
    )
    for name, reach in REACH.items():
        found = times_sooner(sides, name)
        verdict = "reached" if found >= reach else "NOT reached"
        console.print(f"{name}: {found:.1f} times sooner; {reach:.0f} wanted: {verdict}")


if __name__ == "__main__":
    sys.exit(main())
