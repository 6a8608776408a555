"""What a post's sums say: the mean score, its interval, and a verdict in a word."""

from __future__ import annotations

from enum import StrEnum
from math import sqrt
from typing import NamedTuple

from model.analyzer import Calibration
from undertone.results.honest import Estimate, Estimates, honest
from undertone.results.students_t import students_t_975
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
    """Ends of the 95 % interval of the mean that people's labels would give."""
    verdict: Verdict
    estimates: Estimates | None = None
    """Corrected for the model's errors; None where they are not known."""


def summarise(t: Tally, calibration: Calibration | None = None) -> Summary | None:
    """Mean, interval and verdict; None without comments: there is nothing to say, not a zero.

    Without a calibration the interval knows of the luck of the sample alone.
    """
    if t.count == 0:
        return None
    mean = t.total / t.count / UNIT
    if calibration is None:
        low, high = interval(t)
        return Summary(mean, low, high, _verdict(t, Estimate(mean, low, high), more_helps=True))
    found = honest(t, calibration)
    verdict = _verdict(t, found.mean, more_helps=found.more_comments_help)
    return Summary(mean, found.mean.low, found.mean.high, verdict, found)


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


def _verdict(t: Tally, mean: Estimate, *, more_helps: bool) -> Verdict:
    if mean.value >= NOTABLE and mean.low > 0:
        return Verdict.POSITIVE
    if mean.value <= -NOTABLE and mean.high < 0:
        return Verdict.NEGATIVE
    if (mean.high - mean.low) / 2 > SHARP and more_helps:
        return Verdict.TOO_FEW
    if min(t.positive, t.negative) >= SPLIT * t.count:
        return Verdict.MIXED
    return Verdict.NEUTRAL
