"""Speed, memory and first score of our models beside what a user would write instead.

`./dev bench model [--json FILE]`. Every side runs in a process of its own, on texts of the same
lengths: real tweets where --data or UNDERTONE_DATA names them, otherwise generated texts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks._model_report import print_report, write_json
from benchmarks._model_sides import SIDES
from benchmarks._side_processes import PART_SIZES, measure_sides
from benchmarks._texts import equal_parts, model_texts
from tools.environment import model_python
from training import corpus

STARTS, PARTS = 5, 12


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every side and print the tables; in .venv-model, which has PyTorch."""
    options = _options(argv)
    if find_spec("torch") is None:
        command = [str(model_python()), "-m", "benchmarks.model", *(argv or sys.argv[1:])]
        return subprocess.run(command, check=False).returncode
    _measure(options)
    return 0


def _measure(options: argparse.Namespace) -> None:
    # These import PyTorch, which is in .venv-model only.
    from benchmarks import _int8_peak, _roberta_sized  # noqa: PLC0415

    texts = model_texts(options.data)
    print(f"Texts: {texts.description}", flush=True)
    most = len(texts.scored) // max(PART_SIZES.values())
    if not 0 < options.parts <= most:
        raise SystemExit(
            f"--parts {options.parts}: must be 1 to {most} for {len(texts.scored)} texts"
        )
    models = options.work / texts.name
    _roberta_sized.make(models, texts.for_tokenizer)
    with tempfile.TemporaryDirectory() as folder:
        files = {side: Path(folder) / f"{side}.json" for side in SIDES}
        for side, file in files.items():
            parts = equal_parts(texts.scored, PART_SIZES[side], options.parts)
            file.write_text(json.dumps(parts), encoding="utf-8")
        measured = measure_sides(models, files, starts=options.starts, parts=options.parts)
    chunk = equal_parts(texts.scored, PART_SIZES["roberta_int8"], 2)[0]
    peak = _int8_peak.int8_shares(models / "int8", chunk)
    print_report(measured, peak, texts.description)
    if options.json:
        write_json(options.json, measured, peak, texts.description)


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
