from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from model.analyzer import Prediction
from training import corpus, evaluate
from training.corpus import Example
from training.metrics import quality

EXAMPLES = [Example("bad", 0), Example("fine | ok", 1), Example("good", 2), Example("great", 2)]
ANSWERS = {
    "bad": Prediction(0.8, 0.1, 0.1),
    "fine | ok": Prediction(0.1, 0.2, 0.7),
    "good": Prediction(0.1, 0.1, 0.8),
    "great": Prediction(0.1, 0.3, 0.6),
}


@dataclass
class Scripted:
    model: str = "scripted@1"
    chunks: list[int] = field(default_factory=list)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        self.chunks.append(len(texts))
        return [ANSWERS[text] for text in texts]


def test_texts_are_scored_in_chunks_and_in_order() -> None:
    analyzer = Scripted()
    shares = evaluate.probabilities(analyzer, EXAMPLES * 200)
    assert analyzer.chunks == [500, 300]
    assert shares.shape == (800, 3)
    np.testing.assert_array_equal(shares[-4:], [ANSWERS[one.text][:3] for one in EXAMPLES])


def test_a_summary_has_the_figures_and_the_confusion_matrix() -> None:
    shares = evaluate.probabilities(Scripted(), EXAMPLES)
    lines = evaluate.summary(quality(evaluate.labels_of(EXAMPLES), shares)).splitlines()
    assert lines[0].startswith("4 texts: macro recall 66.7%")
    assert lines[-3:] == [
        "| negative | 1 | 0 | 0 | 100.0% |",
        "| neutral | 0 | 0 | 1 | 0.0% |",
        "| positive | 0 | 0 | 2 | 100.0% |",
    ]


def test_misses_are_listed_with_the_wrong_answer() -> None:
    table = evaluate.misses(EXAMPLES, evaluate.probabilities(Scripted(), EXAMPLES))
    assert table.splitlines()[2:] == ["| fine \\| ok | neutral | positive 70% |"]


def test_the_slice_table_has_the_slices_that_occur() -> None:
    table = evaluate.slice_table(EXAMPLES, evaluate.probabilities(Scripted(), EXAMPLES))
    assert [line.split(" | ")[0] for line in table.splitlines()[2:]] == ["| up to 8 words"]


def test_without_data_only_the_probe_measures() -> None:
    ((name, examples),) = evaluate.measuring_sets(None)
    assert (name, examples) == ("probe", corpus.read_tsv(corpus.PROBE))


def test_a_model_of_other_languages_is_measured_in_those(data: Path) -> None:
    measured = dict(evaluate.measuring_sets(data, frozenset({"es", "ar", "xx"})))
    assert {name: len(part) for name, part in measured.items()} == {
        "umsab es val": 324, "umsab ar val": 324,
    }  # fmt: skip
    assert list(evaluate.measuring_sets(None, frozenset({"es"}))) == []
