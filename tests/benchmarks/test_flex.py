"""The simulation against sums that can be done by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks._flex import Plan, Times, Work, simulate

NOTHING = Work(0, 0)
TIMES = Times(fetch=NOTHING, score=Work(0, 1.0), aggregate=NOTHING, cold_start=0)
AT_ONCE = Plan(polls_every=0, decides_every=0.01, barrier_rate=1e9, after_success=1e-3)


def test_a_message_computes_alone_on_its_core() -> None:
    """Ten chunks of a second on one instance of one core: ten seconds."""
    outcome = simulate(TIMES, replace(AT_ONCE, most_instances=1), 10)
    assert outcome.seconds == pytest.approx(10, abs=0.1)
    assert outcome.executions == 10 + 10 + 1
    assert outcome.instances == {"fetch": 1, "score": 1, "aggregate": 1}


def test_messages_wait_side_by_side() -> None:
    waiting = replace(TIMES, score=Work(1.0, 0))
    outcome = simulate(waiting, replace(AT_ONCE, most_instances=1), 100)
    assert 100 / 5 < outcome.seconds < 100 / 4


@pytest.mark.parametrize(("batch", "threshold", "least", "most"), [(3, 2, 20, 34), (1, 4, 20, 22)])
def test_a_large_batch_waits_for_those_that_run(
    batch: int, threshold: int, least: float, most: float
) -> None:
    """Both let five run; but where all take as long, batches of three run by threes."""
    plan = replace(AT_ONCE, most_instances=1, batch=batch, threshold=threshold)
    waiting = replace(TIMES, score=Work(1.0, 0))
    assert least <= simulate(waiting, plan, 100).seconds <= most


@pytest.mark.parametrize(("cores", "seconds"), [(2.0, 5), (0.5, 20)])
def test_cores_make_it_quicker(cores: float, seconds: float) -> None:
    plan = replace(AT_ONCE, most_instances=1, cores=cores)
    assert simulate(TIMES, plan, 10).seconds == pytest.approx(seconds, rel=0.02)


def test_instances_come_with_the_length_of_the_queue() -> None:
    """A hundred chunks, five an instance: twenty instances, each with five seconds of work."""
    outcome = simulate(TIMES, AT_ONCE, 100)
    assert outcome.instances["score"] == 20
    assert outcome.seconds == pytest.approx(5, abs=1.1)


def test_an_instance_is_billed_while_it_works_and_for_a_second_at_least() -> None:
    long = replace(TIMES, score=Work(2.0, 3.0))
    outcome = simulate(long, AT_ONCE, 1)
    billed = outcome.gb_seconds / AT_ONCE.memory_gb
    assert billed == pytest.approx(1 + 5 + 1, abs=0.5), "waiting is billed as well"


def test_a_cold_start_is_met_at_each_step() -> None:
    outcome = simulate(replace(TIMES, cold_start=4), AT_ONCE, 1)
    assert outcome.seconds == pytest.approx(3 * 4 + 1, abs=0.2)


def test_one_barrier_bounds_them_all() -> None:
    """A thousand arrivals at ten a second take a hundred seconds, however many instances."""
    plan = replace(AT_ONCE, most_instances=1000, barrier_rate=10)
    outcome = simulate(replace(TIMES, score=NOTHING), plan, 1000)
    assert outcome.seconds == pytest.approx(100, abs=2)
    assert outcome.barrier_busy > 0.95


def test_a_platform_bounds_them_all() -> None:
    outcome = simulate(TIMES, replace(AT_ONCE, posts_a_minute=60), 30)
    assert outcome.seconds == pytest.approx(30, abs=2)


def test_instances_of_one_machine_share_its_cores() -> None:
    machine = replace(AT_ONCE, instances=1, shared_cores=2.0)
    one, three = (simulate(TIMES, replace(machine, instances=n), 30).seconds for n in (1, 3))
    assert one == pytest.approx(15, abs=1)
    assert three == pytest.approx(15, abs=1)
    waiting = replace(TIMES, score=Work(1.0, 0))
    one, three = (simulate(waiting, replace(machine, instances=n), 60).seconds for n in (1, 3))
    assert 2.4 < one / three < 3.6


def test_the_same_seed_gives_the_same_outcome() -> None:
    assert simulate(TIMES, Plan(), 50, seed=3) == simulate(TIMES, Plan(), 50, seed=3)
