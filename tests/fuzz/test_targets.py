"""The inputs that fuzzing begins with, and some spoilt ones, are no findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.spoiling import spoilt
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
SEEDS = [(name, path) for name in TARGETS for path in sorted((CORPUS / name).iterdir())]
MOST = 200_000
"""Bytes of all inputs that are kept with the code."""


def test_every_target_has_inputs_to_begin_with() -> None:
    assert {path.name for path in CORPUS.iterdir() if path.is_dir()} == TARGETS.keys()
    assert {name for name, _ in SEEDS} == TARGETS.keys()


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for _, path in SEEDS) < MOST


@pytest.mark.parametrize(
    ("name", "path"), SEEDS, ids=lambda value: str(getattr(value, "name", value))
)
def test_what_fuzzing_begins_with_is_no_finding(name: str, path: Path) -> None:
    TARGETS[name](path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_a_spoilt_input_is_no_finding(name: str, data: st.DataObject) -> None:
    seeds = [path for target, path in SEEDS if target == name]
    given_ = data.draw(st.sampled_from(seeds)).read_bytes()
    changed = spoilt(given_, data.draw(st.integers(0, 2**32))) or given_
    TARGETS[name](changed)
