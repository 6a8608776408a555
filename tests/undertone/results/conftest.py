"""Comments' probabilities as strategies and by hand."""

from __future__ import annotations

from hypothesis import strategies as st

from undertone.results.tally import UNIT, Probabilities, round_probabilities

shares = st.tuples(*[st.floats(0, 1, allow_subnormal=False)] * 3).filter(lambda s: sum(s) > 1e-9)
rounded = shares.map(lambda s: round_probabilities(*(p / sum(s) for p in s)))
many = st.lists(rounded, min_size=1, max_size=60)


def scored(score: float, times: int = 1) -> list[Probabilities]:
    """Comments with this score and nothing neutral about them but what is left."""
    positive, negative = (round(max(0.0, side) * UNIT) for side in (score, -score))
    return [Probabilities(negative, UNIT - positive - negative, positive)] * times
