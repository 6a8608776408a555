"""Feedback and analytics over HTTP."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.functions.conftest import Host, accepted, refused
from tests.functions.running_app import Answer, App

pytestmark = pytest.mark.azurite

TEXTS = ["a kitten on the grass", "=1+1 this is terrible", "what a lovely cat"]


@pytest.fixture(scope="module")
def query() -> str:
    return "=cat"


def post(app: App, sent: Any) -> Answer:
    headers = {"content-type": "application/json"}
    return app.http("POST", "/api/feedback", json.dumps(sent).encode(), headers=headers)


def ids(app: App, host: Host, query: str) -> list[str]:
    comments = [{"text": text} for text in TEXTS]
    sent = {"posts": [{"id": "p", "comments": comments}], "insights": {"search": True}}
    job = accepted(app.post(sent))["job_id"]
    host.drain()
    found = app.http("GET", f"/api/search?query=%3D{query[1:]}&job={job}").json["comments"]
    return [one["id"] for one in found]


def test_feedback_and_what_follows_from_it(app: App, host: Host, query: str) -> None:
    first, second, third = ids(app, host, query)
    said = {"query": query, "positive": [first, second], "negative": [third]}
    assert post(app, {"feedback": [said]}).json == {"kept": 3}
    said = {"query": query, "positive": [first], "negative": [second]}
    assert post(app, {"feedback": [said]}).json == {"kept": 2}
    label = {"comment": f"{first.partition('.')[0]}.1", "label": "positive"}
    assert post(app, label).json == {"kept": 1}
    (row,) = app.http("GET", "/api/analytics?query=%3DCAT&k=2").json["queries"]
    assert row == {
        "query": "=cat", "users": 1, "positive": 1, "negative": 2, "judged_at_k": 2,
        "precision_at_k": 0.5,
    }  # fmt: skip
    whole = app.http("GET", "/api/analytics").json
    assert whole["corrections"] >= 1
    assert whole["slices"][0]["slice"] == "all"
    exact = app.http("GET", "/api/analytics?table=corrections").json["corrections"][-1]
    assert (exact["text"], exact["label"]) == (TEXTS[1], "positive")
    assert exact["model_label"] == "negative"


def test_no_cell_of_the_tables_is_a_formula(app: App, host: Host, query: str) -> None:
    first = ids(app, host, query)[0]
    job = first.partition(".")[0]
    post(app, {"feedback": [{"query": query, "positive": [first]}]})
    post(app, {"comment": f"{job}.1", "label": "negative"})
    for table, cell in (("queries", "'=cat"), ("corrections", f"'{TEXTS[1]}")):
        answer = app.http("GET", f"/api/analytics?format=csv&table={table}")
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
        assert any(cell in row for row in rows[1:]), rows
    slices = app.http("GET", "/api/analytics?format=csv&table=slices").body.decode("utf-8-sig")
    assert slices.startswith("slice,corrections,agree,share\r\nall,")


@pytest.mark.parametrize(
    "sent", [{}, {"feedback": []}, {"feedback": [{"query": "x"}]}, {"labels": []},
             {"feedback": [{"query": "x", "positive": [], "negative": []}]}],
)  # fmt: skip
def test_empty_lists_are_fine(app: App, sent: Any) -> None:
    assert post(app, sent).json == {"kept": 0}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ([], "body"),
        ({"feedback": {}}, "body.feedback"),
        ({"feedback": [{"query": "x"}] * 101}, "body.feedback"),
        ({"feedback": [{"positive": []}]}, "feedback[0].query"),
        ({"feedback": [{"query": " "}]}, "feedback[0].query"),
        ({"feedback": [{"query": "x" * 501}]}, "feedback[0].query"),
        ({"feedback": [{"query": "x", "positive": ["a"] * 101}]}, "feedback[0].positive"),
        ({"feedback": [{"query": "x", "positive": [5]}]}, "feedback[0].positive"),
        ({"feedback": [{"query": "x", "positive": ["a"], "negative": ["a"]}]},
         "feedback[0].negative"),
        ({"feedback": [{"query": "x", "positive": ["../../a"]}]}, "feedback[0].positive[0]"),
        ({"feedback": [{"query": "x", "good": []}]}, "feedback[0].good"),
        ({"comment": "a", "label": "great"}, "labels[0].label"),
        ({"comment": f"{'0' * 25}.0", "label": "positive"}, "labels[0].comment"),
        ({"labels": [{"comment": "", "label": "positive"}]}, "labels[0].comment"),
        ({"colour": 1}, "body.colour"),
    ],
)  # fmt: skip
def test_wrong_feedback_is_named(app: App, sent: Any, field: str) -> None:
    assert field in refused(post(app, sent))["errors"]


@pytest.mark.parametrize("asked", ["k=0", "table=users", "format=xml", f"query={'x' * 501}"])
def test_what_analytics_cannot_answer(app: App, asked: str) -> None:
    refused(app.http("GET", f"/api/analytics?{asked}"))


def test_too_large_a_body(app: App) -> None:
    refused(post(app, {"labels": [], "x": "y" * 1_100_000}), 413)
