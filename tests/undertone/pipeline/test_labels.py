"""Labels are kept once, only of the sample, and count from its beginning on."""

from __future__ import annotations

import pytest

from tests.undertone.pipeline.conftest import Bench
from undertone.errors import Rejected
from undertone.pipeline.job_records import Request
from undertone.pipeline.label_records import Label, LabelBatch, Side
from undertone.pipeline.labels import keep_labels, labelled_figures, stored_labels
from undertone.pipeline.sampling import Drawn, draw, frame
from undertone.pipeline.stopping import delete


@pytest.fixture
def request_(bench: Bench) -> Request:
    request, messages = bench.fetch_upload(40)
    for message in messages:
        bench.deliver("comments", message)
    bench.drain()
    return request


def order(bench: Bench, request: Request) -> list[Drawn]:
    return draw(bench.services, frame(bench.services, request), 40)


def label(drawn: Drawn, side: Side = "negative") -> Label:
    return Label(row=drawn.line, comment_id=drawn.comment.comment_id, label=side)


def lines(bench: Bench, request: Request) -> int:
    return len(bench.store.labels.read(request.job).records)


def test_the_same_again_is_not_kept_again(bench: Bench, request_: Request) -> None:
    sent = [label(one) for one in order(bench, request_)[:3]]
    assert keep_labels(bench.services, request_, sent, None) == 3
    assert keep_labels(bench.services, request_, sent, None) == 0
    assert keep_labels(bench.services, request_, sent[:1], None) == 0
    assert lines(bench, request_) == 1
    assert stored_labels(bench.services, request_.job) == {one.row: one for one in sent}


def test_the_last_label_of_a_comment_counts(bench: Bench, request_: Request) -> None:
    first = order(bench, request_)[0]
    for side in ("negative", "positive"):
        assert keep_labels(bench.services, request_, [label(first, side)], None) == 1
    assert stored_labels(bench.services, request_.job) == {first.line: label(first, "positive")}


def test_labels_count_up_to_the_first_comment_without_one(bench: Bench, request_: Request) -> None:
    drawn = order(bench, request_)
    keep_labels(bench.services, request_, [label(one) for one in drawn[:12]], None)
    keep_labels(bench.services, request_, [label(one) for one in drawn[13:16]], None)
    found = labelled_figures(bench.services, request_, None)
    assert (found.comments, found.labels, found.beyond) == (40, 12, 3)
    assert found.next == drawn[12]
    keep_labels(bench.services, request_, [label(drawn[12])], None)
    found = labelled_figures(bench.services, request_, None)
    assert (found.labels, found.beyond, found.next) == (16, 0, drawn[16])


def test_labels_overrule_a_model_that_likes_everything(bench: Bench, request_: Request) -> None:
    drawn = order(bench, request_)
    keep_labels(bench.services, request_, [label(one) for one in drawn[:20]], None)
    found = labelled_figures(bench.services, request_, None)
    assert found.model is not None
    assert found.by_labels_and_model is not None
    assert found.model.mean.value == 1.0
    assert found.by_labels_and_model.mean_score.value == -1.0
    assert found.by_labels_and_model.mean_score.high < -0.5


def test_without_labels_there_is_the_model_alone(bench: Bench, request_: Request) -> None:
    found = labelled_figures(bench.services, request_, None)
    assert (found.labels, found.by_labels, found.by_labels_and_model) == (0, None, None)
    assert found.model is not None
    assert found.next == order(bench, request_)[0]


def test_corrections_that_somebody_picked_make_no_interval(bench: Bench, request_: Request) -> None:
    drawn = order(bench, request_)
    picked = tuple(
        Label(row=one.line, comment_id=one.comment.comment_id, label="negative", origin="picked")
        for one in drawn[:20]
    )
    bench.store.labels.create(request_.job)
    bench.store.labels.append(LabelBatch(labels=picked, at=bench.now), request_.job)
    found = labelled_figures(bench.services, request_, None)
    assert (found.labels, found.by_labels) == (0, None)
    assert found.next == drawn[0]


def test_what_is_not_of_the_sample_is_refused_and_nothing_is_kept(
    bench: Bench, request_: Request
) -> None:
    good = label(order(bench, request_)[0])
    wrong = [good, Label(row=41, comment_id="41", label="neutral"),
             Label(row=good.row, comment_id="other", label="neutral")]  # fmt: skip
    with pytest.raises(Rejected, match="2 labels are not of the random sample") as caught:
        keep_labels(bench.services, request_, wrong, None)
    assert caught.value.problems.keys() == {"labels[1].row", "labels[2].comment_id"}
    assert stored_labels(bench.services, request_.job) == {}


def test_labels_go_with_their_job(bench: Bench, request_: Request) -> None:
    keep_labels(bench.services, request_, [label(order(bench, request_)[0])], None)
    delete(bench.services, request_)
    bench.drain()
    assert bench.jobs.names(f"{request_.job}/") == []
