"""Speed, memory and first score of our models beside what a user would write instead.

`./dev bench model [--json FILE]`. Every side runs in a process of its own, on tweets of the same
lengths. All are alive at once and score short parts by turns, so that each meets the same quiet and
busy moments of the machine; a side's best part counts, since other work only ever slows one down.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Self

from benchmarks._model_sides import SIDES
from devhost.environment import model_python
from model import corpus
from model.cores import usable_cores

PART = {
    "pipeline": 20,
    "pipeline_batched": 32,
    "plain_onnx": 32,
    "roberta_int8": 250,
    "compact": 1000,
}
"""How many tweets a side scores at a time: some two to four seconds' worth. 250 are a chunk of the
app; 32 one batch."""
TURNS, PARTS, SEED = 3, 8, 5
Figures = dict[str, dict[str, float]]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every side in turns and print the table; in the tools' environment, if need be."""
    options = _options(argv)
    if find_spec("torch") is None:
        command = [str(model_python()), "-m", "benchmarks.model", *(argv or sys.argv[1:])]
        return subprocess.run(command, check=False).returncode
    _measure(options)
    return 0


def _measure(options: argparse.Namespace) -> None:
    # These import PyTorch and what else only the tools' environment has.
    from benchmarks import _int8_peak, _roberta_sized  # noqa: PLC0415

    if options.data is None:
        raise SystemExit("say where the tweets are: --data FOLDER or UNDERTONE_DATA")
    tweets = corpus.semeval(options.data, "test")
    _roberta_sized.make(options.work, [one.text for one in corpus.semeval_train(options.data)])
    texts = [one.text for one in tweets]
    with tempfile.TemporaryDirectory() as folder:
        files = {side: Path(folder) / f"{side}.json" for side in SIDES}
        for side, file in files.items():
            parts = alike(texts, PART[side], options.parts)
            file.write_text(json.dumps(parts), encoding="utf-8")
        raw = measured(options.work, files, options)
    peak = _int8_peak.shares(options.work / "int8", alike(texts, PART["roberta_int8"], 2)[0])
    _report(raw, peak, options.json)


def alike(texts: Sequence[str], size: int, parts: int, seed: int = SEED) -> list[list[str]]:
    """`parts` lists of `size` different texts, of nearly the same lengths in all, each shuffled."""
    random = Random(seed)
    chosen = sorted(random.sample(texts, size * parts), key=len)
    dealt = [chosen[start : start + parts] for start in range(0, len(chosen), parts)]
    for hand in dealt:
        random.shuffle(hand)
    lists = [list(part) for part in zip(*dealt, strict=True)]
    for part in lists:
        random.shuffle(part)
    return lists


def measured(folder: Path, texts: dict[str, Path], options: argparse.Namespace) -> Figures:
    """The best part of every side, texts/s, and the median; seconds to the first score; MB."""
    speeds: dict[str, list[float]] = {side: [] for side in SIDES}
    firsts: dict[str, list[float]] = {side: [] for side in SIDES}
    memory: dict[str, list[float]] = {side: [] for side in SIDES}
    for turn in range(options.turns):
        with ExitStack() as alive:
            running = {
                side: alive.enter_context(_Running(side, folder, texts[side])) for side in SIDES
            }
            for number in range(options.parts):
                for side, process in running.items():
                    speeds[side].append(PART[side] / process.scored(number))
            for side, process in running.items():
                firsts[side].append(process.first)
                memory[side].append(process.ended())
        told = {side: round(max(found), 1) for side, found in speeds.items()}
        starts = {side: round(found[-1], 2) for side, found in firsts.items()}
        load = os.getloadavg()[0]
        print(f"turn {turn + 1}: best {told}, first {starts}, load {load:.1f}", flush=True)
    return {
        side: {
            "speed": round(max(speeds[side]), 1),
            "median_speed": round(median(speeds[side]), 1),
            "first": round(min(firsts[side]), 2),
            "median_first": round(median(firsts[side]), 2),
            "memory": round(min(memory[side])),
        }
        for side in SIDES
    }


class _Running:
    """One side's process; leaving it ends it."""

    def __init__(self, side: str, folder: Path, texts: Path) -> None:
        command = [sys.executable, "-m", "benchmarks._model_sides", side, str(folder), str(texts)]
        quiet = {**os.environ, "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1"}
        quiet["HF_HUB_DISABLE_PROGRESS_BARS"] = quiet["TQDM_DISABLE"] = "1"
        begin = time.time()
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=quiet
        )
        self.first = self._said() - begin
        """Seconds from the process's start to its first score."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def scored(self, number: int) -> float:
        """Seconds in which the part of that number was scored."""
        if self._process.stdin:
            self._process.stdin.write(f"{number}\n")
            self._process.stdin.flush()
        return self._said()

    def ended(self) -> float:
        """Peak memory in MB."""
        if self._process.stdin:
            self._process.stdin.close()
            self._process.stdin = None
        return self._said()

    def _said(self) -> float:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise SystemExit(f"a side ended with {self._process.wait()}; its words are above")
        return float(line)


def ratios(raw: Figures, peak: dict[str, Any]) -> dict[str, float]:
    """What the model card compares: ours over the usual way."""
    usual, ours, small = raw["pipeline"], raw["roberta_int8"], raw["compact"]
    return {
        "roberta_vs_pipeline": round(ours["speed"] / usual["speed"], 2),
        "roberta_vs_pipeline_batched": round(ours["speed"] / raw["pipeline_batched"]["speed"], 2),
        "compact_vs_pipeline": round(small["speed"] / usual["speed"], 1),
        "first_score_roberta": round(usual["first"] / ours["first"], 1),
        "first_score_compact": round(usual["first"] / small["first"], 1),
        "memory_roberta": round(ours["memory"] / usual["memory"], 3),
        "int8_peak_share": peak["share"],
    }


def _report(raw: Figures, peak: dict[str, Any], file: Path | None) -> None:
    found = ratios(raw, peak)
    print("\n| side | comments/s (median) | first score, s (median) | peak memory, MB |")
    print("|---|---|---|---|")
    for side, one in raw.items():
        speed = f"{one['speed']} ({one['median_speed']})"
        first = f"{one['first']} ({one['median_first']})"
        print(f"| {side} | {speed} | {first} | {one['memory']:.0f} |")
    print("\n| ratio | |\n|---|---|")
    for name, value in found.items():
        print(f"| {name} | {value} |")
    print(f"\nint8 peak and where RoBERTa's time goes: {json.dumps(peak, indent=1)}")
    load = [round(one, 1) for one in os.getloadavg()]
    print(f"{usable_cores()} cores, load average {load}, Python {sys.version.split()[0]}")
    if file:
        whole = {"ratios": found, "raw": raw, "int8_peak": peak, "load_average": load}
        file.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench model", description=__doc__)
    parser.add_argument("--json", type=Path, help="write ratios and raw figures here")
    parser.add_argument("--turns", type=int, default=TURNS, help="processes of each side")
    parser.add_argument("--parts", type=int, default=PARTS, help="parts that each process scores")
    parser.add_argument("--work", type=Path, default=Path(".dev/bench-model"))
    corpus.add_data_option(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
