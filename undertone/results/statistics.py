"""Statistics of a post's scores, from sums that can be merged in any order.

A comment's probabilities are kept as whole ten-thousandths, exactly as comments.csv prints them,
and the sums are integers: whoever recomputes a row of posts.csv from comments.csv gets the same
figures, and no order of merging can change them.
"""

from __future__ import annotations

from enum import StrEnum
from math import inf, isfinite, sqrt
from statistics import NormalDist
from typing import NamedTuple

from undertone.records import Record

UNIT = 10_000
"""A probability or score of 1 in the integers used here."""

NOTABLE = 0.10
"""A mean score nearer to 0 than this is no leaning worth a word, however certain it is."""
SHARP = 0.20
"""An interval reaching further than this to each side does not tell neutral from leaning."""
SPLIT = 0.25
"""With at least this share on both sides, comments that cancel out are mixed, not neutral."""


class Verdict(StrEnum):
    """What a post's comments say as a whole."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    MIXED = "mixed"
    TOO_FEW = "too_few"


class Reading(NamedTuple):
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


def reading(negative: float, neutral: float, positive: float) -> Reading:
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
    return Reading(*whole)


class Tally(Record, frozen=True, kw_only=True):
    """Sums over comments; `merge` is associative and commutative."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0
    total: int = 0
    """Sum of scores, in ten-thousandths."""
    squares: int = 0
    """Sum of squared scores, in hundred-millionths."""

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
        )


def tally(readings: list[Reading]) -> Tally:
    """Sum up `readings`."""
    labels = [r.label for r in readings]
    scores = [r.score for r in readings]
    return Tally(
        negative=labels.count("negative"),
        neutral=labels.count("neutral"),
        positive=labels.count("positive"),
        total=sum(scores),
        squares=sum(s * s for s in scores),
    )


class Summary(NamedTuple):
    """What a row of posts.csv shows of a tally with at least one comment."""

    mean: float
    """Mean score, -1 … 1."""
    low: float
    high: float
    """Ends of the 95 % interval of the mean."""
    verdict: Verdict


def summarise(t: Tally) -> Summary | None:
    """Mean, interval and verdict; None without comments: there is nothing to say, not a zero."""
    if t.count == 0:
        return None
    mean = t.total / t.count / UNIT
    low, high = interval(t)
    return Summary(mean, low, high, _verdict(t, mean, low, high))


def interval(t: Tally) -> tuple[float, float]:
    """95 % interval of the mean score, within -1 … 1.

    Student's t over the comments plus one pretended comment at each end of the scale. The two
    keep a handful of alike comments from claiming certainty (their variance is 0), as Agresti and
    Coull's added successes and failures do for a share (The American Statistician 52, 1998), and
    stop mattering as comments grow. The coverage is simulated in the tests.
    """
    n = t.count + 2
    mean = t.total / UNIT / n
    squares = t.squares / UNIT**2 + 2
    variance = max(0.0, (squares - n * mean * mean) / (n - 1))
    reach = students_t_975(n - 1) * sqrt(variance / n)
    return max(-1.0, mean - reach), min(1.0, mean + reach)


_T_975 = (inf, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
_Z_975 = NormalDist().inv_cdf(0.975)


def students_t_975(df: int) -> float:
    """The 97.5 % quantile of Student's t, good to three decimals.

    Tabulated up to 10 degrees of freedom, then the Cornish-Fisher expansion about the normal
    quantile (Abramowitz and Stegun, 26.7.5).
    """
    if df < len(_T_975):
        return _T_975[df]
    z = _Z_975
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + g1 / df + g2 / df**2 + g3 / df**3


def _verdict(t: Tally, mean: float, low: float, high: float) -> Verdict:
    if mean >= NOTABLE and low > 0:
        return Verdict.POSITIVE
    if mean <= -NOTABLE and high < 0:
        return Verdict.NEGATIVE
    if (high - low) / 2 > SHARP:
        return Verdict.TOO_FEW
    if min(t.positive, t.negative) >= SPLIT * t.count:
        return Verdict.MIXED
    return Verdict.NEUTRAL
