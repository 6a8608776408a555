"""Chunks, and what a post is before anything is scored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.undertone.pipeline.conftest import Bench
from undertone.pipeline.job_records import Options
from undertone.pipeline.post_records import Fetched
from undertone.pipeline.snapshot import locate, outcome, plan_chunks, take_snapshot
from undertone.records import Comment, State


@given(st.integers(0, 200_000), st.integers(1, 45_000), st.integers(10, 10_000))
def test_chunks_hold_all_comments_within_the_limit(comments: int, blocks: int, size: int) -> None:
    sizes = plan_chunks(comments, blocks, size)
    assert sum(sizes) == comments
    assert all(sizes)
    assert len(sizes) <= blocks
    assert len(set(sizes[:-1])) <= 1
    if sizes:
        assert sizes[-1] <= sizes[0]


@pytest.mark.parametrize(
    ("comments", "blocks", "size", "sizes"),
    [
        (0, 9_000, 250, []),
        (250, 9_000, 250, [250]),
        (251, 9_000, 250, [250, 1]),
        (1000, 4, 250, [250] * 4),
        (1001, 4, 250, [251, 251, 251, 248]),  # four blocks, so they grow
    ],
)
def test_chunks_by_hand(comments: int, blocks: int, size: int, sizes: list[int]) -> None:
    assert plan_chunks(comments, blocks, size) == sizes


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=40), st.data())
def test_chunks_are_located_exactly(lines: list[bytes], data: st.DataObject) -> None:
    sizes = plan_chunks(len(lines), data.draw(st.integers(1, 10)), data.draw(st.integers(1, 9)))
    whole, seen = b"".join(lines), 0
    for chunk in locate(lines, sizes):
        expected = b"".join(lines[seen : seen + chunk.comments])
        assert whole[chunk.start : chunk.start + chunk.size] == expected
        seen += chunk.comments
    assert seen == len(lines)


def got(count: int, **facts: object) -> Fetched:
    comments = tuple(Comment(id=str(n), text=f"ü {n}\n") for n in range(count))
    return Fetched(comments=comments, **facts)  # type: ignore[arg-type] # the facts of each case


@pytest.mark.parametrize(
    ("fetched", "state", "reason"),
    [
        (got(3), State.OK, ""),
        (got(3, remark="columns: text"), State.OK, "columns: text"),
        (got(3, reported=3), State.OK, ""),
        (got(5, reported=10), State.OK, ""),
        (got(4, reported=10), State.PARTIAL, "4 of 10 reported comments are less than the min_"),
        (got(4, reported=10, cut=True), State.PARTIAL, "ask for more with comments_per_post"),
        (got(3, note="cut by the platform"), State.PARTIAL, "cut by the platform"),
        (got(0, note="cut by the platform"), State.FAILED, "cut by the platform"),
        (got(0), State.NO_COMMENTS, ""),
        (got(0, reported=0), State.NO_COMMENTS, ""),
        (got(0, reported=2, skipped=2), State.NO_COMMENTS, "all 2 comments are deleted"),
        (got(0, reported=2, skipped=1), State.PARTIAL, "reports 2 comments but gave none"),
    ],
)
def test_outcomes(fetched: Fetched, state: State, reason: str) -> None:
    found, why = outcome(fetched, Options(min_coverage=0.5))
    assert found is state
    assert reason in why
    assert bool(reason) == bool(why)


def test_the_first_snapshot_counts(bench: Bench) -> None:
    first, second = got(5, title="first"), got(7, title="second")
    args = {"posts": 1, "options": Options()}
    ours = take_snapshot(bench.services, "job", 0, first, **args)  # type: ignore[arg-type]
    theirs = take_snapshot(bench.services, "job", 0, second, **args)  # type: ignore[arg-type]
    assert theirs == ours == bench.store.snapshots.find("job", 0)
    chunks = [bench.store.comments(ours, n) for n in range(3)]
    assert [comment for chunk in chunks for comment in chunk] == list(first.comments)
    assert [len(chunk) for chunk in chunks] == [2, 2, 1]
    assert (ours.row, ours.title, ours.fetched) == (1, "first", 5)
