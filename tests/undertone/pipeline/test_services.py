"""Calls of storage in parallel: in order, bounded, and none of their errors is lost."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from dataclasses import replace

import pytest

from tests.undertone.pipeline.conftest import Bench
from undertone.errors import Transient
from undertone.pipeline.services import Services

PATIENCE = 20


def services(threads: int) -> Services:
    return replace(Bench().services, threads=threads)


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_results_are_in_the_order_of_the_items(threads: int) -> None:
    done = services(threads).in_parallel(lambda item: item * item, range(50))
    assert done == [item * item for item in range(50)]


def test_items_are_worked_on_side_by_side() -> None:
    together = threading.Barrier(4)
    services(4).in_parallel(lambda _: together.wait(PATIENCE), range(8))  # or it breaks


def test_there_are_never_more_threads_than_said() -> None:
    used = services(3).in_parallel(lambda _: threading.get_ident(), range(200))
    assert 1 <= len(set(used)) <= 3
    assert threading.get_ident() not in used


@pytest.mark.parametrize(("threads", "items"), [(8, 1), (1, 5), (8, 0)])
def test_where_it_does_not_pay_there_is_no_other_thread(threads: int, items: int) -> None:
    used = services(threads).in_parallel(lambda _: threading.get_ident(), range(items))
    assert used == [threading.get_ident()] * items


@pytest.mark.parametrize("threads", [1, 4])
def test_the_error_of_the_first_item_that_failed_is_raised(threads: int) -> None:
    def act(item: int) -> None:
        if item in {2, 5}:
            raise Transient(f"item {item}")

    with pytest.raises(Transient, match="item 2"):
        services(threads).in_parallel(act, range(8))


def test_work_in_parallel_sees_the_callers_context() -> None:
    """The host drops log lines without its invocation id, which the worker keeps in a context."""
    invocation: ContextVar[str] = ContextVar("invocation", default="none")
    token = invocation.set("this one")
    seen = services(4).in_parallel(lambda n: (n, invocation.get()), range(9))
    invocation.reset(token)
    assert seen == [(n, "this one") for n in range(9)]
