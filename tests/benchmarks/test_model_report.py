from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.model import alike, ratios, summary

TEXTS = [f"{number} " + "long " * (number % 40) for number in range(600)]


@given(st.integers(1, 30), st.integers(1, 10), st.integers(0, 99))
def test_every_side_scores_texts_of_nearly_the_same_lengths(
    size: int, parts: int, seed: int
) -> None:
    lists = alike(TEXTS, size, parts, seed)
    assert [len(part) for part in lists] == [size] * parts
    assert len({text for part in lists for text in part}) == size * parts
    lengths = [sum(map(len, part)) for part in lists]
    longest = max(map(len, TEXTS))
    assert max(lengths) - min(lengths) <= longest


def test_a_speed_is_that_of_all_parts_together() -> None:
    """10 texts in 1 s and 10 in 4 s are 20 in 5 s."""
    assert summary({"speed": [10.0, 2.5], "first": [3.0, 1.0, 2.0], "memory": [7.0]}) == {
        "speed": 4.0,
        "first": 2.0,
        "memory": 7.0,
    }


def test_ratios_hold_ours_against_the_usual() -> None:
    starts = {"first": [8.0, 6.0, 7.0], "memory": [900.0]}
    found = {
        "pipeline": {**starts, "speed": [10.0, 2.5]},
        "pipeline_batched": {**starts, "speed": [20.0, 5.0]},
        "roberta_int8": {"speed": [24.0, 24.0], "first": [0.5], "memory": [300.0]},
        "compact": {"speed": [400.0, 400.0], "first": [0.25], "memory": [100.0]},
    }
    assert ratios(found) == {
        "roberta_vs_pipeline": 6.0,
        "roberta_vs_pipeline_batched": 3.0,
        "compact_vs_pipeline": 100.0,
        "first_score_roberta": 14.0,
        "first_score_compact": 28.0,
        "memory_roberta": 0.333,
    }
