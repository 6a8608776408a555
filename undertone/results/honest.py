"""Intervals that know how the model errs: quantification, not counting.

A model that reads comments miscounts whole posts: too much praise in one kind of comments, too
little in another. By how much is measured on labelled sets of many kinds, leaving each out in turn
(`training/calibration.py`), and travels in the model's manifest: a line from what the model counts
to what people count, and the spread of what is left over kinds that the line was not fitted to. So
an interval here has two parts. One is the luck of the sample, which more comments take away; the
other is the model's, which only labels take away (`labelled.py`).

All of it follows from the counts of labels, so it can be computed again from comments.csv.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from model.analyzer import Calibration, Line
from undertone.results.students_t import students_t_975
from undertone.results.tally import Tally

UNMEASURED = Calibration(
    17,
    mean=Line(0.0, 1.0, 0.28),
    negative=Line(0.0, 1.0, 0.13),
    neutral=Line(0.0, 1.0, 0.19),
    positive=Line(0.0, 1.0, 0.21),
)
"""For analyzers whose errors nobody has measured: what VADER's are when its counts are believed."""


class Estimate(NamedTuple):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


class Estimates(NamedTuple):
    """What people would say of a post's comments, as far as the model lets us know."""

    negative_share: Estimate
    neutral_share: Estimate
    positive_share: Estimate
    mean: Estimate
    """Share of positive minus share of negative comments."""
    more_comments_help: bool
    """Whether most of the mean's interval is the luck of the sample."""


class _Parts(NamedTuple):
    """A figure, and the variances of its two errors."""

    estimate: Estimate
    luck: float
    model: float


def honest(t: Tally, calibration: Calibration) -> Estimates:
    """Shares and mean of at least one comment, with intervals that cover the model's errors."""
    n, kinds = t.count, calibration.domains
    negative, neutral, positive = (
        _corrected(count, count, n, line, kinds=kinds, least=0.0).estimate
        for count, line in (
            (t.negative, calibration.negative),
            (t.neutral, calibration.neutral),
            (t.positive, calibration.positive),
        )
    )
    mean = _mean(t, calibration)
    return Estimates(negative, neutral, positive, mean.estimate, mean.luck > mean.model)


def _mean(t: Tally, calibration: Calibration) -> _Parts:
    leaning, moved = t.positive - t.negative, t.positive + t.negative
    kinds = calibration.domains
    return _corrected(leaning, moved, t.count, calibration.mean, kinds=kinds, least=-1.0)


def _corrected(total: int, squares: int, n: int, line: Line, *, kinds: int, least: float) -> _Parts:
    """The figure for `n` values with this sum and sum of squares, on the scale `least` … 1.

    As in `verdict.interval`, two pretended comments at the ends of the scale keep a handful of
    alike ones from claiming certainty.
    """
    padded = n + 2
    middle = (total + 1 + least) / padded
    spread = (squares + 1 + least * least) - padded * middle * middle
    luck = line.slope**2 * max(0.0, spread) / (padded - 1) / padded
    model = line.spread**2
    reach = _reach([(luck, padded - 1), (model, kinds - 1)])
    value = line.offset + line.slope * total / n
    centre = line.offset + line.slope * middle
    bounded, low, high = (
        min(1.0, max(least, one)) for one in (value, centre - reach, centre + reach)
    )
    return _Parts(Estimate(bounded, low, high), luck, model)


SAME_PLATFORM = 0.7
"""Of the model's spread over kinds of comments, what two posts of one platform do not share: 0.17
in tweets to six airlines, 1.1 in tweets about four companies, 0.7 over all ten."""


def difference(one: Tally, other: Tally, calibration: Calibration) -> Estimate:
    """Mean of `one` minus that of `other`, two posts or dates of the same platform, -2 … 2.

    The model errs in the same direction on both, so the difference is better known than the two
    means would make one think. Both need at least one comment.
    """
    line, kinds = calibration.mean, calibration.domains
    own = calibration._replace(mean=line._replace(spread=SAME_PLATFORM * line.spread))
    first, second = _mean(one, own), _mean(other, own)
    model = first.model + second.model
    lucks = ((first.luck, one.count + 1), (second.luck, other.count + 1))
    reach = _reach([*lucks, (model, kinds - 1)])
    value = line.slope * (_leaning(one) - _leaning(other))
    low, high = max(-2.0, value - reach), min(2.0, value + reach)
    return Estimate(min(2.0, max(-2.0, value)), low, high)


def _leaning(t: Tally) -> float:
    return (t.positive - t.negative) / t.count


def _reach(variances: list[tuple[float, int]]) -> float:
    """How far the 95 % interval of a sum of errors reaches, by (variance, degrees of freedom).

    Put together as by Satterthwaite (Biometrics Bulletin 2, 1946).
    """
    total = sum(variance for variance, _ in variances)
    if not total:
        return 0.0
    freedom = total**2 / sum(variance**2 / degrees for variance, degrees in variances)
    return students_t_975(max(1, int(freedom))) * sqrt(total)
