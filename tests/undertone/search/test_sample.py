"""The labelled queries, with the real encoder: both ways together find more than either."""

from __future__ import annotations

import pytest

from benchmarks._search_sample import figures, hybrid, read_sample, score
from benchmarks.search import recall
from model.factory import build_encoder


@pytest.mark.slow
def test_hybrid_beats_either_part_and_int8_loses_nothing() -> None:
    sample, encoder = read_sample(1_000), build_encoder()
    assert len(sample.queries) == 50
    assert all(sample.relevant)
    scored = score(sample, encoder)
    by_meaning = figures([one.meaning for one in scored], sample.relevant)
    by_words = figures([one.words for one in scored], sample.relevant)
    both = figures([hybrid(one) for one in scored], sample.relevant)
    for part in (by_meaning, by_words):
        assert both.recall > part.recall
        assert both.ndcg > part.ndcg
    exact = encoder.encode(sample.queries) @ encoder.encode(sample.texts).T
    assert recall([one.meaning for one in scored], exact) >= 0.97
