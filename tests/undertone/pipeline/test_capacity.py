"""How much one job may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.undertone.pipeline.conftest import URL, Bench, upload
from undertone.errors import Rejected
from undertone.pipeline.capacity import (
    MAX_BLOCKS,
    MOST_COMMENTS,
    SPARE_BLOCKS,
    check_capacity,
    share_of_blocks,
    spare_blocks,
)
from undertone.pipeline.job_records import MAX_ROWS, Options, Row
from undertone.pipeline.snapshot import plan_chunks
from undertone.pipeline.submit import Submission, submit
from undertone.records import PostRef, Want

SIZE = 250
SERVICE_LIMIT = 50_000


def links(count: int) -> list[Row]:
    return [Row(sent="", ref=PostRef(platform="youtube", id=str(n))) for n in range(count)]


@given(st.integers(1, MAX_ROWS), st.data())
def test_chunks_stay_small_whatever_is_accepted(posts: int, data: st.DataObject) -> None:
    """The whole range of comments a post that passes, at its upper end mostly."""
    most = min(50_000, MOST_COMMENTS // posts)
    comments = data.draw(st.one_of(st.just(most), st.integers(1, most)))
    sizes = plan_chunks(comments, share_of_blocks(posts), SIZE)
    assert max(sizes) <= 2 * SIZE
    assert posts * len(sizes) <= MAX_BLOCKS


def test_the_largest_default_job_is_accepted() -> None:
    check_capacity(links(MAX_ROWS), Want(limit=1000), 0)


def test_what_cannot_end_is_refused_with_what_can() -> None:
    with pytest.raises(Rejected) as raised:
        check_capacity(links(MAX_ROWS), Want(limit=50_000), 0)
    assert raised.value.detail == (
        "this job may come to 500,000,000 comments, and 17,280,000 can be scored in time; ask for "
        "at most 1,728 a post, or send at most 345 links and split the rest over further jobs"
    )
    assert raised.value.problems == {"comments_per_post": "must be at most 1,728 with 10,000 links"}
    check_capacity(links(MAX_ROWS), Want(limit=1728), 0)
    check_capacity(links(345), Want(limit=50_000), 0)
    for count, limit in ((MAX_ROWS, 1729), (346, 50_000)):
        with pytest.raises(Rejected):
            check_capacity(links(count), Want(limit=limit), 0)


def test_what_is_no_work_does_not_count() -> None:
    twice = [Row(sent="", ref=PostRef(platform="youtube", id="1"), duplicate_of=0)] * MAX_ROWS
    check_capacity([*links(345), *twice, Row(sent="nonsense")], Want(limit=50_000), 0)


def test_uploads_count_as_what_they_are() -> None:
    check_capacity(links(1), Want(limit=1000), MOST_COMMENTS - 1000)
    with pytest.raises(Rejected, match="ask for at most 999 a post"):
        check_capacity(links(1), Want(limit=1000), MOST_COMMENTS - 999)
    with pytest.raises(Rejected, match="in uploads: split them over further jobs"):
        check_capacity(links(1), Want(limit=1000), MOST_COMMENTS + 1)


def test_submit_refuses_before_it_writes(bench: Bench) -> None:
    urls = [URL.format(number) for number in range(1, 400)]
    asked = Submission(owner="me", urls=urls, options=Options(want=Want(limit=50_000)))
    with pytest.raises(Rejected, match="send at most 345 links"):
        submit(bench.services, asked)
    assert bench.jobs.names("") == []


def test_one_large_upload_among_many_small_ones_has_small_chunks(bench: Bench) -> None:
    many = [upload(1, f"small {number}") for number in range(MAX_ROWS - 1)]
    request = bench.submit(uploads=[upload(5_000, "large"), *many])
    chunks = bench.store.snapshot(request.job, 0).chunks
    assert max(chunk.comments for chunk in chunks) == bench.services.chunk_size


@given(st.lists(st.integers(0, 500_000), min_size=1, max_size=50), st.integers(0, MAX_ROWS - 50))
def test_shares_and_spare_blocks_fit_into_a_file(comments: list[int], more: int) -> None:
    posts = len(comments) + more
    spare = spare_blocks(comments, posts, SIZE)
    share = share_of_blocks(posts)
    blocks = [
        len(plan_chunks(count, share + extra, SIZE))
        for count, extra in zip(comments, spare, strict=True)
    ]
    assert sum(blocks) + more * share + 1 < SERVICE_LIMIT
    assert sum(spare) <= SPARE_BLOCKS
