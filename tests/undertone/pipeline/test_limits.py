"""The largest job there may be."""

from __future__ import annotations

import time

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page
from undertone.pipeline import names
from undertone.pipeline.job_records import MAX_ROWS, ROWS_PER_PAGE


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
