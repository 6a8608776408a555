"""The queries of alerts are read by Microsoft's reader of the language without a complaint."""

from __future__ import annotations

import os

import pytest

from tools.infra.bicep import templates
from tools.infra.node import NodeError
from tools.infra.queries import install, problems


@pytest.fixture(scope="module", autouse=True)
def reader() -> None:
    try:
        install()
    except NodeError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no reader of queries, which npm brings: {error}")


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("traces | where mesage == 'x'", "mesage"),
        ("nothing | count", "nothing"),
        ("requests | where name ==", "Missing expression"),
        ("requests | summarize sumof(duration)", "sumof"),
        ("requests | where success == false | count", ""),
    ],
)
def test_faults_are_found(query: str, complaint: str) -> None:
    [found] = problems([query])
    assert bool(found) == bool(complaint)
    assert complaint in " ".join(found)


def test_the_queries_of_the_alerts_have_none() -> None:
    alerts = templates()["alerts"].variables["queries"]
    found = problems([alert["query"] for alert in alerts])
    names = [alert["name"] for alert in alerts]
    assert dict(zip(names, found, strict=True)) == {name: [] for name in names}
    assert len(names) == 9
