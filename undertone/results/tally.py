"""Sums over a post's scores that can be merged in any order.

A comment's probabilities are kept as whole ten-thousandths, exactly as comments.csv prints them,
and the sums are integers: whoever recomputes a row of posts.csv from comments.csv gets the same
figures, and no order of merging can change them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import NamedTuple

from undertone.records import Record

UNIT = 10_000
"""A probability or score of 1 in the integers used here."""


class Probabilities(NamedTuple):
    """One comment's probabilities in ten-thousandths; they sum to `UNIT`."""

    negative: int
    neutral: int
    positive: int

    @property
    def score(self) -> int:
        """Positive minus negative, -10,000 … 10,000."""
        return self.positive - self.negative

    @property
    def label(self) -> str:
        """The most probable class; of equals neutral first, then negative."""
        best = max(self)
        if self.neutral == best:
            return "neutral"
        return "negative" if self.negative == best else "positive"


def round_probabilities(negative: float, neutral: float, positive: float) -> Probabilities:
    """Round probabilities to ten-thousandths that sum to `UNIT` exactly (largest remainder).

    Raises ValueError if they are no distribution: not finite, negative, or not summing to 1
    within 1 %.
    """
    shares = (negative, neutral, positive)
    total = sum(shares)
    if not all(isfinite(p) and p >= 0 for p in shares) or abs(total - 1) > 0.01:
        raise ValueError(f"not a probability distribution: {shares}")
    exact = [p / total * UNIT for p in shares]
    whole = [int(p) for p in exact]
    by_remainder = sorted(range(3), key=lambda i: whole[i] - exact[i])
    for i in by_remainder[: UNIT - sum(whole)]:
        whole[i] += 1
    return Probabilities(*whole)


class Tally(Record, frozen=True, kw_only=True):
    """Sums over comments; `merge` is associative and commutative."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0
    total: int = 0
    """Sum of scores, in ten-thousandths."""
    squares: int = 0
    """Sum of squared scores, in hundred-millionths."""
    rated: int = 0
    """Scored comments that come with stars …"""
    agreeing: int = 0
    """… and of these the ones whose stars say the same as their label."""
    stars: int = 0
    """Sum of the stars, in hundredths."""

    @property
    def count(self) -> int:
        """How many comments were scored."""
        return self.negative + self.neutral + self.positive

    def merge(self, other: Tally) -> Tally:
        """The tally over both."""
        return Tally(
            negative=self.negative + other.negative,
            neutral=self.neutral + other.neutral,
            positive=self.positive + other.positive,
            total=self.total + other.total,
            squares=self.squares + other.squares,
            rated=self.rated + other.rated,
            agreeing=self.agreeing + other.agreeing,
            stars=self.stars + other.stars,
        )

    def without(self, other: Tally) -> Tally:
        """The tally over those that are not in `other`, which are among these."""
        return Tally(
            negative=self.negative - other.negative,
            neutral=self.neutral - other.neutral,
            positive=self.positive - other.positive,
            total=self.total - other.total,
            squares=self.squares - other.squares,
        )


def tally(comments: Sequence[Probabilities], stars: Sequence[float | None] | None = None) -> Tally:
    """The sums over `comments`, of which each may have `stars`."""
    labels = [comment.label for comment in comments]
    scores = [comment.score for comment in comments]
    rated = [
        (label, rating)
        for label, rating in zip(labels, stars or [None] * len(labels), strict=True)
        if rating is not None
    ]
    return Tally(
        negative=labels.count("negative"),
        neutral=labels.count("neutral"),
        positive=labels.count("positive"),
        total=sum(scores),
        squares=sum(score * score for score in scores),
        rated=len(rated),
        agreeing=sum(label == label_of_stars(rating) for label, rating in rated),
        stars=sum(round(rating * 100) for _, rating in rated),
    )


def label_of_stars(stars: float) -> str:
    """What a rating says: up to 2 stars negative, from 4 on positive, between them neutral."""
    if stars <= 2:
        return "negative"
    return "positive" if stars >= 4 else "neutral"
