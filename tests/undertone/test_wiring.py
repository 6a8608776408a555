"""Real things are built once, late, whoever asks first."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from undertone.wiring import newest, now, once


def test_what_is_built_is_built_once_for_all_threads() -> None:
    built: list[object] = []

    @once
    def thing() -> object:
        time.sleep(0.05)
        built.append(object())
        return built[-1]

    ready = threading.Barrier(8)

    def ask(_: int) -> object:
        ready.wait()
        return thing()

    with ThreadPoolExecutor(8) as pool:
        got = set(pool.map(ask, range(8)))
    assert got == set(built)
    assert len(built) == 1


def test_nothing_is_built_before_it_is_asked_for() -> None:
    @once
    def thing() -> None:
        raise AssertionError("built too soon")

    with pytest.raises(AssertionError):
        thing()


def test_what_could_not_be_built_is_tried_again() -> None:
    answers = iter([ValueError("not yet"), None])

    @once
    def thing() -> str:
        error = next(answers)
        if error:
            raise error
        return "there"

    with pytest.raises(ValueError, match="not yet"):
        thing()
    assert thing() == thing() == "there"


def test_now_is_aware() -> None:
    assert now().utcoffset() is not None


def test_of_what_is_built_by_a_key_the_newest_is_kept() -> None:
    built: list[str] = []

    @newest
    def thing(key: str) -> str:
        built.append(key)
        return key.upper()

    assert [thing(key) for key in ("a", "a", "b", "b", "a")] == ["A", "A", "B", "B", "A"]
    assert built == ["a", "b", "a"]
