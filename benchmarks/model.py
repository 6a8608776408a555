"""Speed, memory and first score of our models beside what a user would write instead.

`./dev bench model [--json FILE]`. Every side runs in processes of its own, in turns, on the same
tweets; the best turn counts, since other work only ever slows one down.
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
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks._model_sides import SIDES
from devhost.environment import model_python
from model import corpus
from model.cores import usable_cores

TEXTS = {
    "pipeline": 200,
    "pipeline_batched": 320,
    "plain_onnx": 320,
    "roberta_int8": 800,
    "compact": 4000,
}
"""How many of the shuffled tweets each side scores: some 15 s worth for each."""
TURNS, SEED = 3, 5
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
    tweets = corpus.sample(corpus.semeval(options.data, "test"), max(TEXTS.values()), SEED)
    texts = [one.text for one in tweets]
    _roberta_sized.make(options.work, [one.text for one in corpus.semeval_train(options.data)])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.json"
        file.write_text(json.dumps(texts), encoding="utf-8")
        raw = measured(options.work, file, options.turns)
    peak = _int8_peak.shares(options.work / "int8", texts[: TEXTS["roberta_int8"]])
    _report(raw, peak, options.json)


def measured(folder: Path, texts: Path, turns: int) -> Figures:
    """The best of `turns` turns of every side: texts/s, seconds to the first score, MB."""
    best: Figures = {}
    for turn in range(turns):
        for side in SIDES:
            one = run_side(side, folder, texts)
            print(f"turn {turn + 1} {side}: {one}, load {os.getloadavg()[0]:.1f}", flush=True)
            known = best.setdefault(side, one)
            known["speed"] = max(known["speed"], one["speed"])
            known["first"] = min(known["first"], one["first"])
            known["memory"] = min(known["memory"], one["memory"])
    return best


def run_side(side: str, folder: Path, texts: Path) -> dict[str, float]:
    """One process of one side."""
    command = [sys.executable, "-m", "benchmarks._model_sides", side, str(folder), str(texts)]
    quiet = {**os.environ, "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1"}
    begin = time.time()
    done = subprocess.run(
        [*command, str(TEXTS[side])], stdout=subprocess.PIPE, text=True, check=True, env=quiet
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {
        "speed": round(answer["texts"] / answer["seconds"], 1),
        "first": round(answer["first"] - begin, 2),
        "memory": round(answer["memory"]),
    }


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
    print("\n| side | comments/s | first score, s | peak memory, MB |\n|---|---|---|---|")
    for side, one in raw.items():
        print(f"| {side} | {one['speed']} | {one['first']} | {one['memory']:.0f} |")
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
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--work", type=Path, default=Path(".dev/bench-model"))
    corpus.add_data_option(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
