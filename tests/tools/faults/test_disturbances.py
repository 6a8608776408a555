from __future__ import annotations

from collections import Counter

from tools.faults.disturbances import MOST, PAUSE, Disturbance, order


def test_a_seed_always_gives_the_same_order() -> None:
    assert list(order(5)) == list(order(5))
    assert list(order(5)) != list(order(6))


def test_each_kind_is_among_the_first_three() -> None:
    seen: Counter[tuple[Disturbance, ...]] = Counter()
    for seed in range(200):
        planned = list(order(seed))
        assert len(planned) == MOST
        assert all(PAUSE[0] <= pause <= PAUSE[1] for pause, _ in planned)
        first = tuple(kind for _, kind in planned[:3])
        assert set(first) == set(Disturbance)
        seen[first] += 1
    assert len(seen) == 6, "in every order"
