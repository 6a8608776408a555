"""One ranking from two."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from undertone.search.ranking import MEANING, best


def floats(values: list[float]) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_meaning_and_words_count_both() -> None:
    meaning, words = floats([0.9, 0.2, 0.8, 0.0]), floats([0, 0.6, 0.5, 0])
    found = best(meaning, words, 10)
    assert [one.place for one in found] == [2, 0, 1], "the last answers nothing"
    assert np.isclose(found[0].score, MEANING * 0.8 + (1 - MEANING) * 0.25)


def test_half_of_the_words_is_less_than_half_an_answer() -> None:
    whole, half = best(floats([0, 0]), floats([0.8, 0.4]), 2)
    assert np.isclose(half.score, whole.score / 4)


@given(
    st.lists(
        st.tuples(st.sampled_from([-0.5, 0, 0.25, 0.5, 1]), st.sampled_from([0, 0.5, 1])),
        max_size=30,
    ),
    st.integers(1, 12),
)
def test_the_best_are_those_of_a_full_sort(rows: list[tuple[float, int]], count: int) -> None:
    meaning, words = floats([r[0] for r in rows]), floats([r[1] for r in rows])
    scores = [MEANING * max(m, 0) + (1 - MEANING) * w * w for m, w in rows]
    order = sorted((n for n in range(len(rows)) if scores[n] > 0), key=lambda n: -scores[n])
    found = [one.place for one in best(meaning, words, count)]
    assert [round(scores[n], 5) for n in found] == [round(scores[n], 5) for n in order[:count]]
