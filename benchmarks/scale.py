"""Time and cost of bursts on Flex Consumption, simulated; and the simulation beside real runs.

`benchmarks/_flex.py` is the simulation. The service times below were measured (docs/scale.md says
how), the prices are list prices with their date; `--times FILE` and `--prices FILE` (JSON) replace
them. `--validate` runs jobs on this machine with one, two and three instances and simulates them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks._flex import Outcome, Plan, Times, Work, simulate
from benchmarks._scale_runs import real_runs

POSTS = {"100": 1, "10,000": 100, "1,000,000": 10_000}
"""Comments of a burst → its posts, of a hundred comments each."""
TIMES = {
    "compact": Times(Work(0.9, 0.03), Work(0.15, 0.61), Work(0.3, 0.05), 3.0),
    "RoBERTa": Times(Work(0.9, 0.03), Work(0.15, 3.83), Work(0.3, 0.05), 3.5),
}
"""A chunk of 100 comments: compact 172 and RoBERTa-base 26 comments a second and core
(docs/model.md), 12 calls of storage of 2 ms of processor and about 10 ms of waiting."""
BLOCK_SECONDS = 0.0005
"""What each chunk adds to the aggregator (docs/measurements.md)."""


@dataclass(frozen=True)
class Prices:
    """US dollars, list prices; replace them by those of your region and contract."""

    date: str = "May 2025 (compute, as reported by modal.com), the others recalled, November 2026"
    gb_second: float = 0.000026
    million_executions: float = 0.40
    ten_thousand_writes: float = 0.055
    ten_thousand_reads: float = 0.0044
    ten_thousand_queue_calls: float = 0.004
    writes_a_post: int = 9
    reads_a_post: int = 12
    queue_calls_a_post: int = 8

    def cost(self, outcome: Outcome, posts: int) -> float:
        """Of one job, without free grants, idle polling and telemetry."""
        calls = (
            self.writes_a_post * self.ten_thousand_writes
            + self.reads_a_post * self.ten_thousand_reads
            + self.queue_calls_a_post * self.ten_thousand_queue_calls
        )
        return (
            outcome.gb_seconds * self.gb_second
            + outcome.executions * self.million_executions / 1e6
            + posts * calls / 10_000
        )


RELAXED: Mapping[str, Mapping[str, Any]] = {
    "instances": {"most_instances": 1_000},
    "barrier": {"barrier_rate": 50_000.0},
    "scaler": {"decides_every": 0.5},
    "polling": {"polls_every": 0.05},
    "platform": {"posts_a_minute": float("inf")},
}
"""Limit → what a plan without it is."""


def main(argv: Sequence[str] | None = None) -> int:
    """Simulate, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(prog="./dev bench scale", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--prices", type=Path, metavar="FILE", help="other prices")
    parser.add_argument("--validate", action="store_true", help="run jobs here as well")
    parser.add_argument("--most", type=int, default=100, help="instances a function (%(default)s)")
    parser.add_argument(
        "--posts-a-minute", type=float, default=float("inf"), help="what the platform lets through"
    )
    options = parser.parse_args(argv)
    prices = Prices(**json.loads(options.prices.read_text())) if options.prices else Prices()
    plan = Plan(most_instances=options.most, posts_a_minute=options.posts_a_minute)
    bursts = [burst(model, name, plan, prices) for model in TIMES for name in POSTS]
    _print(bursts, prices)
    figures: dict[str, Any] = {"bursts": bursts}
    if options.validate:
        figures["runs"] = validate()
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return 0


def burst(model: str, name: str, plan: Plan, prices: Prices) -> dict[str, Any]:
    """One burst: its time and cost, and how much sooner it would end without each limit."""
    posts = POSTS[name]
    times = TIMES[model]
    ending = times.aggregate.computing + BLOCK_SECONDS * posts
    times = replace(times, aggregate=replace(times.aggregate, computing=ending))
    outcome = simulate(times, plan, posts)
    sooner = {
        limit: 1 - simulate(times, replace(plan, **without), posts).seconds / outcome.seconds
        for limit, without in RELAXED.items()
    }
    at_once = simulate(replace(times, cold_start=0.0), plan, posts).seconds
    sooner["cold starts"] = 1 - at_once / outcome.seconds
    return {
        "model": model,
        "comments": name,
        "seconds": outcome.seconds,
        "cost": prices.cost(outcome, posts),
        "instances": outcome.instances,
        "barrier_busy": outcome.barrier_busy,
        "first_limit": max(sooner, key=lambda limit: sooner[limit]),
        "sooner_without": sooner,
    }


def _print(bursts: list[dict[str, Any]], prices: Prices) -> None:
    console = Console(width=110)
    table = Table(
        "model",
        "comments",
        "seconds",
        "US$",
        "fetch / score instances",
        "barrier",
        "sooner without",
    )
    for row in bursts:
        sooner = sorted(row["sooner_without"].items(), key=lambda pair: -pair[1])[:2]
        table.add_row(
            row["model"],
            row["comments"],
            f"{row['seconds']:.0f}",
            f"{row['cost']:.4f}",
            f"{row['instances']['fetch']} / {row['instances']['score']}",
            f"{100 * row['barrier_busy']:.0f} %",
            ", ".join(f"{limit} {100 * share:.0f} %" for limit, share in sooner),
        )
    console.print(table)
    console.print(f"Prices: {prices.date}")


def validate() -> list[dict[str, float]]:
    """Jobs with one, two and three instances, real and simulated.

    Of the real ones only the first gives the simulation a figure: the processor time of a post.
    """
    runs = real_runs()
    cores = float(os.cpu_count() or 1)
    console = Console(width=110)
    table = Table("job", "instances", "real, s", "simulated, s", "ratio", "share of a core")
    for run in runs:
        work = run.of_a_post
        times = Times(
            fetch=Work(0.0, 0.4 * work), score=Work(run.waiting, 0.6 * work),
            aggregate=Work(0.0, 0.05), cold_start=0.0,
        )  # fmt: skip
        plan = Plan(instances=run.instances, shared_cores=cores * run.share)
        run.simulated = simulate(times, plan, run.posts).seconds
        table.add_row(
            run.job, str(run.instances), f"{run.seconds:.1f}", f"{run.simulated:.1f}",
            f"{run.simulated / run.seconds:.2f}", f"{run.share:.2f}",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"{cores:.0f} cores, load {os.getloadavg()[0]:.1f}; the simulation has the share of them "
        "that a busy thread was given before the run"
    )
    return [vars(run) for run in runs]


if __name__ == "__main__":
    sys.exit(main())
