"""One side of the model benchmark in a process of its own: `python -m benchmarks._model_sides …`.

Prints when its first score was there (seconds since the epoch), then the seconds of every part that
it is asked to score, and at the end of its input its peak memory in MB.
"""

# ruff: noqa: PLC0415 - a side imports only what it uses: the time to the first score is measured

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

FIRST = "just watched this with my sister and we loved it"
BATCH = 32
Score = Callable[[Sequence[str]], object]


def pipeline_one(folder: Path) -> Score:
    """transformers.pipeline as its documentation shows it."""
    from transformers import pipeline

    pipe = pipeline("sentiment-analysis", model=str(folder / "pytorch"))
    return lambda texts: pipe(list(texts), truncation=True)


def pipeline_batched(folder: Path) -> Score:
    """The same with batch_size=32."""
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
    """Ours, of RoBERTa-base's size."""
    return _ours(str(folder / "int8"))


def compact(_: Path) -> Score:
    """Ours, as it comes with the app."""
    return _ours("compact")


def _ours(choice: str) -> Score:
    from model.analyzer import build

    return build(choice).predict


def peak_memory() -> float:
    """MB. The kernel's own mark; getrusage's may still be that of the process that forked us."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (one for one in status.splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


SIDES: dict[str, Callable[[Path], Score]] = {
    "pipeline": pipeline_one,
    "pipeline_batched": pipeline_batched,
    "plain_onnx": plain_onnx,
    "roberta_int8": roberta_int8,
    "compact": compact,
}


def main(argv: Sequence[str]) -> None:
    """`SIDE FOLDER TEXTS`: TEXTS is a file of JSON, lists of strings. Every line of the input is
    the number of a list, which is scored and answered with the seconds that took."""
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
    print(peak_memory(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
