"""A side of the model benchmark, in a process of its own: `python -m benchmarks._model_sides …`.

Prints the time of its first score (seconds since the epoch), then for each part that it is asked to
score the seconds, and at the end of its input its peak memory in MB.
"""

# ruff: noqa: PLC0415 - a side imports only what it uses: the time to the first score is measured

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks._memory import peak_mb

FIRST = "just watched this with my sister and we loved it"
BATCH = 32
Score = Callable[[Sequence[str]], object]


def pipeline_one(folder: Path) -> Score:
    """transformers.pipeline as its documentation shows it."""
    from transformers import pipeline

    pipe = pipeline("sentiment-analysis", model=str(folder / "pytorch"))
    return lambda texts: pipe(list(texts), truncation=True)


def pipeline_batched(folder: Path) -> Score:
    """transformers.pipeline with batch_size=32."""
    from transformers import pipeline

    pipe = pipeline("sentiment-analysis", model=str(folder / "pytorch"), batch_size=BATCH)
    return lambda texts: pipe(list(texts), truncation=True)


def plain_onnx(folder: Path) -> Score:
    """A plain float export on ONNX Runtime's defaults, batches of 32 in arrival order."""
    import onnxruntime as ort
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder / "pytorch")
    session = ort.InferenceSession(folder / "plain.onnx", providers=["CPUExecutionProvider"])

    def score(texts: Sequence[str]) -> None:
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            given = tokenizer(batch, padding=True, truncation=True, return_tensors="np")
            names = ("input_ids", "attention_mask")
            session.run(None, {name: given[name] for name in names})

    return score


def roberta_int8(folder: Path) -> Score:
    """Our analyzer, with a model of RoBERTa-base's size."""
    return _ours(str(folder / "int8"))


def compact(_: Path) -> Score:
    """Our analyzer, with the bundled model."""
    return _ours("compact")


def _ours(choice: str) -> Score:
    from model.factory import build

    return build(choice).predict


SIDES: dict[str, Callable[[Path], Score]] = {
    "pipeline": pipeline_one,
    "pipeline_batched": pipeline_batched,
    "plain_onnx": plain_onnx,
    "roberta_int8": roberta_int8,
    "compact": compact,
}


def main(argv: Sequence[str]) -> None:
    """Arguments: SIDE FOLDER TEXTS, where TEXTS is a JSON file with a list of lists of strings.

    Each line of the input is the index of a list, which is scored; the seconds are printed.
    """
    side, folder, texts_file = argv
    score = SIDES[side](Path(folder))
    score([FIRST])
    print(time.time(), flush=True)
    parts = json.loads(Path(texts_file).read_text(encoding="utf-8"))
    for line in sys.stdin:
        texts = parts[int(line)]
        begin = time.perf_counter()
        score(texts)
        print(time.perf_counter() - begin, flush=True)
    print(peak_mb(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
