"""The analyst's figures, over all users."""

from __future__ import annotations

import pytest

from tests.undertone.pipeline.insightful import Insightful
from undertone.pipeline.feedback import Labelled, Said, keep_feedback
from undertone.pipeline.feedback_records import Correction, FeedbackLine, Judged
from undertone.pipeline.feedback_report import (
    QueryRow,
    correction_rows,
    feedback_report,
    slice_rows,
)
from undertone.pipeline.search_index import Indexes
from undertone.pipeline.searching import search_jobs
from undertone.pipeline.stopping import delete


@pytest.fixture
def bench() -> Insightful:
    return Insightful()


def line(bench: Insightful, owner: str, *judged: Judged) -> None:
    bench.store.feedback.create(owner)
    bench.store.feedback.append(FeedbackLine(at=bench.now, judged=judged), owner)


def one(query: str, item: str, place: int | None, *, good: bool) -> Judged:
    return Judged(query=query, item=item, good=good, place=place)


def test_precision_is_of_what_was_shown_and_judged(bench: Insightful) -> None:
    line(bench, "a", one("Cat", "1", 1, good=False), one("cat", "2", 2, good=True))
    line(bench, "a", one("cat", "1", 1, good=True), one("dog", "9", None, good=True))
    line(bench, "b", one("cat", "1", 3, good=False), one("cat", "5", 50, good=False))
    report = feedback_report(bench.services, "", 10)
    assert report.queries == [
        QueryRow("cat", 2, 2, 2, 3, 0.6667),
        QueryRow("dog", 1, 1, 0, 0, None),
    ]
    assert feedback_report(bench.services, "CAT", 1).queries == [QueryRow("cat", 2, 2, 2, 1, 1.0)]
    assert feedback_report(bench.services, "cow", 1).queries == []


def test_slices_count_agreement() -> None:
    made = [
        Correction(item="1", label="positive", said="positive", platform="reddit", words=3),
        Correction(item="2", label="positive", said="negative", platform="reddit", words=40),
        Correction(item="3", label="neutral", said="", words=9),
    ]
    rows = {row.slice: (row.corrections, row.agree, row.share) for row in slice_rows(made)}
    assert rows["all"] == (3, 1, 0.3333)
    assert rows["platform=reddit"] == (2, 1, 0.5)
    assert rows["length=short"] == (1, 1, 1.0)
    assert rows["length=long"] == (1, 0, 0.0)
    assert rows["model_label=none"] == (1, 0, 0.0)
    assert slice_rows([]) == []


def test_texts_of_corrections_go_with_their_job(bench: Insightful) -> None:
    request = bench.job()
    bench.drain()
    found = search_jobs(bench.services, Indexes(), "salt", owner="me", jobs=[], count=20).hits
    texts = [hit.entry.text for hit in found]
    labels = [Labelled("l", hit.id, "positive") for hit in found]
    keep_feedback(bench.services, Indexes(), "me", [], labels)
    report = feedback_report(bench.services, "", 10)
    rows = correction_rows(bench.services, report.corrections)
    assert [row.text for row in rows] == texts, "of both posts, from several chunks"
    stolen = [("another's", each) for _, each in report.corrections]
    assert {row.text for row in correction_rows(bench.services, stolen)} == {""}
    delete(bench.services, request)
    bench.drain()
    assert {row.text for row in correction_rows(bench.services, report.corrections)} == {""}
    assert len(feedback_report(bench.services, "", 10).corrections) == len(rows)


def test_what_was_judged_is_noted_with_its_place(bench: Insightful) -> None:
    bench.job()
    bench.drain()
    hits = search_jobs(bench.services, Indexes(), "salt", owner="me", jobs=[], count=20).hits
    said = [Said("s", "salt", hits[2].id, True)]
    keep_feedback(bench.services, Indexes(), "me", said, [])
    assert feedback_report(bench.services, "", 2).queries[0].judged_at_k == 0
    assert feedback_report(bench.services, "", 3).queries[0].precision_at_k == 1.0
