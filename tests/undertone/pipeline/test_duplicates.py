"""A short link and the link that it leads to are one post, whichever arrives first."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from tests.undertone.pipeline.conftest import NOW, URL, Bench, CountingBlobs, page, store_over
from undertone.pipeline import names
from undertone.pipeline.duplicates import merge_duplicates
from undertone.pipeline.job_records import Options, Request, Row, RowPage
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.reports import result_rows
from undertone.pipeline.store import JobStore
from undertone.records import PostRef, State
from undertone.storage.memory import MemoryBlobs

ONE = PostRef(platform="youtube", id="one")
TWO = PostRef(platform="youtube", id="two")
SHORT = PostRef(platform="youtube", id="short:x")
OTHER_SHORT = PostRef(platform="youtube", id="short:y")


def job(store: JobStore, *refs: PostRef | None) -> Request:
    rows = tuple(Row(sent=str(index), ref=ref) for index, ref in enumerate(refs))
    store.row_pages.create(RowPage(rows=rows), "job", 0)
    return Request(
        job="job",
        owner="me",
        created_at=NOW,
        deadline=NOW,
        rows=len(rows),
        posts=len(rows),
        options=Options(),
    )


def arrival(key: int, post: PostRef | None = None, state: State = State.OK) -> PostArrival:
    return PostArrival(
        key=key, state=state, post=post, fetched=10 + key, blocks=(f"block {key}",), title="t"
    )


def merge(arrivals: list[PostArrival], *refs: PostRef | None) -> dict[int, PostArrival]:
    store = store_over(MemoryBlobs())
    return merge_duplicates(store, job(store, *refs), {each.key: each for each in arrivals})


def duplicates(merged: dict[int, PostArrival]) -> dict[int, int | None]:
    return {key: arrival.duplicate_of for key, arrival in merged.items()}


def test_without_short_links_nothing_changes_and_no_row_is_read() -> None:
    blobs = CountingBlobs()
    store = store_over(blobs)
    arrivals = {0: arrival(0), 1: arrival(1)}
    assert merge_duplicates(store, job(store, ONE, TWO), arrivals) == arrivals
    assert blobs.reads == []


@pytest.mark.parametrize(
    ("refs", "posts"),
    [
        ((ONE, SHORT), (None, ONE)),
        ((SHORT, ONE), (ONE, None)),
        ((SHORT, OTHER_SHORT), (ONE, ONE)),
    ],
    ids=["link first", "short link first", "two short links"],
)
def test_the_later_row_only_names_the_first(
    refs: tuple[PostRef, PostRef], posts: tuple[PostRef | None, PostRef | None]
) -> None:
    first, later = arrival(0, posts[0]), arrival(1, posts[1])
    for order in ([first, later], [later, first]):
        merged = merge(order, *refs)
        assert merged[0] == first
        assert merged[1] == PostArrival(key=1, state="ok", post=posts[1], duplicate_of=0)
        assert list(merged) == [0, 1]


def test_a_duplicate_has_the_state_of_the_one_that_counts() -> None:
    merged = merge([arrival(0, None, State.PARTIAL), arrival(1, ONE, State.OK)], ONE, SHORT)
    assert (merged[0].state, merged[0].duplicate_of) == (State.OK, 1)
    assert merged[1] == arrival(1, ONE, State.OK)


def test_links_to_other_posts_keep_their_figures() -> None:
    arrivals = [arrival(0), arrival(1, TWO), arrival(2)]
    merged = merge(arrivals, ONE, SHORT, PostRef(platform="hackernews", id="two"))
    assert list(merged.values()) == arrivals


def test_of_three_all_name_the_first() -> None:
    merged = merge([arrival(0, ONE), arrival(1, TWO), arrival(2, ONE), arrival(3)],
                   SHORT, OTHER_SHORT, PostRef(platform="youtube", id="short:z"), ONE)  # fmt: skip
    assert duplicates(merged) == {0: None, 1: None, 2: 0, 3: 0}


def test_while_the_first_has_not_arrived_the_later_one_has_the_figures() -> None:
    later = arrival(1, ONE)
    assert merge([later], ONE, SHORT) == {1: later}


def test_rows_that_are_no_posts_do_not_shift_the_others() -> None:
    merged = merge([arrival(1), arrival(2, ONE)], None, ONE, SHORT)
    assert duplicates(merged) == {1: None, 2: 1}


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


def of_same_post(key: int, state: State) -> PostArrival:
    return PostArrival(key=key, state=state, post=SAME, fetched=3 * (state != State.FAILED))


@pytest.mark.parametrize(
    "states", sorted(permutations([State.OK, State.PARTIAL, State.FAILED, State.OK]))
)
def test_the_first_of_the_best_has_the_figures(bench: Bench, states: tuple[State, ...]) -> None:
    request = bench.submit(*(URL.format(number + 1) for number in range(4)))
    arrivals = {key: of_same_post(key, state) for key, state in enumerate(states)}
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
    arrivals = {key: of_same_post(key, state) for key, state in enumerate(states)}
    merged = merge_duplicates(bench.store, request, arrivals)
    with_figures = [key for key in merged if merged[key].duplicate_of is None]
    assert with_figures == [1 if State.PARTIAL in states else 0]
