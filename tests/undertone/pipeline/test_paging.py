"""Reading page by page: no page twice, whatever interrupts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from tests.undertone.pipeline.conftest import NOW, URL, Bench, Script, page, store_over
from undertone.errors import Delayed, Permanent, Transient
from undertone.pipeline.paging import (
    MAX_PAGES,
    YIELD_AFTER,
    Overtaken,
    PageLog,
    read_kept,
    read_post,
)
from undertone.pipeline.post_records import Fetched
from undertone.pipeline.store import JobStore
from undertone.records import Comment, Page, PostRef, Want
from undertone.storage.memory import MemoryBlobs

POST = PostRef(platform="hackernews", id="1")


def read(
    source: Script,
    want: Want | None = None,
    *,
    blobs: MemoryBlobs | None = None,
    resume: bool = False,
    bench: Bench | None = None,
) -> Fetched:
    log = PageLog(store_over(blobs or MemoryBlobs()), "job", 0)
    clock = bench.services.clock if bench else lambda: NOW
    return read_post(source, POST, want or Want(), clock, log, resume=resume)


def three_pages() -> Script:
    return Script(
        {
            None: page("a", "b", cursor="2", title="T", reported=9, skipped=1),
            "2": page("c", "d", cursor="3", skipped=2, note="odd"),
            "3": page("e", reported=6, note="odd"),
        }
    )


def ids(fetched: Fetched) -> list[str]:
    return [comment.id for comment in fetched.comments]


def test_all_pages_come_together() -> None:
    found = read(three_pages())
    assert ids(found) == ["a", "b", "c", "d", "e"]
    assert (found.title, found.reported, found.skipped, found.note) == ("T", 6, 3, "odd")
    assert found.fetched_at == "2026-11-21T20:00:00Z"
    assert not found.cut


def test_a_comment_on_two_pages_is_one() -> None:
    source = Script({None: page("a", "b", cursor="2"), "2": page("b", "c")})
    assert ids(read(source)) == ["a", "b", "c"]


@pytest.mark.parametrize(("limit", "asked", "cut"), [(2, 1, True), (3, 2, True), (5, 3, False)])
def test_reading_stops_at_the_wanted_number(limit: int, asked: int, cut: bool) -> None:
    source = three_pages()
    found = read(source, Want(limit=limit))
    assert ids(found) == ["a", "b", "c", "d", "e"][:limit]
    assert (len(source.asked), found.cut) == (asked, cut)
    assert found.note == ("odd" if asked > 1 else ""), "what was not wanted is not missing"


def test_a_source_that_never_ends_is_left_and_the_note_says_so() -> None:
    source = Script({None: page("0", cursor="1")})
    for number in range(1, MAX_PAGES + 1):
        source.pages[str(number)] = page(str(number), cursor=str(number + 1))
    found = read(source, Want(limit=50_000))
    assert (len(source.asked), len(found.comments)) == (MAX_PAGES, MAX_PAGES)
    assert (found.cut, found.note) == (True, "hackernews had not ended after 5,000 pages")


def test_the_last_page_that_may_be_read_can_be_the_end() -> None:
    source = Script({None: page("0", cursor="1")})
    for number in range(1, MAX_PAGES):
        source.pages[str(number)] = page(str(number), cursor=str(number + 1))
    source.pages[str(MAX_PAGES - 1)] = page("end")
    found = read(source, Want(limit=50_000))
    assert (len(found.comments), found.cut, found.note) == (MAX_PAGES, False, "")


def test_after_a_crash_no_page_is_read_again() -> None:
    source, blobs = three_pages(), MemoryBlobs()
    whole = source.pages["3"]
    source.pages["3"] = Transient("connection reset")
    with pytest.raises(Transient):
        read(source, blobs=blobs)
    source.pages["3"] = whole
    assert ids(read(source, blobs=blobs, resume=True)) == ["a", "b", "c", "d", "e"]
    assert source.asked == [None, "2", "3", "3"]


def test_a_post_of_one_page_keeps_none() -> None:
    blobs = MemoryBlobs()
    read(Script({None: page("a")}), blobs=blobs)
    assert blobs.names("") == []


def test_who_comes_second_to_a_page_stops() -> None:
    blobs, other = MemoryBlobs(), three_pages()
    other.pages[None] = page("x", cursor="2")
    read(other, blobs=blobs)
    with pytest.raises(Overtaken):
        read(three_pages(), blobs=blobs)


def test_who_is_overtaken_leaves_the_message_to_come_back(bench: Bench) -> None:
    """For who is ahead may be killed, and this delivery's end deletes the message of both."""
    request = bench.submit(URL.format(1))
    message, _ = bench.one("posts")
    bench.source.pages = {None: page("a", cursor="2"), "2": page("b", cursor="3"), "3": page("c")}

    def first_is_ahead() -> None:
        bench.store.pages.create(page("other", cursor="2"), request.job, 0, 0)

    bench.source.before = first_is_ahead
    bench.deliver("posts", message)
    again, delay = bench.one("posts")
    assert (again.post, again.again, again.attempt) == (0, True, 0)
    assert delay > 0
    bench.now += timedelta(seconds=delay)
    bench.deliver("posts", again)
    bench.drain()
    closed = bench.store.closed.find(request.job)
    assert closed is not None
    assert (closed.status, closed.comments) == ("completed", 3)


