from __future__ import annotations

from collections import Counter

from tools.faults.plan import LONGEST_DELAY, FaultPlan, Kind


def test_a_seed_always_decides_the_same() -> None:
    first, second = FaultPlan.seeded(7), FaultPlan.seeded(7)
    assert first == second
    numbers = range(2000)
    decided = [first.fault_of(number) for number in numbers]
    assert [second.fault_of(number) for number in reversed(numbers)] == decided[::-1]
    assert [FaultPlan.seeded(8).fault_of(number) for number in numbers] != decided


def test_each_kind_has_a_rate_of_its_own_below_the_highest() -> None:
    for seed in range(100):
        rates = FaultPlan.seeded(seed, most=0.05).rates
        assert set(rates) == set(Kind)
        assert all(0.01 <= rate <= 0.05 for rate in rates.values())
        assert len({*rates.values()}) == len(Kind)


def test_faults_happen_as_often_as_the_rates_say() -> None:
    plan = FaultPlan(1, {Kind.UNAVAILABLE: 0.01, Kind.RESET: 0.02, Kind.DROPPED: 0.05})
    faults = [plan.fault_of(number) for number in range(20_000)]
    counts = Counter(fault.kind if fault else None for fault in faults)
    assert counts[Kind.DELAYED] == 0
    for kind, rate in plan.rates.items():
        assert 0.85 * rate < counts[kind] / 20_000 < 1.15 * rate


def test_delays_reach_up_to_the_longest_on_both_ways() -> None:
    plan = FaultPlan(1, {Kind.DELAYED: 1.0})
    faults = [fault for number in range(1000) if (fault := plan.fault_of(number))]
    assert len(faults) == 1000
    assert 0.95 * LONGEST_DELAY < max(fault.seconds for fault in faults) <= LONGEST_DELAY
    assert 400 < sum(fault.done_first for fault in faults) < 600
