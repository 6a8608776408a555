"""Real things are built once, late, whoever asks first."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from undertone import wiring
from undertone.wiring import newest, now, once

PROJECT = Path(__file__).parents[2]


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


WARMED = """
import json, sys, threading
import function_app
for thread in threading.enumerate():
    if thread.name == "warming":
        thread.join(60)
        from undertone import wiring
        if sys.argv[1] == "score":
            wiring.work_services().analyzer()
watched = ("azure.storage.blob", "onnxruntime", "undertone.sources.registry", "opentelemetry")
print(json.dumps([name for name in watched if name in sys.modules]))
"""


@pytest.mark.parametrize(
    ("function", "brought"),
    [
        ("score", ["azure.storage.blob", "onnxruntime"]),
        ("fetch", ["azure.storage.blob", "undertone.sources.registry"]),
        ("aggregate", ["azure.storage.blob"]),
        ("unknown", []),
    ],
)
def test_an_instance_in_the_cloud_brings_what_its_function_needs(
    function: str, brought: list[str]
) -> None:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {
        "AzureWebJobsStorage__accountName": "account",
        "AUTHORS": "plain",
        "FUNCTIONS_TARGET_GROUP": f"function:{function}",
    }
    done = subprocess.run(
        [sys.executable, "-c", WARMED, function],
        cwd=PROJECT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout) == brought


def test_the_workers_own_loggers_stay_as_they_are() -> None:
    before = logging.getLogger("azure").level, logging.getLogger("azure.functions").level
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AzureWebJobsStorage", "UseDevelopmentStorage=true")
        wiring.settings()
    assert logging.getLogger("azure").level == before[0]
    assert logging.getLogger("azure.functions").level == before[1]
    quiet = logging.getLogger("azure.core.pipeline.policies.http_logging_policy")
    assert quiet.getEffectiveLevel() == logging.WARNING
    assert logging.getLogger("azure.storage.blob").getEffectiveLevel() == logging.WARNING
