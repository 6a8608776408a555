"""Labels over HTTP: a sample, its labels, figures; and what nobody would send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.labels import MAX_BODY, read_labels
from tests.functions.conftest import Host, accepted, refused
from tests.functions.running_app import Answer, App
from undertone.errors import Rejected
from undertone.pipeline.sampling import MOST

WORDS = {"negative": "This is terrible, I hate it", "positive": "Great, I love it", "neutral": "ok"}


@pytest.fixture
def job(app: App, host: Host) -> str:
    """Sixty comments, of which a third is of each kind; done."""
    comments = [
        {"id": f"{label}-{number}", "text": text}
        for number in range(20)
        for label, text in WORDS.items()
    ]
    made = accepted(app.post({"posts": [{"id": "p", "comments": comments}]}))["job_id"]
    host.drain()
    return str(made)


def get(app: App, job: str, call: str) -> Answer:
    return app.http("GET", f"/api/jobs/{job}/{call}")


def post(app: App, job: str, body: object, query: str = "") -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    return app.http("POST", f"/api/jobs/{job}/labels{query}", body=raw, headers=headers)


def labelled(sample: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What people say is in the ids of the comments."""
    return [
        {
            "row": one["row"],
            "comment_id": one["comment_id"],
            "label": one["comment_id"].partition("-")[0],
        }
        for one in sample
    ]


@pytest.mark.azurite
def test_from_the_sample_to_figures(app: App, job: str) -> None:
    sample = get(app, job, "sample?n=30").json["comments"]
    assert len({one["row"] for one in sample}) == 30
    assert all("label" not in one and one["text"] in WORDS.values() for one in sample)
    before = get(app, job, "figures").json
    assert (before["labels"], before["by_labels_and_model"]) == (0, None)
    assert before["next"] == sample[0]
    answer = post(app, job, {"labels": labelled(sample)})
    assert (answer.status, answer.json["changed"]) == (200, 30)
    assert post(app, job, {"labels": labelled(sample)}).json["changed"] == 0
    after = get(app, job, "figures").json
    assert (after["labels"], after["comments"]) == (30, 60)
    both, alone = after["by_labels_and_model"], after["by_labels"]
    for name, truth in (("mean_score", 0.0), ("positive_share", 1 / 3), ("neutral_share", 1 / 3)):
        assert both[name]["low"] <= truth <= both[name]["high"]
    widths = [one["mean_score"]["high"] - one["mean_score"]["low"] for one in (both, alone)]
    assert widths[0] < widths[1]
    assert widths[0] < after["model"]["mean"]["high"] - after["model"]["mean"]["low"]


@pytest.mark.azurite
def test_a_post_has_a_sample_of_its_own(app: App, job: str) -> None:
    sample = get(app, job, "sample?n=15&post=1").json
    assert len(sample["comments"]) == 15
    assert sample["links"]["labels"].endswith("/labels?post=1")
    answer = post(app, job, {"labels": labelled(sample["comments"])}, "?post=1")
    assert answer.json["changed"] == 15
    assert get(app, job, "figures?post=1").json["labels"] == 15


@pytest.mark.azurite
@pytest.mark.parametrize("call", ["sample", "figures"])
def test_who_has_no_such_job_or_post_is_told(app: App, job: str, call: str) -> None:
    assert "there is no job" in refused(get(app, "0" * 25, call), 404)["detail"]
    assert "rows 1 to 1" in refused(get(app, job, f"{call}?post=2"), 404)["detail"]
    assert "`post`" in refused(get(app, job, f"{call}?post=x"), 422)["detail"]


@pytest.mark.azurite
def test_what_is_wrong_with_a_number_or_a_label_is_named(app: App, job: str) -> None:
    assert "`n`" in refused(get(app, job, "sample?n=0"), 422)["detail"]
    assert "`n`" in refused(get(app, job, f"sample?n={MOST + 1}"), 422)["detail"]
    wrong = {"labels": [{"row": 10**9, "comment_id": "x", "label": "neutral"}]}
    assert refused(post(app, job, wrong), 422)["errors"].keys() == {"labels[0].row"}
    assert get(app, job, "figures").json["labels"] == 0


GOOD = {"row": 1, "comment_id": "a", "label": "neutral"}


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b"[" * 100_000, 400, "not JSON"),
        (b"[]", 422, "must be a list"),
        (b'{"labels": "negative"}', 422, "must be a list"),
        (b'{"labels": {}}', 422, "must be a list"),
        (b'{"labels": [], "more": 1}', 422, "must be a list"),
        (json.dumps({"labels": [GOOD | {"label": "great"}]}).encode(), 422, "labels[0].label"),
        (json.dumps({"labels": [GOOD | {"row": 0}]}).encode(), 422, "labels[0].row"),
        (json.dumps({"labels": [GOOD | {"row": 10**30}]}).encode(), 422, "labels[0].row"),
        (json.dumps({"labels": [GOOD | {"row": True}]}).encode(), 422, "labels[0].row"),
        (json.dumps({"labels": [GOOD | {"origin": "picked"}]}).encode(), 422, "labels[0].origin"),
        (json.dumps({"labels": [7]}).encode(), 422, "labels[0]"),
        (json.dumps({"labels": [GOOD, GOOD]}).encode(), 422, "labels[1].row"),
        (json.dumps({"labels": [7] * (MOST + 1)}).encode(), 422, "too many"),
        (b" " * (MAX_BODY + 1), 413, "at most"),
    ],
)
def test_what_is_no_list_of_labels(body: bytes, status: int, named: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_labels(body)
    assert caught.value.status == status
    assert named in f"{caught.value.detail} {caught.value.problems}"


def test_no_labels_are_no_error() -> None:
    assert read_labels(b'{"labels": []}') == []
