import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undertone.insights.counter import count_digit


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 9), st.integers(1, 3000))
def test_as_often_as_it_is_written(digit: int, n: int) -> None:
    assert count_digit(digit, n) == sum(str(k).count(str(digit)) for k in range(1, n + 1))


@pytest.mark.parametrize("digit", range(10))
def test_ten_to_the_thousand(digit: int) -> None:
    """In 000…0 to 999…9 each digit stands as often as any other: a tenth of 1000 * 10**1000."""
    padded = 1000 * 10**1000 // 10
    leading_zeros = sum(10**k for k in range(1000))  # at place k, of the 10**k numbers below it
    of_the_number_itself = {0: 1000, 1: 1}.get(digit, 0)
    expected = padded - (leading_zeros if digit == 0 else 0) + of_the_number_itself
    assert count_digit(digit, 10**1000) == expected


@given(st.integers(1, 10**60))
def test_all_digits_together_are_all_that_is_written(n: int) -> None:
    written = sum(
        length * (min(n, 10**length - 1) - 10 ** (length - 1) + 1)
        for length in range(1, len(str(n)) + 1)
    )
    assert sum(count_digit(digit, n) for digit in range(10)) == written
