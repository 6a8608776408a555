"""Runs the sides of the model benchmark in processes of their own, by turns.

First each side is started alone, several times. Then all are alive and score short parts by turns,
so that each meets the same quiet and busy moments of the machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from benchmarks._model_sides import SIDES

PART_SIZES = {
    "pipeline": 20,
    "pipeline_batched": 32,
    "plain_onnx": 32,
    "roberta_int8": 250,
    "compact": 1000,
}
"""Texts that a side scores at a time: some two to four seconds' worth. 250 are a chunk of the app;
32 one batch."""
Measured = dict[str, dict[str, list[float]]]
"""Side → "speed" (texts/s), "first" (seconds) and "memory" (MB) → a figure for each turn."""


def measure_sides(folder: Path, texts: Mapping[str, Path], *, starts: int, parts: int) -> Measured:
    """Start every side `starts` times, then let each score its first `parts` lists of texts.

    `folder` has the models (benchmarks/_roberta_sized.py), `texts` a JSON file of lists for a side.
    """
    measured: Measured = {side: {"speed": [], "first": [], "memory": []} for side in SIDES}
    for turn in range(starts):
        for side in SIDES:
            with SideProcess(side, folder, texts[side]) as process:
                measured[side]["first"].append(process.first)
        _print_last(f"start {turn + 1}, s", measured, "first")
    with ExitStack() as stack:
        running = {
            side: stack.enter_context(SideProcess(side, folder, texts[side])) for side in SIDES
        }
        for number in range(parts):
            for side, process in running.items():
                measured[side]["speed"].append(PART_SIZES[side] / process.score(number))
            _print_last(f"part {number + 1}, comments/s", measured, "speed")
        for side, process in running.items():
            measured[side]["memory"].append(process.finish())
    return measured


def _print_last(title: str, measured: Measured, figure: str) -> None:
    last = {side: round(figures[figure][-1], 2) for side, figures in measured.items()}
    print(f"{title}: {last}, load {os.getloadavg()[0]:.1f}", flush=True)


class SideProcess:
    """A running side, which has its first score; leaving the context kills it."""

    def __init__(self, side: str, folder: Path, texts: Path) -> None:
        command = [sys.executable, "-m", "benchmarks._model_sides", side, str(folder), str(texts)]
        quiet = {**os.environ, "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1"}
        quiet["HF_HUB_DISABLE_PROGRESS_BARS"] = quiet["TQDM_DISABLE"] = "1"
        begin = time.time()
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=quiet
        )
        self.first = self._read_number() - begin
        """Seconds from the process's start to its first score."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def score(self, number: int) -> float:
        """Score the list of that index; the seconds that took."""
        if self._process.stdin:
            self._process.stdin.write(f"{number}\n")
            self._process.stdin.flush()
        return self._read_number()

    def finish(self) -> float:
        """Let the process end; its peak memory in MB."""
        if self._process.stdin:
            self._process.stdin.close()
            self._process.stdin = None
        return self._read_number()

    def _read_number(self) -> float:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise SystemExit(f"a side ended with {self._process.wait()}; its output is above")
        return float(line)
