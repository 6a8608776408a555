"""Real things are built once, late, whoever asks first."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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


def settings_of(**environment: str) -> str:
    """What a process of its own with this environment says of its settings."""
    code = "from undertone import wiring; print(wiring.settings().privacy.authors)"
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={**inherited, "AzureWebJobsStorage__accountName": "acct", **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


def test_pseudonyms_without_a_key_are_refused_at_the_start_with_what_to_set() -> None:
    refused = settings_of()
    assert refused.startswith("undertone.settings.SettingsError: AUTHORS_KEY is missing")
    assert "openssl rand -base64 32" in refused
    assert settings_of(AUTHORS="none") == refused
    assert settings_of(AUTHORS_KEY="k" * 32) == "hashed"
    assert settings_of(KEY_VAULT_URL="https://v.vault.azure.net") == "hashed", "it may be in there"
    assert settings_of(AUTHORS="plain") == "plain"
