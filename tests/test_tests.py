"""Rules for the tests themselves: where they are, what they import, what they leave alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

PROJECT = Path(__file__).parents[1]
ROOMS = ("functions", "undertone", "model", "training", "devhost", "tools")
"""Packages whose modules have tests; those that do not exist are left out."""

NO_FILE_OF_THEIR_NAME = {
    # Thin triggers: what they do is the pipeline's; that they are bound is in test_bindings.py
    "functions/queue_triggers.py": "a line a queue; delivered to in test_jobs.py",
    "undertone/addresses.py": "test_posts.py, whose links are taken apart there",
    "undertone/link_wrappers.py": "test_posts.py, of whose links some carry another",
    "undertone/uploads/column_names.py": "names alone; test_export_shapes.py and test_columns.py",
    "functions/timers.py": "a line a timer; fired in test_jobs.py",
    # Commands: parsed in tests/tools/test_cli.py, run by people and CI
    "tools/commands/backup.py": "tests/tools/backup/test_copying.py, and a job in both directions",
    "tools/commands/azurite.py": "what it starts is in tests/devhost/test_azurite.py",
    "tools/commands/check.py": "the list of checks that CI runs; tests/tools/audit",
    "tools/commands/clean.py": "removes folders",
    "tools/commands/demo.py": "run whole, as README says",
    "tools/commands/test.py": "runs these tests",
    "tools/commands/up.py": "what it starts is in tests/devhost/test_up.py",
    "tools/commands/faults.py": "tests/end_to_end/test_faults.py runs it",
    "tools/commands/soak.py": "tests/end_to_end/test_soak.py runs it",
    "tools/faults/relay.py": "test_proxy.py",
    "tools/faults/runs.py": "tests/end_to_end/test_faults.py",
    "tools/sagas.py": "run whole by the demo; its sample by tests/undertone/insights/test_part.py",
    "tools/job_client.py": "a client of the API, which faults and soak run against the app",
    "tools/mutation/operators.py": "test_mutants.py",
    "tools/mutation/preloaded.py": "test_mutants.py",
    "tools/soak/mixture.py": "tests/end_to_end/test_soak.py",
    "tools/soak/samples.py": "tests/end_to_end/test_soak.py",
    "tools/processes.py": "a line of subprocess; test_lock.py and test_model.py",
    "tools/project.py": "names of folders, which tests of every room use",
    "functions/post_bodies.py": "test_own_posts.py",
    "functions/feed_items.py": "test_feed.py",
    "undertone/own_posts/names.py": "test_store.py",
    "undertone/own_posts/records.py": "test_store.py",
    "undertone/content/material.py": "test_card_facts.py and test_writing.py",
    "undertone/content/names.py": "test_service.py",
    "undertone/content/records.py": "test_service.py",
    "functions/endpoints.py": "test_bindings.py and test_jobs.py: every route of the app",
    # Declarations
    "model/encoder.py": "a protocol; test_onnx_encoder.py",
    "undertone/pipeline/collection_records.py": "records; test_stored_records.py",
    "undertone/pipeline/feedback_records.py": "records; test_stored_records.py",
    "undertone/ports.py": "protocols; the contract suites of storage and sources hold to them",
    "undertone/storage/containers.py": "four names, held to the design in test_bindings.py",
    "devhost/errors.py": "a class without a body",
    "devhost/instance_messages.py": "records; test_supervisor.py sends them",
    "devhost/protos.py": "stand-ins for generated classes; every test of the host uses them",
    # Tested through what uses them
    "functions/insights_body.py": "tests/functions/test_insights.py",
    "undertone/insights/words.py": "test_entities.py, against a slow reference",
    "undertone/pipeline/classify.py": "tests/functions/test_insights.py, with a real analyzer",
    "undertone/pipeline/fact_queries.py": "tests/functions/test_insights.py",
    "undertone/pipeline/insight_parts.py": "test_facts.py",
    "undertone/pipeline/theme_sample.py": "test_facts.py",
    "training/encoder.py": "compares with PyTorch itself before it writes; test_onnx_encoder.py",
    "undertone/sources/transport.py": "test_http.py and test_public_hosts.py",
    "model/session.py": "test_onnx_analyzer.py",
    "model/windows.py": "test_onnx_analyzer.py and test_compact.py",
    "training/fuse.py": "test_export.py",
    "devhost/instance.py": "test_supervisor.py",
    "devhost/instance_context.py": "test_queue_triggers.py and test_http_triggers.py",
    "devhost/instance_process.py": "test_supervisor.py",
    "devhost/triggers.py": "test_supervisor.py",
    "devhost/worker.py": "tests/functions: every call of the app goes through it",
}
"""Module → why it has no test file of its name, or where its tests are."""


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def sources() -> dict[str, str]:
    """Every Python file of the tests by its name, and its text."""
    paths = sorted((PROJECT / "tests").rglob("*.py"))
    return {name_of(path): path.read_text("utf-8") for path in paths}


# A test file for each module


def modules() -> Iterator[str]:
    for room in ROOMS:
        for path in sorted((PROJECT / room).rglob("*.py")):
            if path.stem not in {"__init__", "__main__"}:
                yield name_of(path)


def mirror(module: str) -> str:
    """Where the tests of a module stand."""
    path = PurePosixPath(module)
    return str("tests" / path.parent / f"test_{path.name}")


def test_the_place_of_a_test_mirrors_its_module() -> None:
    assert mirror("undertone/pipeline/fetch.py") == "tests/undertone/pipeline/test_fetch.py"
    assert "undertone/pipeline/fetch.py" in set(modules())


def test_every_module_has_a_test_file_of_its_name_or_a_reason() -> None:
    without = {module for module in modules() if not (PROJECT / mirror(module)).exists()}
    unexplained = sorted(without - NO_FILE_OF_THEIR_NAME.keys())
    stale = sorted(NO_FILE_OF_THEIR_NAME.keys() - without)
    assert unexplained == [], "write a test file for these, or give the reason"
    assert stale == [], "these have a test file or are gone: take them out of the list"


# What tests import


def imports(source: str) -> set[str]:
    """The modules that a file imports, anywhere in it, and the names that it imports from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = "." * node.level + (node.module or "")
            found.add(package)
            found.update(f"{package}.{alias.name}" for alias in node.names)
    return found


