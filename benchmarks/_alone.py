"""Measures an analyzer without the app: `python -m benchmarks._alone NAME` prints comments/s."""

from __future__ import annotations

import sys
import time

from benchmarks._texts import comment_texts
from model.factory import build

COUNT, CHUNK = 10_000, 250


def main(name: str) -> float:
    """Comments a second, in chunks of the pipeline's size."""
    analyzer = build(name)
    texts = comment_texts(COUNT)
    analyzer.predict(texts[:CHUNK])
    began = time.perf_counter()
    for start in range(0, COUNT, CHUNK):
        analyzer.predict(texts[start : start + CHUNK])
    return COUNT / (time.perf_counter() - began)


if __name__ == "__main__":
    print(main(sys.argv[1]))
