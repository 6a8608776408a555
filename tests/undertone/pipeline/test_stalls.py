"""What is a stall and what is not, and how much is sent because of one."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.undertone.pipeline.conftest import NOW, URL, Bench, page, upload
from undertone.errors import Delayed
from undertone.pipeline import names
from undertone.pipeline.handlers import HANDLERS
from undertone.pipeline.job_records import LIFETIME
from undertone.pipeline.messages import Message
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.stalls import LONGEST_PATIENCE, SETTLING, STALLED, WORK_QUEUES

ROUND = timedelta(minutes=5)
"""How often the timer looks."""


STRANGE = Message(job="another", posts=1, deadline=NOW + LIFETIME).encode()


def look(bench: Bench, after: timedelta = timedelta()) -> bool:
    """Whether reconcile, after so long, takes the only job for stalled."""
    bench.now += after
    before = len(bench.waiting("jobs"))
    reconcile(bench.services)
    found = len(bench.waiting("jobs")) > before
    if found:
        del bench.queues.sent["jobs"][before:]
    return found


@pytest.mark.parametrize("queue", WORK_QUEUES)
def test_behind_a_backlog_a_job_waits_and_has_not_stalled(bench: Bench, queue: str) -> None:
    bench.queues.send(queue, STRANGE)
    bench.submit(uploads=[upload(2)])
    look(bench)
    for _ in range(8):
        assert not look(bench, STALLED)
    bench.queues.sent.clear()  # the backlog is worked off, and the job's message is not there
    bench.queues.send(queue, STRANGE)  # nothing of the job can be behind this one
    assert look(bench)


def test_every_queue_that_a_step_handles_may_hold_a_jobs_work() -> None:
    of_others = {names.QUEUE_FACTS, names.QUEUE_WINDOWS}  # after a job has ended, before it is made
    of_others |= {names.poison_queue(queue) for queue in of_others}
    assert set(WORK_QUEUES) == set(HANDLERS) - of_others


def test_what_others_have_delayed_hides_no_lost_message(bench: Bench) -> None:
    bench.submit(uploads=[upload(2)])
    bench.queues.sent.clear()
    bench.queues.send("posts", STRANGE, delay=LIFETIME.total_seconds())
    look(bench)
    assert look(bench, STALLED)


def test_no_backlog_excuses_a_job_for_ever(bench: Bench) -> None:
    bench.submit(uploads=[upload(2)])
    bench.queues.sent.clear()
    bench.queues.send("posts", STRANGE)
    look(bench)
    assert not look(bench, LONGEST_PATIENCE - timedelta(minutes=1))
    assert look(bench, timedelta(minutes=1))


def test_messages_that_a_step_sends_after_what_it_wrote_are_in_the_queue(bench: Bench) -> None:
    bench.submit(uploads=[upload(2)])
    bench.queues.sent.clear()
    look(bench)
    bench.now += SETTLING
    bench.queues.send("comments", STRANGE)  # the job's may be behind it
    assert not look(bench, STALLED - SETTLING)
    bench.queues.sent.clear()
    assert look(bench)


def test_stalls_come_ever_more_seldom(bench: Bench) -> None:
    """Whatever swallows the messages: a job of five days is announced again a few times."""
    bench.submit(uploads=[upload(2)])
    bench.queues.sent.clear()
    end = bench.now + LIFETIME
    stalls: list[datetime] = []
    while bench.now + ROUND < end:
        if look(bench, ROUND):
            stalls.append(bench.now)
    gaps = [late - early for early, late in pairwise(stalls)]
    assert gaps[:4] == [2 * STALLED, 4 * STALLED, 8 * STALLED, 16 * STALLED]
    assert max(gaps) == LONGEST_PATIENCE
    assert len(stalls) < 20


def test_a_job_that_goes_on_again_stalls_as_soon_as_before(bench: Bench) -> None:
    bench.submit(uploads=[upload(2, "a"), upload(2, "b")])
    (first, _), _ = bench.take("posts")
    look(bench)
    assert look(bench, STALLED)
    assert look(bench, 2 * STALLED)
    bench.deliver("posts", first)
    bench.queues.sent.clear()
    assert not look(bench, ROUND)
    assert look(bench, STALLED)


def test_posts_that_a_platform_has_put_off_are_not_sent_again(bench: Bench) -> None:
    until = bench.now + timedelta(hours=20)
    bench.source.pages = {None: Delayed("the day's quota is used up", until)}
    request = bench.submit(URL.format(1), URL.format(2), uploads=[upload(2)])
    for message, _ in bench.take("posts"):
        bench.deliver("posts", message)
    ((chunk, _),) = bench.take("comments")
    bench.deliver("comments", chunk)
    bench.take("posts")
    look(bench)
    bench.now += STALLED
    reconcile(bench.services)
    bench.deliver("jobs", bench.one("jobs")[0])
    assert bench.take("posts") == []
    bench.now = until + timedelta(minutes=1)
    reconcile(bench.services)
    bench.source.pages = {None: page("a")}
    bench.deliver("jobs", bench.one("jobs")[0])
    assert [message.post for message, _ in bench.waiting("posts")] == [0, 1]
    bench.drain()
    assert bench.store.closed.find(request.job)


# Repeated submits


def test_a_repeated_submit_of_a_job_that_goes_on_sends_nothing(bench: Bench) -> None:
    urls = [URL.format(number) for number in range(1, 151)]
    bench.source.pages = {None: page("a")}
    bench.submit(*urls, key="k")
    pages = bench.take("jobs")
    bench.deliver("jobs", pages[0][0])
    bench.deliver("posts", bench.waiting("posts")[0][0])
    before = {queue: len(sent) for queue, sent in bench.queues.sent.items()}
    for _ in range(30):
        bench.submit(*urls, key="k")
    assert {queue: len(sent) for queue, sent in bench.queues.sent.items()} == before


def test_a_submit_repeated_over_and_over_sends_its_messages_once(bench: Bench) -> None:
    """The first one died before it sent any; nothing tells the others whether it did."""
    bench.submit(URL.format(1), key="k")
    bench.queues.sent.clear()
    for _ in range(30):
        bench.submit(URL.format(1), key="k")
    message, _ = bench.one("posts")
    assert message.again
    bench.now += STALLED
    bench.submit(URL.format(1), key="k")
    assert bench.one("posts")


@pytest.mark.parametrize(("first", "factor"), [(49, 1), (0, 3)])
def test_thirty_repeats_of_a_large_job_cost_little(bench: Bench, first: int, factor: int) -> None:
    """Seen: 11,500 messages in the queue of a job of 1,200 chunks, and its time multiplied.

    Before anything has happened in the job, one repeat sends all of it again. Nothing tells whether
    the first did, so its steps meet what is queued already: a chunk that is there twice arrives
    once, and may send one more ending message.
    """
    posts, uploads = 120, [upload(20, f"up {number}") for number in range(120)]
    request = bench.submit(uploads=uploads, key="k")
    delivered = repeated = 0
    while bench.queues.sent:
        if delivered % 40 == first % 40 and delivered >= first:
            bench.submit(uploads=uploads, key="k")
            repeated += 1
        bench.deliver_next()
        delivered += 1
    assert repeated > 30
    assert bench.store.closed.find(request.job)
    pages, chunks, ending = 2, posts * 10, 1
    assert delivered <= factor * (pages + posts + chunks + ending)
    assert bench.jobs.read(names.barrier(request.job)).count(b"\n") == posts
