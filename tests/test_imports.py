"""What importing the app costs: every cold start pays for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
HEAVY = (
    "onnxruntime",
    "numpy",
    "requests",
    "azure.storage",
    "azure.identity",
    "azure.core",
    "tokenizers",
    "duckdb",
    "ahocorasick_rs",
    "sklearn",
    "faiss",
    "transformers",
    "torch",
    "aiohttp",
    "vaderSentiment",
    "jwt",
    "cryptography",
    "undertone.identity.gate",
    "phonenumbers",
    "cryptography",
    "opentelemetry",
    "fasttext_pybind",
    "PIL",
    "openai",
)
TIMED = """
import json, sys, time
started = time.perf_counter()
import {module}
print(json.dumps([time.perf_counter() - started, sorted(sys.modules)]))
"""


def imported(module: str) -> tuple[float, list[str]]:
    """Seconds that importing `module` takes in a fresh process, and all modules it brings."""
    done = subprocess.run(
        [sys.executable, "-c", TIMED.format(module=module)],
        check=True,
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    seconds, modules = json.loads(done.stdout)
    return seconds, modules


def test_the_app_imports_nothing_heavy() -> None:
    alone, _ = min((imported("azure.functions") for _ in range(3)), key=lambda found: found[0])
    seconds, modules = min((imported("function_app") for _ in range(3)), key=lambda f: f[0])
    sys.stdout.write(f"function_app {seconds:.3f} s, azure.functions alone {alone:.3f} s\n")
    brought = {heavy for heavy in HEAVY if heavy in modules}
    assert not brought, f"function_app imports {', '.join(sorted(brought))}"
    assert "undertone.wiring" in modules


@pytest.mark.parametrize(
    "module", ["model.analyzer", "model.factory", "undertone.wiring", "undertone.settings"]
)
def test_what_every_instance_imports_is_light(module: str) -> None:
    _, modules = imported(module)
    assert not {heavy for heavy in HEAVY if heavy in modules}


def test_no_requirement_brings_aiohttp() -> None:
    """azure-core imports it where it is installed, which costs 0.3 s of every cold start."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "aiohttp" not in {each["name"].lower() for each in json.loads(done.stdout)}
