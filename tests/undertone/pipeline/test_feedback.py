"""What is kept of feedback: each item once a user, the last one, and nothing lost."""

from __future__ import annotations

import pytest

from tests.undertone.pipeline.insightful import Insightful
from undertone.errors import Missing, Rejected
from undertone.pipeline.feedback import Labelled, Said, keep_feedback, standing
from undertone.pipeline.feedback_records import Judged
from undertone.pipeline.search_index import Indexes
from undertone.pipeline.searching import search_jobs


@pytest.fixture
def bench() -> Insightful:
    made = Insightful()
    made.job()
    made.drain()
    return made


def shown(bench: Insightful, query: str = "salt") -> list[str]:
    found = search_jobs(bench.services, Indexes(), query, owner="me", jobs=[], count=20)
    return [hit.id for hit in found.hits]


def keep(
    bench: Insightful, *said: Said, labels: tuple[Labelled, ...] = (), owner: str = "me"
) -> int:
    return keep_feedback(bench.services, Indexes(), owner, said, labels)


def test_the_last_one_counts_and_all_are_kept(bench: Insightful) -> None:
    first, second, *_ = shown(bench)
    assert keep(bench, Said("a", "salt", first, True), Said("b", "salt", second, True)) == 2
    assert keep(bench, Said("a", "SALT", first, False)) == 1
    lines = bench.store.feedback.read("me").records
    assert len(lines) == 2, "nothing is taken back"
    assert standing(lines).judged == [
        Judged(query="SALT", item=first, good=False, place=None),
        Judged(query="salt", item=second, good=True, place=2),
    ]


def test_labels_are_kept_with_what_the_model_said(bench: Insightful) -> None:
    first = shown(bench)[0]
    keep(bench, labels=(Labelled("a", first, "negative"), Labelled("b", first, "positive")))
    (one,) = standing(bench.store.feedback.read("me").records).corrections
    assert (one.label, one.said, one.model) == ("positive", "neutral", "moody@1")
    assert one.origin == "picked"
    assert one.words > 1


def test_nothing_said_is_nothing_kept(bench: Insightful) -> None:
    assert keep(bench) == 0
    with pytest.raises(Missing):
        bench.store.feedback.read("me")


def test_ids_of_others_and_of_nothing_are_named(bench: Insightful) -> None:
    first = shown(bench)[0]
    job = first.partition(".")[0]
    for item in ("", "x", f"{job}.999999", f"{job}.1", f"{'0' * 25}.0"):
        with pytest.raises(Rejected) as caught:
            keep(bench, Said("here", "salt", first, True), Said("there", "salt", item, True))
        assert list(caught.value.problems) == ["there"], item
    with pytest.raises(Rejected):
        keep(bench, Said("here", "salt", first, True), owner="you")
    with pytest.raises(Missing):
        bench.store.feedback.read("me")
