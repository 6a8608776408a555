"""How the work of a function grows with its input: for tests that hostile input costs no more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

LINEAR = 2.8
"""More than linear work shows in a doubling (2), less than quadratic work does (4)."""


def doubling[T](work: Callable[[T], object], made: Callable[[int], T], size: int) -> float:
    """How many times as long `work` takes on input of twice the size: 2 if linear, 4 if quadratic.

    Computed from `made(size)` and `made(4 * size)`, in processor time of this thread, the least of
    several tries each: other processes do not count.
    """
    small, large = made(size), made(4 * size)
    work(small)
    best = math.inf
    for _ in range(3):  # a short time is measured badly: only what is slow every time is slow
        best = min(best, _least(work, large) / max(_least(work, small), 1e-5))
        if best < LINEAR**2:
            break
    return math.sqrt(best)


def _least[T](work: Callable[[T], object], given: T, tries: int = 3) -> float:
    times = []
    for _ in range(tries):
        begin = time.thread_time()
        work(given)
        times.append(time.thread_time() - begin)
    return min(times)
