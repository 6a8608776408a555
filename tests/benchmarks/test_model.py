from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.model import alike, ratios

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


def test_ratios_hold_ours_against_the_usual() -> None:
    raw = {
        "pipeline": {"speed": 10.0, "first": 8.0, "memory": 900.0},
        "pipeline_batched": {"speed": 20.0, "first": 6.0, "memory": 900.0},
        "roberta_int8": {"speed": 60.0, "first": 0.5, "memory": 300.0},
        "compact": {"speed": 400.0, "first": 0.25, "memory": 100.0},
    }
    assert ratios(raw, {"share": 0.75}) == {
        "roberta_vs_pipeline": 6.0,
        "roberta_vs_pipeline_batched": 3.0,
        "compact_vs_pipeline": 40.0,
        "first_score_roberta": 16.0,
        "first_score_compact": 32.0,
        "memory_roberta": 0.333,
        "int8_peak_share": 0.75,
    }
