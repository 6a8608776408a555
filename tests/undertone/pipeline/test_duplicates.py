"""Of rows that turn out to be one post, which has the figures."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from tests.undertone.pipeline.conftest import URL, Bench, page
from undertone.pipeline import names
from undertone.pipeline.duplicates import merge_duplicates
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.reports import result_rows
from undertone.records import PostRef, State

POISON = names.poison_queue(names.QUEUE_POSTS)
SAME = PostRef(platform="hackernews", id="1")


def test_a_failed_first_row_leaves_the_figures_to_a_good_one(bench: Bench) -> None:
    """Rows 1 and 3 are one link; row 2 leads to the same post, and is the one that was read."""
    bench.source.pages = {None: page("a", "b", post=SAME)}
    request = bench.submit(URL.format(1), URL.format(2), URL.format(1))
    failing, short = (message for message, _ in bench.take("posts"))
    bench.deliver(POISON, failing)
    bench.deliver("posts", short)
    bench.drain()
    rows = result_rows(bench.services, request, 0)
    assert [(row.state, row.fetched, row.duplicate_of) for row in rows] == [
        ("ok", None, 2),
        ("ok", 2, None),
        ("ok", None, 2),
    ]
    assert rows[0].reason == "the same post as row 2, which has the figures"
    lines = bench.results.read(names.comments_jsonl(request.job)).splitlines()
    assert [(line["post"], line["comment_id"]) for line in map(json.loads, lines)] == [
        (2, "a"),
        (2, "b"),
    ]
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.states, closed.comments) == ("completed", {"ok": 1}, 2)


def arrival(key: int, state: State) -> PostArrival:
    return PostArrival(key=key, state=state, post=SAME, fetched=3 * (state != State.FAILED))


@pytest.mark.parametrize(
    "states", sorted(permutations([State.OK, State.PARTIAL, State.FAILED, State.OK]))
)
def test_the_first_of_the_best_has_the_figures(bench: Bench, states: tuple[State, ...]) -> None:
    request = bench.submit(*(URL.format(number + 1) for number in range(4)))
    arrivals = {key: arrival(key, state) for key, state in enumerate(states)}
    merged = merge_duplicates(bench.store, request, arrivals)
    best = states.index(State.OK)
    assert merged.keys() == arrivals.keys()
    assert merged[best] == arrivals[best]
    others = [merged[key] for key in merged if key != best]
    assert all(other.duplicate_of == best for other in others)
    assert all((other.state, other.fetched, other.blocks) == ("ok", 0, ()) for other in others)


@pytest.mark.parametrize("states", [(State.FAILED, State.PARTIAL), (State.NOT_FOUND, State.FAILED)])
def test_of_those_without_success_too(bench: Bench, states: tuple[State, ...]) -> None:
    request = bench.submit(URL.format(1), URL.format(2))
    arrivals = {key: arrival(key, state) for key, state in enumerate(states)}
    merged = merge_duplicates(bench.store, request, arrivals)
    with_figures = [key for key in merged if merged[key].duplicate_of is None]
    assert with_figures == [1 if State.PARTIAL in states else 0]
