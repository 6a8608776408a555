"""Words of comments, and BM25 against a plain reference."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undertone.search.lexical import WordIndex, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The cat, the HAT!", ["the", "cat", "the", "hat"]),
        ("#Brexit @ann_lee # no", ["brexit", "#brexit", "ann_lee", "@ann_lee", "no"]),
        ("Straße ÉCOLE e\u0301cole", ["strasse", "école", "école"]),
        ("猫が好き", ["猫", "が", "好", "き"]),
        ("don't 3.5 😀 \x01\x02", ["don", "t", "3", "5"]),
        ("", []),
        ("###", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def bm25(texts: list[str], query: list[str]) -> list[float]:
    """The formula of Robertson and Zaragoza (2009), word for word."""
    split = [words(text) for text in texts]
    mean = sum(map(len, split)) / len(split)
    scores = []
    for text in split:
        score, most = 0.0, 0.0
        for word in set(query):
            having = sum(word in other for other in split)
            rarity = math.log(1 + (len(split) - having + 0.5) / (having + 0.5))
            most += rarity * 2.2
            count = text.count(word)
            if count:
                length = 1.2 * (0.25 + 0.75 * len(text) / mean)
                score += rarity * count * 2.2 / (count + length)
        scores.append(score / most if most else 0.0)
    return scores


TEXTS = st.lists(
    st.lists(st.sampled_from(["a", "bb", "#c", "d", "é"]), max_size=6).map(" ".join),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.lists(st.sampled_from(["a", "bb", "#c", "c", "zz"]), max_size=4))
def test_scores_are_those_of_the_formula(texts: list[str], query: list[str]) -> None:
    found = WordIndex(texts).scores(query)
    assert found.dtype == np.float32
    assert found.tolist() == pytest.approx(bm25(texts, query), rel=1e-4, abs=1e-6)


def test_nothing_to_search() -> None:
    assert WordIndex([]).scores(["a"]).tolist() == []
    assert WordIndex(["", " "]).scores(["a"]).tolist() == [0, 0]
