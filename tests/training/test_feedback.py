"""Learning from corrections: what is learned, what is held out, and what is not shipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training import corpus
from training.corpus import Example, TrainingData, text_key
from training.feedback import (
    CORRECTIONS,
    FEWEST,
    OLD_TEXTS,
    TIMES,
    main,
    mixture,
    read_corrections,
    table,
    why_not,
)


def written(folder: Path, *rows: tuple[str, str]) -> Path:
    file = folder / "corrections.json"
    made = [
        {"comment": str(n), "label": label, "text": text} for n, (label, text) in enumerate(rows)
    ]
    file.write_text(json.dumps({"corrections": made}), encoding="utf-8")
    return file


def test_each_text_once_the_last_label_and_never_one_that_measures(tmp_path: Path) -> None:
    probe = corpus.read_tsv(corpus.PROBE)[0].text
    rows = [("negative", f"text number {n}") for n in range(60)]
    file = written(
        tmp_path, ("positive", "text number 7"), *rows, ("neutral", "Text number 8!"),
        ("negative", ""), ("negative", probe),
    )  # fmt: skip
    learned, held = read_corrections(file, None)
    both = {text_key(one.text): one.label for one in (*learned, *held)}
    assert len(both) == len(learned) + len(held) == 60
    assert (both["textnumber7"], both["textnumber8"]) == (0, 1)
    assert text_key(probe) not in both
    assert 10 <= len(held) <= 30
    again = read_corrections(written(tmp_path, *rows[:30]), None)[1]
    first = {text_key(text) for _, text in rows[:30]}
    assert {text_key(one.text) for one in again} == first & {text_key(one.text) for one in held}


OLD = {CORRECTIONS: 0.5, "probe": 0.9, "tweets": 0.7}


@pytest.mark.parametrize(
    ("new", "held", "reason"),
    [
        ({CORRECTIONS: 0.6, "probe": 0.9, "tweets": 0.71}, FEWEST, ""),
        ({CORRECTIONS: 0.6, "probe": 0.9, "tweets": 0.71}, FEWEST - 1, "few"),
        ({CORRECTIONS: 0.5, "probe": 0.95, "tweets": 0.71}, FEWEST, "not better"),
        ({CORRECTIONS: 0.9, "probe": 0.8999, "tweets": 0.71}, FEWEST, "worse on probe"),
    ],
)
def test_what_is_shipped(new: dict[str, float], held: int, reason: str) -> None:
    found = why_not(OLD, new, held)
    assert reason in found
    assert bool(found) == bool(reason)


def test_the_table_has_both_sides() -> None:
    assert "| probe | 90.00% | 91.00% |" in table(OLD, OLD | {"probe": 0.91})
    assert "| probe | 90.00% |  |" in table(OLD, None)


def test_corrections_come_several_times_among_known_texts() -> None:
    known = [Example(f"known {n}", 1) for n in range(2 * OLD_TEXTS)]
    data = TrainingData(known, [Example("mine", 2)], [], [], [], [])
    mixed = mixture([Example("Mine", 0)], data)
    assert mixed.count(Example("Mine", 0)) == TIMES
    assert Example("mine", 2) not in mixed, "what was corrected is not learned the old way"
    assert len(mixed) == OLD_TEXTS + TIMES


def test_without_a_start_only_the_present_model_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("negative", f"this is awful {n}") for n in range(12)]
    file = written(tmp_path, *rows, *[("positive", f"so lovely {n}") for n in range(12)])
    assert main([str(file), "--present", "vader"]) == 1
    said = capsys.readouterr().out
    assert "held-out corrections" in said
    assert "no candidate" in said
