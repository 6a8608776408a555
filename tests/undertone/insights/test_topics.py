"""Topics from vectors: the nearest that is near enough, or a classifier fitted to examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from undertone.insights.asked import Topic
from undertone.insights.topics import _KEPT, ENOUGH, OTHER, RIDGE, TopicModel, _fit


class Places:
    """Texts are `place:number`; the vectors of a place are near each other."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [self._row(*text.split(":")) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(-1, 16)

    @staticmethod
    def _row(place: str, number: str = "0") -> NDArray[np.float64]:
        around = np.random.default_rng([int(number), len(place)]).normal(size=16) * 0.12
        around[{"food": 0, "staff": 1}.get(place, 9)] += 1
        return np.asarray(around / np.linalg.norm(around))


ENCODER = Places()


def topics(count: int) -> list[Topic]:
    return [
        Topic(name=name, examples=tuple(f"{name}:{n}" for n in range(1, count + 1)))
        for name in ("food", "staff")
    ]


@pytest.mark.parametrize("count", [0, 1, ENOUGH - 1, ENOUGH, 40])
def test_texts_are_told_apart_and_from_what_is_neither(count: int) -> None:
    model = TopicModel(topics(count), ENCODER)
    assert model.is_fitted == (count >= ENOUGH)
    new = [f"{place}:{n}" for place in ("food", "staff", "weather") for n in range(100, 140)]
    said = [one.topic for one in model.classify(ENCODER.encode(new))]
    assert said[:40].count(1) >= 26  # the threshold gives up a fifth of them
    assert said[40:80].count(2) >= 26
    assert said[80:].count(OTHER) == 40
    assert 2 not in said[:40]
    assert 1 not in said[40:80]


def test_the_order_of_others_changes_nothing() -> None:
    model = TopicModel(topics(12), ENCODER)
    vectors = ENCODER.encode(["food:100", "weather:5", "staff:7"])
    whole = model.classify(vectors)
    alone = [model.classify(vectors[n : n + 1])[0] for n in range(3)]
    assert [one.topic for one in whole] == [one.topic for one in alone]


def test_one_topic_is_a_place_however_many_examples_it_has() -> None:
    assert not TopicModel(topics(40)[:1], ENCODER).is_fitted


def test_answers_to_left_out_examples_are_those_of_fitting_without_them() -> None:
    """The threshold by the closed form, against fitting once for every example."""
    examples = [ENCODER.encode(topic.examples) for topic in topics(12)]
    _, least = _fit(examples)
    rows = np.hstack([np.concatenate(examples).astype(np.float64), np.ones((24, 1))])
    labels = np.repeat([0, 1], 12)
    answers = []
    for out in range(24):
        kept = np.arange(24) != out
        wanted = np.eye(2)[labels[kept]]
        gram = rows[kept].T @ rows[kept] + RIDGE * np.eye(17)
        answers.append((rows[out] @ np.linalg.solve(gram, rows[kept].T @ wanted))[labels[out]])
    assert least == pytest.approx(float(np.quantile(answers, 1 - _KEPT)), rel=1e-6)
