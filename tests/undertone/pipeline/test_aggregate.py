"""The end of a job: its files, its figures, and the same bytes whoever writes them."""

from __future__ import annotations

import csv
import io
from collections import Counter

import msgspec
import pytest

from model.analyzer import Calibration, Line
from tests.undertone.pipeline.conftest import NOW, URL, Bench, ending, page, upload
from undertone.errors import Missing, MissingBlocks, Permanent
from undertone.pipeline import names
from undertone.pipeline.aggregate import PENDING, aggregate, commit_comments, post_rows
from undertone.pipeline.job_records import Closed, Request, Row, Stop
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.reports import list_jobs, result_rows
from undertone.pipeline.stopping import cancel
from undertone.records import Comment, PostRef, State, UploadedPost
from undertone.results.comments_table import CSV_HEADER
from undertone.results.honest import honest
from undertone.results.tally import Tally

REF = PostRef(platform="youtube", id="one", url="https://www.youtube.com/watch?v=one")
CHANT = "Who else is here after the final of the cup?"
KNOWN = Calibration(11, Line(-0.05, 0.8, 0.1), *[Line(0.0, 0.9, 0.05)] * 3)


# Rows of posts.csv


def test_what_is_no_post_has_its_reason() -> None:
    (row,) = post_rows([Row(sent="x", reason="no link")], {}, start=0)
    assert (row.row, row.url, row.state, row.reason) == (1, "x", State.UNSUPPORTED, "no link")


def test_a_post_that_has_not_arrived_is_pending() -> None:
    (row,) = post_rows([Row(sent="x", ref=REF)], {}, start=100)
    assert (row.row, row.state, row.post_id, row.fetched) == (101, PENDING, "one", None)


def test_a_post_that_has_arrived_has_its_figures() -> None:
    arrival = PostArrival(
        key=7, state="partial", reason="why", title="t", reported=8, fetched=4, unscored=1,
        tally=Tally(positive=3, total=180, squares=10_800), fetched_at="2026-11-21T20:00:00Z",
        models=("m@1",),
    )  # fmt: skip
    (row,) = post_rows([Row(sent="x", ref=REF)], {7: arrival}, start=7)
    assert (row.row, row.state, row.reason, row.title) == (8, "partial", "why", "t")
    assert (row.reported, row.fetched, row.unscored, row.coverage) == (8, 4, 1, 0.5)
    assert (row.positive, row.duplicate_of, row.fetched_at) == (3, None, "2026-11-21T20:00:00Z")
    assert (row.platform, row.post_id, row.model) == ("youtube", "one", "m@1")


def test_a_short_link_is_shown_as_the_post_it_leads_to() -> None:
    short = PostRef(platform="youtube", id="short:x")
    arrival = PostArrival(key=0, state="ok", post=REF, fetched=1, tally=Tally(neutral=1))
    (row,) = post_rows([Row(sent="x", ref=short)], {0: arrival}, start=0)
    assert (row.url, row.post_id) == ("x", "one")


def test_a_duplicate_names_the_row_with_the_figures() -> None:
    rows = [Row(sent="x", ref=REF), Row(sent="y", ref=REF, duplicate_of=0), Row(sent="z", ref=REF)]
    arrivals = {
        0: PostArrival(key=0, state="ok", fetched=1, tally=Tally(neutral=1)),
        2: PostArrival(key=2, state="ok", post=REF, duplicate_of=0),
    }
    first, sent_twice, found_out = post_rows(rows, arrivals, start=0)
    assert (first.duplicate_of, first.fetched) == (None, 1)
    for row in (sent_twice, found_out):
        assert (row.duplicate_of, row.state, row.fetched, row.positive) == (1, "ok", None, None)
        assert row.reason == "the same post as row 1, which has the figures"


def test_a_duplicate_of_a_pending_post_is_pending() -> None:
    (row,) = post_rows([Row(sent="y", ref=REF, duplicate_of=0)], {}, start=1)
    assert (row.state, row.duplicate_of) == (PENDING, 1)


