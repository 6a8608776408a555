"""How often a digit occurs in the numbers from 1 to n."""

from __future__ import annotations


def count_digit(digit: int, n: int) -> int:
    """How often `digit` is written when 1 … `n` are written in decimal; O(digits) steps.

    At the place of 10**k, with n = high * 10**(k+1) + current * 10**k + low, it stands in
    high * 10**k numbers, and in up to 10**k more that begin with `high`. A zero is never written
    before the first digit, so those with high = 0 do not count for it.
    """
    total, place = 0, 1
    while place <= n:
        high, rest = divmod(n, place * 10)
        current, low = divmod(rest, place)
        if digit == 0:
            high -= 1
        if current > digit:
            total += (high + 1) * place
        elif current == digit:
            total += high * place + low + 1
        else:
            total += high * place
        place *= 10
    return total
