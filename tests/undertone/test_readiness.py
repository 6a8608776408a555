"""What is asked, for how long, how often, and how a failure is told."""

from __future__ import annotations

import threading
import time

from model.analyzer import ArtifactError
from undertone.errors import Transient
from undertone.readiness import Readiness
from undertone.settings import SettingsError


def test_all_is_well() -> None:
    assert Readiness({"a": lambda: 1, "b": lambda: None}).look() == {"a": "ok", "b": "ok"}


def test_each_failure_is_named() -> None:
    def failing(error: Exception) -> object:
        raise error

    checks = {
        "settings": lambda: failing(SettingsError("LINK_MINUTES must be a number")),
        "storage": lambda: failing(Transient("storage answered 403")),
        "model": lambda: failing(ArtifactError("weights.bin is missing")),
        "other": lambda: failing(KeyError("a secret, perhaps")),
    }
    assert Readiness(checks).look() == {
        "settings": "LINK_MINUTES must be a number",
        "storage": "storage answered 403",
        "model": "weights.bin is missing",
        "other": "KeyError",
    }


def test_who_does_not_answer_is_waited_for_together_and_asked_once() -> None:
    release, asked = threading.Event(), threading.Semaphore(0)

    def slow() -> None:
        asked.release()
        release.wait(20)

    readiness = Readiness({"a": slow, "b": slow, "c": lambda: 1}, patience=0.3, remembered=0)
    began = time.monotonic()
    late = "no answer within 0.3 s"
    for _ in range(2):
        assert readiness.look() == {"a": late, "b": late, "c": "ok"}
    assert time.monotonic() - began < 5
    assert [asked.acquire(timeout=0) for _ in range(3)] == [True, True, False]
    release.set()
    time.sleep(0.1)
    assert readiness.look() == {"a": "ok", "b": "ok", "c": "ok"}


def test_an_answer_is_remembered_for_a_moment() -> None:
    asked: list[int] = []
    lasting = Readiness({"a": lambda: asked.append(1)}, remembered=60)
    lasting.look()["a"] = "changed by a caller"
    assert lasting.look() == {"a": "ok"}
    assert len(asked) == 1
    forgetful = Readiness({"a": lambda: asked.append(1)}, remembered=0)
    forgetful.look()
    forgetful.look()
    assert len(asked) == 3
