"""Student's t, against tables in print and an integral of its density."""

from __future__ import annotations

from math import exp, lgamma, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.results.students_t import students_t_975


@pytest.mark.parametrize(
    ("df", "published"),
    [
        (1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (6, 2.447), (7, 2.365),
        (8, 2.306), (9, 2.262), (10, 2.228), (11, 2.201), (12, 2.179), (15, 2.131),
        (20, 2.086), (30, 2.042), (60, 2.000), (100, 1.984), (120, 1.980), (1000, 1.962),
    ],
)  # fmt: skip
def test_students_t_is_that_of_the_tables(df: int, published: float) -> None:
    """NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, column 0.975."""
    assert students_t_975(df) == pytest.approx(published, abs=0.0006)


@pytest.mark.parametrize("df", [30, 40, 60])
def test_students_t_is_off_by_the_next_term_of_its_expansion(df: int) -> None:
    """The density, integrated up to the quantile plus g4 / df⁴ (Abramowitz and Stegun, 26.7.5)."""
    z = 1.959963984540054
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    quantile = students_t_975(df) + g4 / df**4
    steps, width = 4000, quantile / 4000
    weights = [1, *[4, 2] * (steps // 2 - 1), 4, 1]  # Simpson's rule
    density = [(1 + (i * width) ** 2 / df) ** (-(df + 1) / 2) for i in range(steps + 1)]
    scale = exp(lgamma((df + 1) / 2) - lgamma(df / 2)) / sqrt(df * pi)
    share = scale * sum(w * d for w, d in zip(weights, density, strict=True)) * width / 3
    assert share == pytest.approx(0.475, abs=2.4e-9 * (40 / df) ** 3)


@given(st.integers(1, 5000))
def test_students_t_falls_with_the_degrees_of_freedom(df: int) -> None:
    assert students_t_975(df) > students_t_975(df + 1) > 1.9599
