"""Themes: clusters that are there are found, named by their words, the same on every run."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from undertone.insights.themes import Sampled, Themes, find_themes, wilson
from undertone.results.tally import Probabilities

WORDS = {
    "battery": ("the battery drains in an hour", "battery dead again", "battery life is short"),
    "shipping": ("shipping took weeks", "my parcel: slow shipping", "shipping was so slow"),
    "colour": ("lovely colour", "that colour is great", "best colour ever"),
}
LIKED = Probabilities(500, 1500, 8000)
HATED = Probabilities(8000, 1500, 500)


def sample(sizes: dict[str, int], seed: int = 3) -> tuple[list[Sampled], NDArray[np.int8]]:
    """Comments about each of `WORDS`, mixed, and vectors near a place of its own for each."""
    chance = random.Random(seed)
    noise = np.random.default_rng(seed)
    subjects = [name for name, size in sizes.items() for _ in range(size)]
    chance.shuffle(subjects)
    places = {name: noise.normal(size=64) for name in sizes}
    rows = [places[name] + 0.3 * noise.normal(size=64) for name in subjects]
    scaled = [row / np.abs(row).max() * 127 for row in rows]
    comments = [
        Sampled(chance.choice(WORDS[name]), LIKED if name == "colour" else HATED)
        for name in subjects
    ]
    return comments, np.rint(scaled).astype(np.int8)


SIZES = {"battery": 300, "shipping": 200, "colour": 100}


def test_what_is_talked_about_is_found_largest_first() -> None:
    found = find_themes(*sample(SIZES), of=9000)
    assert (found.sampled, found.of) == (600, 9000)
    shares: dict[str, float] = dict.fromkeys(SIZES, 0.0)
    for theme in found.themes:
        (subject,) = [name for name in SIZES if name in theme.name]
        shares[subject] += theme.share
        assert theme.share_low < theme.share < theme.share_high
        assert theme.mean_score is not None
        assert (theme.mean_score > 0) == (subject == "colour")
        assert theme.mean_low is not None
        assert theme.mean_low < theme.mean_score
        assert all(subject in text for text in theme.central)
    assert shares == pytest.approx({name: size / 600 for name, size in SIZES.items()}, abs=0.002)
    sizes = [theme.comments for theme in found.themes]
    assert sizes == sorted(sizes, reverse=True)


def test_the_same_comments_give_the_same_themes() -> None:
    assert find_themes(*sample(SIZES), of=600) == find_themes(*sample(SIZES), of=600)


def test_few_comments_have_no_themes() -> None:
    comments, vectors = sample({"battery": 20})
    assert find_themes(comments, vectors, of=20) == Themes(sampled=20, of=20, unlike=20)
    assert find_themes([], np.empty((0, 0), dtype=np.int8), of=0).themes == ()


def test_comments_without_scores_have_themes_without_a_mean() -> None:
    comments, vectors = sample(SIZES)
    bare = [Sampled(one.text, None) for one in comments]
    assert {theme.mean_score for theme in find_themes(bare, vectors, of=600).themes} == {None}


def test_the_interval_of_a_share() -> None:
    """10 of 100: 0.0552 to 0.1744 (Wilson without correction; Newcombe 1998, method 3)."""
    assert wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == pytest.approx(1)
