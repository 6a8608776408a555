"""A platform that says "later": no try is lost, and nobody is asked too soon."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from model.analyzer import Unavailable
from tests.undertone.pipeline.conftest import URL, Bench, page
from undertone.errors import Delayed
from undertone.pipeline import names
from undertone.pipeline.attempts import FIRST_DELAY, LONGEST_CHUNK_DELAY, LONGEST_DELAY
from undertone.pipeline.job_records import LIFETIME, Request
from undertone.pipeline.reports import result_rows
from undertone.pipeline.stalls import STALLED


def throttled(bench: Bench, minutes: float | None, *, wide: bool = True) -> Request:
    until = None if minutes is None else bench.now + timedelta(minutes=minutes)
    bench.source.pages = {None: Delayed("slow down", until, platform_wide=wide)}
    return bench.submit(URL.format(1))


def row(bench: Bench, request: Request) -> tuple[str, str]:
    found = result_rows(bench.services, request, 0)[0]
    return found.state, found.reason


def test_the_post_is_sent_again_when_the_platform_says(bench: Bench) -> None:
    throttled(bench, 7)
    bench.deliver("posts", bench.one("posts")[0])
    message, delay = bench.one("posts")
    assert (message.attempt, message.again, delay) == (1, False, 7 * 60)
    bench.now += timedelta(minutes=7)
    bench.source.pages = {None: page("a")}
    bench.deliver("posts", message)
    assert len(bench.take("comments")) == 1


def test_without_a_time_the_delay_grows(bench: Bench) -> None:
    throttled(bench, None)
    message, delays = bench.one("posts")[0], []
    for _ in range(10):
        bench.deliver("posts", message)
        message, delay = bench.one("posts")
        bench.now += timedelta(seconds=delay)
        delays.append(timedelta(seconds=delay))
    assert delays[:4] == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY, 8 * FIRST_DELAY]
    assert delays[-1] == LONGEST_DELAY
    assert message.attempt == 10


def test_a_time_that_is_past_already_is_not_now(bench: Bench) -> None:
    throttled(bench, -5)
    bench.deliver("posts", bench.one("posts")[0])
    assert bench.one("posts")[1] == 1


def test_others_of_the_platform_hold_back(bench: Bench) -> None:
    throttled(bench, 7)
    bench.deliver("posts", bench.one("posts")[0])
    bench.take("posts")
    bench.submit(URL.format(2))
    bench.deliver("posts", bench.one("posts")[0])
    assert bench.source.asked == [None], "the second post asked all the same"
    assert bench.one("posts")[1] == 7 * 60
    bench.now += timedelta(minutes=8)
    bench.source.pages = {None: page("a")}
    bench.submit(URL.format(3))
    bench.deliver("posts", bench.one("posts")[0])
    assert bench.source.asked == [None, None]


@pytest.mark.parametrize("minutes", [7, None])
def test_a_delay_of_one_post_holds_back_no_other(bench: Bench, minutes: float | None) -> None:
    throttled(bench, minutes, wide=False)
    bench.deliver("posts", bench.one("posts")[0])
    assert bench.cache.names("throttle/") == []


def test_past_the_deadline_the_post_fails_and_says_so(bench: Bench) -> None:
    request = throttled(bench, LIFETIME.total_seconds() / 60)
    bench.drain()
    assert bench.store.closed.find(request.job) is not None
    state, reason = row(bench, request)
    assert state == "failed"
    assert reason.startswith("slow down; that is past the end of this job")


def test_of_two_deliveries_one_goes_on(bench: Bench) -> None:
    throttled(bench, 7)
    first, _ = bench.one("posts")
    bench.deliver("posts", first)
    bench.deliver("posts", first)
    assert len(bench.take("posts")) == 1
    assert bench.source.asked == [None]


def test_of_two_deliveries_at_once_one_goes_on(bench: Bench) -> None:
    throttled(bench, 7, wide=False)
    first, _ = bench.one("posts")

    def meanwhile() -> None:
        bench.source.before = lambda: None
        bench.deliver("posts", first)

    bench.source.before = meanwhile
    bench.deliver("posts", first)
    assert bench.source.asked == [None, None]
    assert len(bench.take("posts")) == 1


def test_a_crash_before_the_message_was_sent_loses_no_post(bench: Bench) -> None:
    throttled(bench, 7)
    first, _ = bench.one("posts")
    bench.deliver("posts", first)
    bench.queues.sent.clear()  # it died between writing the attempt and sending it
    bench.deliver("posts", first, count=2)
    message, delay = bench.one("posts")
    assert (message.attempt, delay) == (1, 7 * 60)


def test_a_stale_message_after_the_time_takes_up_the_present_attempt(bench: Bench) -> None:
    throttled(bench, 7)
    first, _ = bench.one("posts")
    bench.deliver("posts", first)
    bench.queues.sent.clear()
    bench.now += timedelta(minutes=20)
    bench.source.pages = {None: Delayed("still", bench.now + timedelta(minutes=1))}
    bench.deliver("posts", msgspec.structs.replace(first, again=True))
    assert bench.one("posts")[0].attempt == 2


def test_a_throttle_costs_no_try_and_shows_in_the_status(bench: Bench) -> None:
    request = throttled(bench, 7)
    bench.deliver("posts", bench.one("posts")[0])
    assert b"slow down" in bench.jobs.read(names.progress(request.job))
    assert bench.jobs.names(names.failure(request.job, 0)) == []


# An analyzer that says "later"


def test_without_a_time_a_chunks_delay_grows_but_stays_below_a_stall(bench: Bench) -> None:
    _, (message,) = bench.fetch_upload(2)
    bench.analyzer.error = Unavailable("Azure AI Language is busy", None)
    delays = []
    for _ in range(8):
        bench.deliver("comments", message)
        message, delay = bench.one("comments")
        delays.append(timedelta(seconds=delay))
    assert delays[:3] == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY]
    assert delays[-1] == LONGEST_CHUNK_DELAY < STALLED
    assert message.attempt == 8