# Comment files


def test_comments_stand_in_the_order_of_the_posts_whoever_came_first(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(3, "a"), upload(1, "b")])
    for message, _ in reversed(bench.take("posts")):
        bench.deliver("posts", message)
    for message, _ in bench.take("comments"):
        bench.deliver("comments", message)
    bench.drain()
    lines = bench.comments_csv(request).decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[:2] for line in lines] == [
        ["1", "0"],
        ["1", "1"],
        ["1", "2"],
        ["2", "0"],
    ]
    ids = [(line["post"], line["comment_id"]) for line in bench.comments_jsonl(request)]
    assert ids == [(1, "0"), (1, "1"), (1, "2"), (2, "0")]


def test_blocks_are_committed_behind_the_header(bench: Bench) -> None:
    for name in (names.comments_csv("job"), names.comments_jsonl("job")):
        for block, data in (("1", b"one\n"), ("2", b"two\n"), ("3", b"three\n"), ("9", b"late\n")):
            bench.results.stage(name, block, data)
    arrivals = {
        5: PostArrival(key=5, state="ok", blocks=("3",)),
        0: PostArrival(key=0, state="ok", blocks=("2", "1")),
    }
    commit_comments(bench.services, "job", arrivals)
    assert bench.results.read(names.comments_jsonl("job")) == b"two\none\nthree\n"
    assert bench.results.read(names.comments_csv("job")) == CSV_HEADER + b"two\none\nthree\n"


def test_without_a_block_that_counts_nothing_is_committed(bench: Bench) -> None:
    arrivals = {0: PostArrival(key=0, state="ok", blocks=("1",))}
    with pytest.raises(MissingBlocks):
        commit_comments(bench.services, "job", arrivals)
    with pytest.raises(Missing):
        bench.results.read(names.comments_jsonl("job"))


# Closing


def closed(bench: Bench, job: str) -> Closed:
    record = bench.store.closed.find(job)
    assert record is not None
    return record


def test_the_final_figures(bench: Bench) -> None:
    bench.source.pages = {None: Permanent("gone", state="not_found")}
    request = bench.submit(
        URL.format(1), URL.format(1), "nonsense", uploads=[upload(3, "a"), upload(0, "b")]
    )
    bench.drain()
    assert closed(bench, request.job) == Closed(
        status="completed_with_errors",
        at=bench.now,
        states={"not_found": 1, "unsupported": 1, "ok": 1, "no_comments": 1},
        comments=3,
        unscored=0,
        models=("fair@1",),
    )
    entry = bench.store.index.find("me", request.job)
    assert entry is not None
    assert (entry.status, entry.rows) == ("completed_with_errors", 5)
    assert bench.jobs.names(names.OPEN) == []


@pytest.mark.parametrize(
    ("uploads", "urls", "status"),
    [
        ([upload(2)], [], "completed"),
        ([upload(0)], [], "completed"),
        ([upload(2)], ["nonsense"], "completed_with_errors"),
        ([], ["nonsense"], "completed_with_errors"),
    ],
)
def test_only_rows_that_all_succeeded_are_completed(
    bench: Bench, uploads: list[object], urls: list[str], status: str
) -> None:
    request = bench.submit(*urls, uploads=uploads)  # type: ignore[arg-type] # of the cases above
    bench.drain()
    assert closed(bench, request.job).status == status


def test_a_job_that_was_cancelled_says_so_even_if_all_was_well(bench: Bench) -> None:
    bench.source.pages = {None: page("a")}
    request = bench.submit(URL.format(1), URL.format(2))
    (first, _), _ = bench.take("posts")
    bench.deliver("posts", first)
    bench.deliver("comments", bench.one("comments")[0])
    cancel(bench.services, request)
    bench.drain()
    record = closed(bench, request.job)
    assert (record.status, record.states) == ("cancelled", {"ok": 1, "failed": 1})


