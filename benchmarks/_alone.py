"""An analyzer alone: `python -m benchmarks._alone NAME` prints comments a second."""

from __future__ import annotations

import sys
import time

from benchmarks._texts import comment_texts
from model.analyzer import build

COUNT, AT_ONCE = 10_000, 250


def main(name: str) -> float:
    """Comments a second when all cores do nothing else, in chunks of the pipeline's size."""
    analyzer = build(name)
    texts = comment_texts(COUNT)
    analyzer.predict(texts[:AT_ONCE])
    began = time.perf_counter()
    for start in range(0, COUNT, AT_ONCE):
        analyzer.predict(texts[start : start + AT_ONCE])
    return COUNT / (time.perf_counter() - began)


if __name__ == "__main__":
    print(main(sys.argv[1]))
