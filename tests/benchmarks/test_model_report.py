from __future__ import annotations

from benchmarks._model_report import ratios, summary


def test_a_speed_is_that_of_all_parts_together() -> None:
    """10 texts in 1 s and 10 in 4 s are 20 in 5 s."""
    assert summary({"speed": [10.0, 2.5], "first": [3.0, 1.0, 2.0], "memory": [7.0]}) == {
        "speed": 4.0,
        "first": 2.0,
        "memory": 7.0,
    }


def test_ratios_hold_ours_against_the_usual() -> None:
    starts = {"first": [8.0, 6.0, 7.0], "memory": [900.0]}
    measured = {
        "pipeline": {**starts, "speed": [10.0, 2.5]},
        "pipeline_batched": {**starts, "speed": [20.0, 5.0]},
        "roberta_int8": {"speed": [24.0, 24.0], "first": [0.5], "memory": [300.0]},
        "compact": {"speed": [400.0, 400.0], "first": [0.25], "memory": [100.0]},
    }
    assert ratios(measured) == {
        "roberta_vs_pipeline": 6.0,
        "roberta_vs_pipeline_batched": 3.0,
        "compact_vs_pipeline": 100.0,
        "first_score_roberta": 14.0,
        "first_score_compact": 28.0,
        "memory_roberta": 0.333,
    }
