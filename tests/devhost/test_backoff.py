from __future__ import annotations

import pytest

from devhost.backoff import BackOff


def test_waits_grow_as_the_sdk_documents() -> None:
    back_off = BackOff(2.0, lambda: 1.0)
    waits = [back_off.next() for _ in range(8)]
    assert waits == pytest.approx([0.1, 0.2, 0.3, 0.5, 0.9, 1.7, 2.0, 2.0])


def test_messages_bring_it_back_to_the_start() -> None:
    back_off = BackOff(2.0, lambda: 1.0)
    for _ in range(5):
        back_off.next()
    back_off.reset()
    assert [back_off.next(), back_off.next()] == pytest.approx([0.1, 0.2])


def test_the_jitter_moves_the_growing_part_only() -> None:
    back_off = BackOff(60.0, lambda: 1.2)
    assert [back_off.next(), back_off.next(), back_off.next()] == pytest.approx([0.1, 0.22, 0.34])
