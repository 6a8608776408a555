"""What a post's sums say: the mean score, its interval, and a verdict in a word."""

from __future__ import annotations

from enum import StrEnum
from math import inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

from undertone.results.tally import UNIT, Tally

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
