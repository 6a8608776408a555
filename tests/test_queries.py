"""The saved queries: they ask for metrics and attributes that exist, and for every metric."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from undertone.pipeline import handlers
from undertone.telemetry import Metric

PROJECT = Path(__file__).parents[1]
QUERIES = sorted((PROJECT / "infra" / "queries").glob("*.kql"))
WORDS = {"queue", "step", "platform", "reason", "result", "model", "label", "language", "status"}
"""The attributes of metrics, as undertone/telemetry.py says."""
HOSTS = {"InvocationId"}


def text(query: Path) -> str:
    return query.read_text("utf-8")


def test_every_metric_is_asked_for() -> None:
    asked = {name for query in QUERIES for name in re.findall(r'name == "([^"]+)"', text(query))}
    assert asked == {str(metric) for metric in Metric}


def test_the_words_are_those_of_the_metrics() -> None:
    docstrings = inspect.getsource(Metric)
    for word in WORDS:
        assert f"`{word}`" in docstrings, word


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.stem)
def test_attributes_exist(query: Path) -> None:
    asked = set(re.findall(r'customDimensions\["([^"]+)"\]', text(query)))
    spans = inspect.getsource(handlers) + (PROJECT / "undertone/open_telemetry.py").read_text()
    known = {name for name in asked if f'"{name}"' in spans}
    assert asked <= known | WORDS | HOSTS
    assert text(query).startswith("// "), "says what it is for"


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.stem)
def test_brackets_are_closed(query: Path) -> None:
    """No parser of the language is to be had offline, so no more than this is checked."""
    code = re.sub(r'"[^"]*"|//[^\n]*', "", text(query))
    for opening, closing in ("()", "[]"):
        assert code.count(opening) == code.count(closing)


def test_drift_is_measured_against_the_models_card() -> None:
    """The card's shares are the sums of the rows of docs/model.md's table beside VADER."""
    card = (PROJECT / "docs/model.md").read_text("utf-8")
    counts = {
        label: sum(map(int, cells.replace("|", " ").split()))
        for label, cells in re.findall(
            r"^\| (negative|neutral|positive) ((?:\| \d+ )+)\|$", card, re.MULTILINE
        )
    }
    asked = dict(
        re.findall(
            r'"(negative|neutral|positive)", (0\.\d+)', text(PROJECT / "infra/queries/drift.kql")
        )
    )
    total = sum(counts.values())
    assert total == 12_284
    assert {label: f"{count / total:.4f}" for label, count in counts.items()} == asked