def test_an_aggregator_that_dies_halfway_is_followed_by_one_that_writes_the_same(
    bench: Bench,
) -> None:
    request = bench.submit(uploads=[upload(3)])
    bench.drain()
    whole = bench.comments_csv(request)
    table = bench.results.read(names.posts_csv(request.job))
    assert bench.store.closed.find(request.job)
    bench.jobs.remove(names.closed(request.job))
    bench.results.remove(names.posts_csv(request.job))
    bench.deliver("finished", ending(request))
    assert bench.comments_csv(request) == whole
    assert bench.results.read(names.posts_csv(request.job)) == table


def test_of_a_closed_job_only_the_open_marker_is_removed(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    bench.drain()
    marker = b'{"v":1,"owner":"me"}'  # its removal was lost in a crash
    bench.jobs.write(names.open_marker(request.job), marker)
    before = {name: bench.jobs.read_versioned(name).etag for name in bench.jobs.names(request.job)}
    bench.results.remove(names.posts_csv(request.job))
    bench.deliver("finished", ending(request))
    assert bench.jobs.names(names.OPEN) == []
    assert bench.results.names("") == sorted(
        [names.comments_csv(request.job), names.comments_jsonl(request.job)]
    )
    assert before == {name: bench.jobs.read_versioned(name).etag for name in before}


def test_an_early_end_closes_nothing(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(2)])
    aggregate(bench.services, Delivery(ending(request)))
    assert bench.store.closed.find(request.job) is None
    assert bench.results.names("") == []
    assert bench.jobs.names(names.OPEN) == [names.open_marker(request.job)]


def test_a_deleted_job_is_not_closed(bench: Bench) -> None:
    request, (message,) = bench.fetch_upload(2)
    bench.deliver("comments", message)
    bench.store.stops.write(Stop(why="deleted", at=NOW), request.job)
    bench.drain()
    assert bench.store.closed.find(request.job) is None
    assert names.posts_csv(request.job) not in bench.results.names("")


def test_a_job_that_is_gone_is_missing(bench: Bench) -> None:
    with pytest.raises(Missing):
        aggregate(bench.services, Delivery(Message(job="0" * 25, posts=1, deadline=NOW)))


def test_a_job_scored_by_two_revisions_names_both(bench: Bench) -> None:
    request = bench.submit(uploads=[upload(1, "a"), upload(1, "b")])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    (first, _), (second, _) = bench.take("comments")
    bench.deliver("comments", first)
    bench.analyzer.model = "fair@2"
    bench.deliver("comments", msgspec.structs.replace(second, again=True))
    bench.drain()
    assert closed(bench, request.job).models == ("fair@1", "fair@2")


SHORT = "https://vm.tiktok.com/ZM{}abc/"


LONG = PostRef(
    platform="tiktok",
    id="7000000000000000001",
    url="https://www.tiktok.com/@_/video/7000000000000000001",
)


