import pytest

from undertone.limits import known_count


@pytest.mark.parametrize(
    ("number", "known"),
    [(None, None), (0, 0), (3, 3), (-3, -3), (2**53, 2**53), (2**53 + 1, None), (10**400, None)],
)
def test_a_count_that_nobody_counted_is_unknown(number: int | None, known: int | None) -> None:
    assert known_count(number) == known


def test_of_some_counts_there_are_no_negative_ones() -> None:
    assert known_count(-1, least=0) is None
