"""What `ports.Counters` promises, for every implementation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.storage.blob import ContainerClient

from undertone.errors import Transient
from undertone.ports import Counters
from undertone.storage.account import Account
from undertone.storage.memory import MemoryCounters


@pytest.fixture(params=["memory", pytest.param("azurite", marks=pytest.mark.azurite)])
def counters(request: pytest.FixtureRequest) -> Counters:
    if request.param == "memory":
        return MemoryCounters()
    container: ContainerClient = request.getfixturevalue("container")
    account: Account = request.getfixturevalue("account")
    return account.counters(container.container_name)


def test_it_counts_up_to_the_limit(counters: Counters) -> None:
    assert [counters.take("n", 1, 3) for _ in range(5)] == [1, 2, 3, None, None]


def test_what_does_not_fit_is_not_counted(counters: Counters) -> None:
    assert counters.take("n", 8, 10) == 8
    assert counters.take("n", 3, 10) is None
    assert counters.take("n", 2, 10) == 10
    assert counters.take("n", 1, 10) is None
    assert counters.take("other", 11, 10) is None
    assert counters.take("other", 10, 10) == 10


def test_of_one_there_is_one(counters: Counters) -> None:
    assert [counters.take("n", 1, 1) for _ in range(3)] == [1, None, None]


def test_names_are_counted_apart(counters: Counters) -> None:
    assert counters.take("a/b", 2, 2) == counters.take("a/c", 2, 2) == 2


@pytest.mark.parametrize(("most", "step"), [(1, 1), (37, 1), (40, 3)])
def test_of_many_at_once_as_many_succeed_as_there_is_room_for(
    counters: Counters, most: int, step: int
) -> None:
    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(lambda _: counters.take("n", step, most), range(80)))
    assert sum(each is not None for each in taken) == most // step


@pytest.mark.azurite
def test_a_container_that_is_not_there_is_no_limit(account: Account) -> None:
    with pytest.raises(Transient, match="container"):
        account.counters("nowhere").take("n", 1, 3)