def posts_csv(bench: Bench, request: Request) -> list[dict[str, str]]:
    text = bench.results.read(names.posts_csv(request.job)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_shows_the_post_that_its_short_link_led_to(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", post=LONG)}
    request = bench.submit(SHORT.format(1))
    bench.drain()
    (row,) = posts_csv(bench, request)
    assert (row["platform"], row["post_id"], row["state"]) == ("tiktok", LONG.id, "ok")
    assert row["url"] == SHORT.format(1)


def test_of_two_short_links_to_one_post_the_first_has_the_figures(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", post=LONG)}
    request = bench.submit(SHORT.format(1), SHORT.format(2), URL.format(1))
    bench.drain()
    first, second, other = posts_csv(bench, request)
    assert [row["post_id"] for row in (first, second)] == [LONG.id, LONG.id]
    assert (first["duplicate_of"], first["fetched"]) == ("", "2")
    assert (second["duplicate_of"], second["fetched"], second["state"]) == ("1", "", "ok")
    assert "row 1" in second["reason"]
    assert other["duplicate_of"] == "1", "this source gives the same post for every link"


def test_every_row_has_its_number_and_repeats_name_the_first(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", "c")}
    request = bench.submit("nonsense", URL.format(1), URL.format(1), "more nonsense")
    bench.drain()
    rows = posts_csv(bench, request)
    assert [row["row"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["duplicate_of"] for row in rows] == ["", "", "2", ""]
    assert [row["state"] for row in rows] == ["unsupported", "ok", "ok", "unsupported"]
    assert [row["fetched"] for row in rows] == ["", "3", "", ""]
    assert rows[2]["reason"] == "the same post as row 2, which has the figures"


def test_rows_are_numbered_before_the_end_too(bench: Bench) -> None:
    bench.source.pages = {None: page("a")}
    request = bench.submit("nonsense", URL.format(1), URL.format(1), URL.format(2))
    first, _ = (message for message, _ in bench.take("posts"))
    bench.deliver("posts", first)
    bench.deliver("comments", bench.one("comments")[0])
    rows = result_rows(bench.services, request, 0)
    assert [row.row for row in rows] == [1, 2, 3, 4]
    assert [row.state for row in rows] == ["unsupported", "ok", "ok", "pending"]
    assert [row.duplicate_of for row in rows] == [None, None, 2, None]


def test_what_is_kept_of_an_ended_job(bench: Bench) -> None:
    bench.source.pages = {None: page("a", "b", "c")}
    request = bench.submit("nonsense", URL.format(1), URL.format(1), uploads=[upload(2)])
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert closed.status == "completed_with_errors"
    assert closed.states == {"ok": 2, "unsupported": 1}, "a repeat is not counted"
    assert (closed.comments, closed.unscored, closed.models) == (5, 0, ("fair@1",))
    (entry,) = list_jobs(bench.services, "me").jobs
    assert (entry.job, entry.status, entry.rows) == (request.job, "completed_with_errors", 4)
    assert bench.store.open_markers.find(request.job) is None


def test_a_job_without_a_fault_is_completed(bench: Bench) -> None:
    bench.source.pages = {None: page()}
    request = bench.submit(URL.format(1), uploads=[upload(2)])
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.states) == ("completed", {"ok": 1, "no_comments": 1})


def test_copies_are_found_across_chunks_and_counted_apart(bench: Bench) -> None:
    """Chunks have two comments; the three copies are in three of them."""
    texts = ["one of us", CHANT, "and another", CHANT.upper(), "more", "still more", CHANT]
    comments = [Comment(id=str(n), text=text, author=f"author {n}") for n, text in enumerate(texts)]
    request = bench.submit(uploads=[UploadedPost(id="up", comments=tuple(comments))])
    bench.drain()
    lines = bench.comments_jsonl(request)
    assert [line["comment_id"] for line in lines if line["suspect"] == "copy"] == ["1", "3", "6"]
    (row,) = posts_csv(bench, request)
    assert (row["suspect"], row["suspect_share"], row["fetched"]) == ("3", "0.4286", "7")
    assert (row["positive"], row["unsuspected_positive_share"]) == ("7", "1.0000")


def test_figures_follow_from_comments_csv_and_the_calibration(bench: Bench) -> None:
    bench.analyzer.calibration = KNOWN
    request = bench.submit(uploads=[upload(9)])
    bench.drain()
    rows = list(csv.DictReader(io.StringIO(bench.comments_csv(request).decode("utf-8-sig"))))
    counts = Counter(row["label"] for row in rows)
    again = Tally(
        negative=counts["negative"], neutral=counts["neutral"], positive=counts["positive"]
    )
    found = honest(again, KNOWN)
    (row,) = posts_csv(bench, request)
    shown = [row["mean_estimate"], row["mean_low"], row["mean_high"]]
    assert shown == [f"{end:.4f}" for end in found.mean]
    assert [row["positive_low"], row["positive_high"]] == [
        f"{end:.4f}" for end in found.positive_share[1:]
    ]
