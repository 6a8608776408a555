"""What a card shows is what the rows and comments say."""

from __future__ import annotations

from statistics import mean

import pytest

from tests.undertone.content.conftest import JOBS, comments_of
from undertone.content.card_facts import card_of, over_time
from undertone.content.material import Material
from undertone.content.retrieval import rank

GOOD, BAD = (0.0, 0.1, 0.9), (0.8, 0.1, 0.1)


def test_the_figures_are_those_of_the_comments() -> None:
    facts = card_of("price", JOBS["cafe"], rank)
    assert facts is not None
    scores = [(c.positive or 0) - (c.negative or 0) for c in JOBS["cafe"].comments]
    card = facts.card
    assert (card.positive, card.neutral, card.negative, card.count) == (4, 1, 3, 8)
    assert card.mean == pytest.approx(mean(scores))
    assert card.low < card.mean < card.high
    assert card.quotes == ("Price went up twice this year",)
    assert facts.quotes[0].comment == "c2"


def test_one_posts_figures_are_its_rows() -> None:
    whole = JOBS["shoes"]
    own = [c for c in whole.comments if c.post == 1]
    facts = card_of("x", Material("One", whole.rows[:1], own), rank)
    assert facts is not None
    row, card = whole.rows[0], facts.card
    shown = (card.positive, card.neutral, card.negative, card.mean, card.low, card.high)
    assert shown == (
        row.positive, row.neutral, row.negative, row.mean_score, row.mean_low, row.mean_high
    )  # fmt: skip
    assert card.verdict == row.verdict


def test_without_a_match_both_tones_are_quoted() -> None:
    facts = card_of("penguins", JOBS["shoes"], rank)
    assert facts is not None
    labels = {c.text: c.label for c in JOBS["shoes"].comments}
    assert {labels[quote] for quote in facts.card.quotes} == {"positive", "negative"}


def test_no_comments_make_no_card() -> None:
    assert card_of("price", Material("Empty", (), ()), rank) is None


def test_the_tone_over_time() -> None:
    comments = comments_of([("a", BAD)] * 10 + [("b", GOOD)] * 10, posts=1)
    assert over_time(comments) == pytest.approx((-0.7, -0.7, 0.9, 0.9))
    assert over_time(comments[:9]) == ()
    assert over_time(comments_of([("a", GOOD)] * 200, posts=1))[0] == pytest.approx(0.9)
