"""The largest job there may be."""

from __future__ import annotations

import time

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page
from undertone.errors import Rejected
from undertone.limits import MAX_COMMENTS
from undertone.pipeline import names
from undertone.pipeline.job_records import MAX_ROWS, ROWS_PER_PAGE
from undertone.pipeline.submit import plan_rows
from undertone.posts import LONGEST
from undertone.records import Comment, UploadedPost


@pytest.mark.slow
def test_a_job_of_ten_thousand_posts(bench: Bench) -> None:
    """Prints the seconds of each step over memory storage: what the pipeline itself costs."""
    bench.source.pages = {None: page("good", "bad", "so so", reported=3)}
    began = time.perf_counter()
    request = bench.submit(*(URL.format(number + 1) for number in range(MAX_ROWS)))
    submitted = time.perf_counter()
    assert len(bench.waiting("jobs")) == MAX_ROWS // ROWS_PER_PAGE
    for message, _ in bench.take("jobs"):
        bench.deliver("jobs", message)
    expanded = time.perf_counter()
    posts = [message.post for message, _ in bench.waiting("posts")]
    assert sorted(posts) == list(range(MAX_ROWS))
    bench.drain()
    closed = bench.store.closed.find(request.job)
    ended = time.perf_counter()
    assert closed is not None
    assert (closed.status, closed.comments) == ("completed", 3 * MAX_ROWS)
    table = bench.results.read(names.posts_csv(request.job)).decode("utf-8-sig").splitlines()
    assert len(table) == MAX_ROWS + 1
    lines = bench.results.read(names.comments_jsonl(request.job)).splitlines()
    assert len(lines) == 3 * MAX_ROWS
    print(
        f"\n{MAX_ROWS:,} posts: submitted in {submitted - began:.1f} s, expanded in "
        f"{expanded - submitted:.1f} s, closed after {ended - began:.1f} s"
    )


def test_more_comments_than_may_be_sent_along_are_refused() -> None:
    half = tuple([Comment(id="1", text="fine")] * (MAX_COMMENTS // 2))
    posts = [UploadedPost(id=name, comments=half) for name in "ab"]
    assert len(plan_rows([], posts)) == 2
    posts.append(UploadedPost(id="c", comments=half[:1]))
    with pytest.raises(Rejected, match=r"300,001 comments .* send at most 300,000"):
        plan_rows([], posts)


def test_of_a_link_that_is_too_long_the_row_holds_the_beginning() -> None:
    (row,) = plan_rows(["https://example.com/" + "x" * 1_000_000], [])
    assert (len(row.sent), row.ref) == (LONGEST + 1, None)
    assert "1000020 characters" in row.reason