def is_test_module(module: str) -> bool:
    parts = module.split(".")
    return parts[0] in {"tests", ""} and any(part.startswith("test_") for part in parts)


@pytest.mark.parametrize(
    ("source", "test_modules"),
    [
        ("from tests.a.conftest import Bench\nimport tests.fakes.app", set()),
        ("from tests.a.test_b import c", {"tests.a.test_b", "tests.a.test_b.c"}),
        ("def f():\n    from tests.a import test_b", {"tests.a.test_b"}),
        ("import tests.a.test_b as b", {"tests.a.test_b"}),
        ("from .test_b import c", {".test_b", ".test_b.c"}),
        ("from test_vendor import c", set()),
    ],
)
def test_an_import_of_a_test_module_is_found(source: str, test_modules: set[str]) -> None:
    assert {name for name in imports(source) if is_test_module(name)} == test_modules


def test_no_test_module_is_imported_by_another_file() -> None:
    """What several need stands in conftest.py, in tests/fakes, or in a module that has no tests."""
    wrong = {
        name: found
        for name, source in sources().items()
        if (found := {module for module in imports(source) if is_test_module(module)})
    }
    assert not wrong


# What tests replace


def patches(source: str) -> bool:
    """Whether a test replaces an attribute of something in place instead of passing it in.

    `monkeypatch` may change the environment, the folder or the search path.
    """
    if any(module.split(".")[0] in {"mock", "pytest_mock"} for module in imports(source)):
        return True
    if any(module.startswith("unittest.mock") for module in imports(source)):
        return True
    replacing = {"setattr", "delattr", "setitem", "delitem"}
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in replacing
        and isinstance(node.value, ast.Name)
        and node.value.id in {"monkeypatch", "patch", "mp"}
        for node in ast.walk(ast.parse(source))
    )


@pytest.mark.parametrize(
    ("source", "is_patching"),
    [
        ("monkeypatch.setattr(training_loop, 'SAVE_EVERY', 2)", True),
        ("def test(monkeypatch):\n    monkeypatch.setattr('model.x.y', 2)", True),
        ("monkeypatch.delattr(wire, 'decode')", True),
        ("from unittest.mock import patch", True),
        ("from unittest import mock", True),
        ("import unittest.mock", True),
        (
            "monkeypatch.setenv('A', 'b')\nmonkeypatch.chdir(p)\nmonkeypatch.syspath_prepend(p)",
            False,
        ),
        ("setattr(record, 'name', 1)", False),
    ],
)
def test_a_patch_is_found(source: str, is_patching: bool) -> None:
    assert patches(source) is is_patching


def test_nothing_is_patched() -> None:
    """What a test must replace is passed in."""
    assert [name for name, source in sources().items() if patches(source)] == []
