from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from model.factory import build
from model.vader import STEEPNESS, LinearVader, from_compound
from tests.fakes.growth import LINEAR, doubling
from training import corpus


def test_one_answer_a_text_in_order() -> None:
    love, hate, empty = build("vader").predict(["I love it", "I hate it", ""])
    assert love.positive > 0.5
    assert hate.negative > 0.5
    assert max(empty[:3]) == empty.neutral


@pytest.mark.parametrize("compound", [-1, -0.6, -0.051, -0.049, 0, 0.049, 0.051, 0.3, 1])
def test_the_likeliest_class_is_vaders_own_answer(compound: float) -> None:
    likeliest = max(range(3), key=lambda index: from_compound(compound)[index])
    assert likeliest == (0 if compound <= -0.05 else 2 if compound >= 0.05 else 1)
    assert sum(from_compound(compound)[:3]) == pytest.approx(1, abs=1e-9)


def test_scores_come_from_vader_itself() -> None:
    text = "Not bad at all, but the sound :( could be better!!"
    compound = SentimentIntensityAnalyzer().polarity_scores(text)["compound"]
    assert build("vader").predict([text]) == [from_compound(compound)]


WORDS = re.findall(
    r"\S+",
    "good bad GOOD Awful no not never so this without doubt but BUT at least very kind of sort "
    "the shit bad ass cut mustard hand mouth to die for or nor isn't 😀 💔 !! ??? :) table",
)
library, linear = SentimentIntensityAnalyzer(), LinearVader()


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join) | st.text(max_size=40))
def test_scores_are_the_librarys_to_the_last_bit(text: str) -> None:
    assert linear.polarity_scores(text) == library.polarity_scores(text)


@pytest.mark.parametrize(
    "unit", ["😀", "good but ", "but good ", "GOOD not ", "so good ", "bad ", "!", "a ", "kind of "]
)
def test_scoring_is_linear(unit: str) -> None:
    analyzer = build("vader")
    assert doubling(analyzer.predict, lambda size: [(unit * size)[:size]], 5_000) < LINEAR


def test_the_model_names_its_version() -> None:
    assert build("vader").model.startswith("vader@3.")


def test_hostile_text_is_answered() -> None:
    answers = build("vader").predict(["\ud83d", "\x00", "x" * 1_000_000, "but a " * 5000, "😍"])
    assert len(answers) == 5


def test_steepness_is_the_one_with_the_least_log_loss(data: Path) -> None:
    vader = SentimentIntensityAnalyzer()
    texts = corpus.sample(corpus.semeval(data, "val"), 500, seed=1)
    scored = [(float(vader.polarity_scores(one.text)["compound"]), one.label) for one in texts]

    def likelihood(steepness: float) -> float:
        product = 0.0
        for compound, label in scored:
            product += from_compound(compound, steepness)[:3][label]
        return product

    assert likelihood(STEEPNESS) > likelihood(STEEPNESS / 4)
