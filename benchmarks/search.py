"""Measures search: how well each way ranks, what int8 loses, and times for 10^4 to 10^6 comments.

Times are those of this machine in one process: `cold` builds the index from texts and vectors in
memory (storage comes on top), `warm` is a query over a built index, without encoding it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks._search_sample import Figures, figures, hybrid, read_sample, score
from model.encoder import Encoder
from model.factory import build_encoder
from model.onnx_encoder import OnnxEncoder
from undertone.insights.part import Encodes
from undertone.search.index import Entry, JobIndex, Query, search
from undertone.search.lexical import WordIndex, words
from undertone.search.ranking import MEANING
from undertone.search.vectors import ScannedVectors

SIZE = 384


def measure_quality(encoder: Encodes, exact_encoder: Encoder) -> None:
    """Each way on the labelled sample, other weights, and recall@10 of int8 rows."""
    sample = read_sample()
    scored = score(sample, encoder)
    _say("meaning", figures([one.meaning for one in scored], sample.relevant))
    _say("words", figures([one.words for one in scored], sample.relevant))
    _say("hybrid", figures([hybrid(one) for one in scored], sample.relevant))
    for half, name in ((slice(25), "paraphrases"), (slice(25, 50), "names and tags")):
        for way, ranks in (
            ("meaning", [one.meaning for one in scored[half]]),
            ("words", [one.words for one in scored[half]]),
            ("hybrid", [hybrid(one) for one in scored[half]]),
        ):
            _say(f"{name}: {way}", figures(ranks, sample.relevant[half]))
    for weight in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        mixed = [weight * one.meaning.clip(0, 1) + (1 - weight) * one.words**2 for one in scored]
        _say(f"meaning {weight}", figures(mixed, sample.relevant))
    ranks = [_reciprocal(one.meaning) + _reciprocal(one.words) for one in scored]
    _say("reciprocal rank fusion", figures(ranks, sample.relevant))
    exact = exact_encoder.encode(sample.queries) @ exact_encoder.encode(sample.texts).T
    found = recall([one.meaning for one in scored], exact)
    print(f"recall@10 of int8 rows against floats of {exact_encoder.model}: {found:.4f}")


def recall(found: Sequence[np.ndarray], exact: np.ndarray) -> float:
    """The share of the ten best of `exact` that are among the ten best of `found`."""
    shared = [
        len({*np.argsort(-one)[:10].tolist()} & {*np.argsort(-other)[:10].tolist()})
        for one, other in zip(found, exact, strict=True)
    ]
    return sum(shared) / (10 * len(shared))


def _reciprocal(scores: np.ndarray) -> np.ndarray:
    places = np.empty(len(scores))
    places[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return np.where(scores > 0, 1 / (60 + places), 0)


def _say(name: str, found: Figures) -> None:
    print(f"{name:<26} recall@10 {found.recall:.3f}  nDCG@10 {found.ndcg:.3f}  MRR {found.mrr:.3f}")


def measure_times(count: int, queries: int) -> None:
    """Cold and warm over `count` comments, made of the sample's words, with random vectors."""
    chance, numbers = random.Random(count), np.random.default_rng(count)
    vocabulary = [word for text in read_sample().texts for word in text.split()]
    texts = [" ".join(chance.choices(vocabulary, k=chance.randint(3, 25))) for _ in range(count)]
    rows = numbers.integers(-127, 128, (count, SIZE), dtype=np.int8)
    began = time.perf_counter()
    entries = [Entry(n, 1, str(n), text, None, None, "") for n, text in enumerate(texts)]
    index = JobIndex("job", entries, {}, ScannedVectors(rows), WordIndex(texts), {})
    cold = time.perf_counter() - began
    spent = []
    for _ in range(queries):
        vector = numbers.normal(size=SIZE).astype(np.float32)
        asked = Query(
            vector / np.linalg.norm(vector), words(" ".join(chance.choices(vocabulary, k=4)))
        )
        began = time.perf_counter()
        search([index], asked, 20)
        spent.append(time.perf_counter() - began)
    p50, p99 = np.percentile(spent, [50, 99]) * 1000
    print(
        f"{count:>9,} comments: cold {cold:.2f} s, then {spent[0] * 1000:.0f} ms; warm p50 "
        f"{p50:.1f} ms, p99 {p99:.1f} ms over {queries} queries; vectors {rows.nbytes >> 20} MiB"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print quality and times."""
    parser = argparse.ArgumentParser(prog="./dev bench search", description=__doc__)
    parser.add_argument("--counts", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument(
        "--float",
        type=Path,
        metavar="FOLDER",
        help="compare with this encoder, of ./dev model encoder FOLDER --float; default: the app's",
    )
    options = parser.parse_args(argv)
    encoder = build_encoder()
    print(f"weight of meaning: {MEANING}")
    measure_quality(encoder, OnnxEncoder.load(options.float) if options.float else encoder)
    for count in options.counts:
        measure_times(count, options.queries)
    return 0


if __name__ == "__main__":
    sys.exit(main())
