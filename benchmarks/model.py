"""Speed, memory and first score of our models beside what a user would write instead.

`./dev bench model [--json FILE]`. Every side runs in a process of its own, on tweets of the same
lengths. They start by turns; then all are alive and score short parts by turns, so that each meets
the same quiet and busy moments of the machine.
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
from statistics import harmonic_mean, median
from typing import Any, Self

from benchmarks._model_sides import SIDES
from model import corpus
from model.cores import usable_cores
from tools.environment import model_python

PART = {
    "pipeline": 20,
    "pipeline_batched": 32,
    "plain_onnx": 32,
    "roberta_int8": 250,
    "compact": 1000,
}
"""How many tweets a side scores at a time: some two to four seconds' worth. 250 are a chunk of the
app; 32 one batch."""
STARTS, PARTS, SEED = 5, 12, 5
Measured = dict[str, dict[str, list[float]]]
"""Side → "speed" (texts/s), "first" (seconds) and "memory" (MB) → what each turn gave."""


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
    most = len(tweets) // max(PART.values())
    if not 0 < options.parts <= most:
        raise SystemExit(f"--parts {options.parts}: must be 1 to {most} for {len(tweets)} tweets")
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


def measured(folder: Path, texts: dict[str, Path], options: argparse.Namespace) -> Measured:
    """Starts by turns, each side alone; then all alive, scoring parts by turns."""
    found: Measured = {side: {"speed": [], "first": [], "memory": []} for side in SIDES}
    for turn in range(options.starts):
        for side in SIDES:
            with _Running(side, folder, texts[side]) as process:
                found[side]["first"].append(process.first)
        _tell(f"start {turn + 1}, s", found, "first")
    with ExitStack() as alive:
        running = {side: alive.enter_context(_Running(side, folder, texts[side])) for side in SIDES}
        for number in range(options.parts):
            for side, process in running.items():
                found[side]["speed"].append(PART[side] / process.scored(number))
            _tell(f"part {number + 1}, comments/s", found, "speed")
        for side, process in running.items():
            found[side]["memory"].append(process.ended())
    return found


def _tell(what: str, found: Measured, figure: str) -> None:
    last = {side: round(figures[figure][-1], 2) for side, figures in found.items()}
    print(f"{what}: {last}, load {os.getloadavg()[0]:.1f}", flush=True)


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


RATIOS = {
    "roberta_vs_pipeline": ("speed", "roberta_int8", "pipeline"),
    "roberta_vs_pipeline_batched": ("speed", "roberta_int8", "pipeline_batched"),
    "compact_vs_pipeline": ("speed", "compact", "pipeline"),
    "first_score_roberta": ("first", "pipeline", "roberta_int8"),
    "first_score_compact": ("first", "pipeline", "compact"),
    "memory_roberta": ("memory", "roberta_int8", "pipeline"),
}
"""Name → the figure, and whose is divided by whose."""


def summary(one: dict[str, list[float]]) -> dict[str, float]:
    """A side's figures: texts/s over all its parts together, the median start, peak memory.

    All parts together, not the median or the best of them: parts of one batch differ by how long
    their longest text is, and short parts meet a quiet moment sooner than long ones.
    """
    return {
        "speed": harmonic_mean(one["speed"]),
        "first": median(one["first"]),
        "memory": max(one["memory"]),
    }


def ratios(found: Measured) -> dict[str, float]:
    """What the model card compares: ours with the usual way."""
    known = {side: summary(one) for side, one in found.items()}
    return {
        name: round(known[over][figure] / known[under][figure], 3)
        for name, (figure, over, under) in RATIOS.items()
    }


def _report(found: Measured, peak: dict[str, Any], file: Path | None) -> None:
    print("\n| side | comments/s (parts) | first score, s (starts) | peak memory, MB |")
    print("|---|---|---|---|")
    for side, one in found.items():
        known = summary(one)
        speed = f"{known['speed']:.1f} ({min(one['speed']):.1f} to {max(one['speed']):.1f})"
        first = f"{known['first']:.2f} ({min(one['first']):.2f} to {max(one['first']):.2f})"
        print(f"| {side} | {speed} | {first} | {known['memory']:.0f} |")
    print("\n| ratio | |\n|---|---|")
    for name, value in ratios(found).items():
        print(f"| {name} | {value:.3g} |")
    print(f"\nint8 peak and where RoBERTa's time goes: {json.dumps(peak, indent=1)}")
    load = [round(one, 1) for one in os.getloadavg()]
    print(f"{usable_cores()} cores, load average {load}, Python {sys.version.split()[0]}")
    if file:
        whole = {"ratios": ratios(found), "raw": found, "int8_peak": peak, "load_average": load}
        file.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench model", description=__doc__)
    parser.add_argument("--json", type=Path, help="write ratios and raw figures here")
    parser.add_argument("--starts", type=int, default=STARTS, help="of every side, by turns")
    parser.add_argument("--parts", type=int, default=PARTS, help="that every side scores, by turns")
    parser.add_argument("--work", type=Path, default=Path(".dev/bench-model"))
    corpus.add_data_option(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
