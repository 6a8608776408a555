"""Fifty labelled queries of our own, and how well a way to rank answers them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from undertone.insights.part import Encodes, to_int8
from undertone.search.lexical import WordIndex, words
from undertone.search.ranking import fused
from undertone.search.vectors import ScannedVectors

QUERIES = Path(__file__).with_name("search_queries.tsv")
OTHERS = Path(__file__).parents[1] / "training" / "comments.tsv"
"""Short comments that the right ones are hidden among. Those which the ways to rank put first were
read, and are among the right ones where they answer the query."""


class Sample(NamedTuple):
    """Queries, texts, and which of these answer each query."""

    queries: list[str]
    texts: list[str]
    relevant: list[set[int]]


class Scored(NamedTuple):
    """The scores of every text for one query, both ways."""

    meaning: np.ndarray
    words: np.ndarray


class Figures(NamedTuple):
    """Means over queries."""

    recall: float
    """At 10."""
    ndcg: float
    """At 10."""
    mrr: float


def read_sample(others: int | None = None) -> Sample:
    """The sample with so many of the other comments; all of them if None."""
    rows = [line.split("\t") for line in QUERIES.read_text("utf-8").splitlines()]
    lines = OTHERS.read_text("utf-8").splitlines()[:others]
    wanted = [text for _, *right in rows for text in right]
    texts = list(dict.fromkeys([*wanted, *(line.split("\t")[1] for line in lines)]))
    places = {text: place for place, text in enumerate(texts)}
    relevant = [{places[text] for text in right} for _, *right in rows]
    return Sample([row[0] for row in rows], texts, relevant)


def score(sample: Sample, encoder: Encodes) -> list[Scored]:
    """Scores as the app computes them: int8 rows, words of all texts."""
    vectors = encoder.encode(sample.texts)
    data = to_int8(vectors, range(len(vectors)), len(vectors), encoder.size)
    scanned = ScannedVectors(np.frombuffer(data, dtype=np.int8).reshape(vectors.shape))
    index = WordIndex(sample.texts)
    asked = encoder.encode(sample.queries)
    return [
        Scored(scanned.scores(vector), index.scores(words(query)))
        for query, vector in zip(sample.queries, asked, strict=True)
    ]


def hybrid(scored: Scored) -> np.ndarray:
    """The app's own ranking."""
    return fused(scored.meaning, scored.words)


def figures(rankings: Sequence[np.ndarray], relevant: Sequence[set[int]]) -> Figures:
    """How high the right texts stand; texts of equal scores in the order of the sample's end, so
    that a way which tells nothing apart gains nothing."""
    recalls, gains, ranks = [], [], []
    for scores, right in zip(rankings, relevant, strict=True):
        order = np.lexsort((-np.arange(len(scores)), -scores))
        places = sorted(int(np.flatnonzero(order == one)[0]) for one in right)
        top = [place for place in places if place < 10]
        recalls.append(len(top) / len(right))
        ideal = sum(1 / np.log2(2 + place) for place in range(len(right)))
        gains.append(sum(1 / np.log2(2 + place) for place in top) / ideal)
        ranks.append(1 / (1 + places[0]))
    return Figures(*(round(float(np.mean(each)), 4) for each in (recalls, gains, ranks)))
