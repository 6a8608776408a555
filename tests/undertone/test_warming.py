"""What is brought early, for which instance, and that a failure there fails nothing."""

from __future__ import annotations

import threading

import pytest

from undertone.warming import GROUP, warm


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("function:score", "score"), ("Function:Score", "score"), ("function:fetch", "fetch"),
        ("http", "http"), ("function:reconcile", None), ("durable", None), ("", None),
        ("function:", None), (":", None),
    ],
)  # fmt: skip
def test_an_instance_brings_what_its_function_needs(group: str, expected: str | None) -> None:
    brought: list[str] = []
    needs = {name: lambda name=name: brought.append(name) for name in ("score", "fetch", "http")}
    thread = warm({GROUP: group}, needs)
    if thread is not None:
        thread.join(10)
    assert brought == ([expected] if expected else [])


def test_where_no_host_names_a_function_nothing_is_brought() -> None:
    before = threading.active_count()
    assert warm({}, {"score": lambda: 1}) is None
    assert threading.active_count() == before


def test_what_fails_early_is_left_to_fail_where_it_is_used() -> None:
    def failing() -> object:
        raise ValueError("no storage")

    thread = warm({GROUP: "function:score"}, {"score": failing})
    assert thread is not None
    thread.join(10)
    assert not thread.is_alive()