def test_the_same_page_written_twice_is_no_race() -> None:
    blobs = MemoryBlobs()
    read(three_pages(), blobs=blobs)
    assert ids(read(three_pages(), blobs=blobs)) == ["a", "b", "c", "d", "e"]


def test_a_source_that_goes_round_is_found_out() -> None:
    source = Script({None: page("a", cursor="2"), "2": page("b", cursor="2")})
    found = read(source)
    assert ids(found) == ["a"]
    assert "the same page twice" in found.note


def test_what_was_read_before_a_failure_for_good_is_kept() -> None:
    source = three_pages()
    source.pages["3"] = Permanent("the answer is no JSON")
    found = read(source)
    assert ids(found) == ["a", "b", "c", "d"]
    assert found.note == "odd; reading ended early: the answer is no JSON"


def test_a_failure_before_the_first_comment_is_the_posts() -> None:
    with pytest.raises(Permanent, match="gone"):
        read(Script({None: page(cursor="2"), "2": Permanent("gone", state="not_found")}))


def test_a_short_link_says_which_post_it_is() -> None:
    real = PostRef(platform="hackernews", id="2")
    source = Script({None: Page(cursor="2", post=real), "2": page("a")})
    found = read(source)
    assert (found.post, ids(found)) == (real, ["a"])


def test_a_short_link_to_a_post_that_was_fetched_before_is_not_fetched() -> None:
    real = PostRef(platform="hackernews", id="2")
    earlier = Fetched(comments=(Comment(id="z", text="z"),), fetched_at="2026-11-21T19:59:00Z")
    source = Script({None: Page(cursor="2", post=real), "2": page("a")})
    log = PageLog(store_over(MemoryBlobs()), "job", 0)
    found = read_post(source, POST, Want(), lambda: NOW, log, cached={real: earlier}.get)
    assert source.asked == [None]
    assert (ids(found), found.post) == (["z"], real)


def test_a_run_under_way_is_waited_for_and_not_taken_for_a_circle() -> None:
    source, blobs = Script({None: page(cursor="run", wait=20.0)}), MemoryBlobs()
    source.pages["run"] = page(cursor="run", wait=30.0)
    for seconds in (20, 30):
        with pytest.raises(Delayed) as raised:
            read(source, blobs=blobs, resume=True)
        assert raised.value.until == NOW + timedelta(seconds=seconds)
        assert not raised.value.platform_wide
    source.pages["run"] = page("a")
    assert ids(read(source, blobs=blobs, resume=True)) == ["a"]


def test_a_long_read_goes_on_in_another_invocation(bench: Bench) -> None:
    source, blobs = three_pages(), MemoryBlobs()

    def slow() -> None:
        bench.now += YIELD_AFTER / 2

    source.before = slow
    with pytest.raises(Delayed) as raised:
        read(source, blobs=blobs, bench=bench)
    assert not raised.value.platform_wide
    assert source.asked == [None, "2"]
    assert len(read(source, blobs=blobs, bench=bench, resume=True).comments) == 5
    assert source.asked == [None, "2", "3"]


def many(count: int) -> Script:
    texts = [str(n) for n in range(count)]
    return Script({None: page(*texts[: count // 2], cursor="2"), "2": page(*texts[count // 2 :])})


def test_a_sample_reads_all_pages_and_repeats_itself() -> None:
    want = Want(limit=10, sample="random")
    first, second = (read(many(100), want) for _ in range(2))
    assert ids(first) == ids(second)
    assert len(set(ids(first))) == 10
    assert ids(first) == sorted(ids(first), key=int), "in the order of the source"
    assert first.cut
    assert ids(read(many(8), want)) == [str(n) for n in range(8)]


def test_a_sample_is_uniform() -> None:
    """Each of 20 comments in 2,000 samples of 5: 500 times, standard deviation 19."""
    seen: Counter[str] = Counter()
    comments = tuple(Comment(id=str(n), text="x") for n in range(20))
    for number in range(2000):
        post = PostRef(platform="hackernews", id=str(number))
        source = Script({None: Page(comments=comments)})
        want = Want(limit=5, sample="random")
        found = read_post(
            source,
            post,
            want,
            lambda: NOW,
            PageLog(store_over(MemoryBlobs()), "j", 0),
            resume=False,
        )
        seen.update(ids(found))
    assert min(seen.values()) > 500 - 5 * 19
    assert max(seen.values()) < 500 + 5 * 19


def test_what_is_under_what_was_reported_without_a_reason_is_told() -> None:
    """As Reddit does it: 100 of 8,125, and the rest comes back empty."""
    texts = [str(number) for number in range(100)]
    source = Script({None: page(*texts, cursor="2", reported=8125), "2": page()})
    found = read(source)
    assert found.note == (
        "the platform reports 8125 comments and gave 100 without saying why: 8025 are missing"
    )


@pytest.mark.parametrize(
    ("pages", "limit"),
    [
        ({None: page("a", "b", cursor="2", reported=9)}, 2),
        ({None: page("a", "b", reported=9)}, 2),
        ({None: page("a", reported=9, skipped=8)}, 10),
        ({None: page(*"abcdefghij", reported=11)}, 20),
        ({None: page("a", "b", reported=1)}, 10),
        ({None: page(reported=9)}, 10),
    ],
    ids=["the rest was not wanted", "as many as wanted", "skipped", "few are missing", "too many",
         "none at all has a reason of its own"],
)  # fmt: skip
def test_what_is_explained_is_not_missing(pages: dict[str | None, Page], limit: int) -> None:
    assert read(Script({**pages}), Want(limit=limit)).note == ""


def test_a_reason_that_a_source_gives_is_the_only_one() -> None:
    found = read(Script({None: page("a", reported=900, note="truncated by Bluesky")}))
    assert found.note == "truncated by Bluesky"


def test_the_pages_that_were_kept_are_what_was_read() -> None:
    source, blobs = three_pages(), MemoryBlobs()
    source.pages["3"] = Transient("connection reset")
    with pytest.raises(Transient):
        read(source, blobs=blobs)
    log = PageLog(store_over(blobs), "job", 0)
    kept = read_kept(POST, Want(), lambda: NOW, log, "it failed")
    assert kept is not None
    assert (ids(kept), kept.note) == (["a", "b", "c", "d"], "odd; reading ended early: it failed")
    assert read_kept(POST, Want(), lambda: NOW, PageLog(log_store(), "job", 0), "x") is None


def log_store() -> JobStore:
    return store_over(MemoryBlobs())
