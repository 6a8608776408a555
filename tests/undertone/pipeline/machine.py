"""What may happen to jobs, and what must hold then: the rules that the state machines share."""

from __future__ import annotations

import csv
import io
import json
import random
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.undertone.pipeline.simulation import Envelope, World
from undertone.errors import Conflict, Missing, Rejected
from undertone.pipeline import names
from undertone.pipeline.deletion import LONGEST_PAUSE, TOMBSTONE_LIFE
from undertone.pipeline.job_records import LIFETIME, Request
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.stalls import LONGEST_PATIENCE, STALLED
from undertone.pipeline.stopping import cancel, delete
from undertone.pipeline.submit import Submission, submit
from undertone.ports import Blobs
from undertone.records import Comment, UploadedPost
from undertone.results.tally import UNIT, Probabilities, tally

MOST_JOBS = 2
ODDS = timedelta(minutes=10)
"""By which the clocks of two processes may differ at most."""
URL = "https://news.ycombinator.com/item?id={}"

posts = st.lists(
    st.one_of(
        st.integers(0, 6).map(lambda kind: URL.format(10 + kind)),
        st.just("not a link"),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=4,
)


def submission(sent: list[str | int], key: str) -> Submission:
    """URLs as they are; a number is an upload of so many comments."""
    uploads = [
        UploadedPost(
            id=f"upload {index}",
            comments=tuple(Comment(id=str(n), text=f"sent {index}.{n}") for n in range(post)),
        )
        for index, post in enumerate(sent)
        if isinstance(post, int)
    ]
    urls = [post for post in sent if isinstance(post, str)]
    return Submission(
        owner="me", urls=urls, uploads=uploads, name=key, key=key, body_digest=repr(sent)
    )


def is_abandoned(jobs: Blobs, job: str) -> bool:
    """Whether `reconcile` has taken the place of the job's request."""
    return msgspec.json.decode(jobs.read(names.request(job)), type=Request).abandoned


class Pipeline(RuleBasedStateMachine):
    """Anything may happen at any moment; in the end every job has ended and all is consistent."""

    def __init__(self) -> None:
        super().__init__()
        self.world = self.new_world()
        self.sent: list[Submission] = []
        self.answered: set[str] = set()
        """Jobs whose client got the answer that they are accepted."""
        self.deleted: set[str] = set()
        """Jobs whose client asked to delete them."""

    def new_world(self) -> World:
        return World(random.Random(0))

    # What may happen

    @precondition(lambda self: len(self.sent) < MOST_JOBS)
    @rule(sent=posts)
    def submit(self, sent: list[str | int]) -> None:
        made = submission(sent, key=f"key {len(self.sent)}")
        self.sent.append(made)
        self.world.start(lambda: self._tolerate(lambda: self._submit(made)))

    def _submit(self, made: Submission) -> None:
        self.answered.add(submit(self.world.services, made).request.job)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def submit_again(self, data: st.DataObject) -> None:
        """A client that got no answer repeats its call with the same key."""
        made = data.draw(st.sampled_from(self.sent))
        self.world.start(lambda: self._tolerate(lambda: self._submit(made)))

    @precondition(lambda self: self.world.visible())
    @rule(data=st.data())
    def deliver_twice(self, data: st.DataObject) -> None:
        """The same message is worked on to the end, and is there once more."""
        envelope = data.draw(st.sampled_from(self.world.visible()))
        self.world.duplicate(envelope)
        self.world.receive(envelope)
        if self.world.workers:
            self.world.finish(self.world.workers[-1])

    @precondition(lambda self: self.world.visible())
    @rule(data=st.data(), keep=st.booleans())
    def receive(self, data: st.DataObject, keep: bool) -> None:
        envelope = data.draw(st.sampled_from(self.world.visible()))
        if keep:
            self.world.duplicate(envelope)
        self.world.receive(envelope)

    @precondition(lambda self: self.world.workers)
    @rule(data=st.data(), calls=st.integers(1, 6))
    def go_on(self, data: st.DataObject, calls: int) -> None:
        worker = data.draw(st.sampled_from(self.world.workers))
        for _ in range(calls):
            if worker in self.world.workers:
                self.world.step(worker)

    @precondition(lambda self: self.world.workers)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        self.world.finish(data.draw(st.sampled_from(self.world.workers)))

    @precondition(lambda self: self.world.workers)
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        self.world.step(data.draw(st.sampled_from(self.world.workers)), kill=True)

    @precondition(lambda self: self.losable())
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        """A message is gone for good: a poisoned one, or one that outlived its time."""
        self.world.queue.remove(data.draw(st.sampled_from(self.losable())))
        self.world.lost = True

    def losable(self) -> list[Envelope]:
        return self.world.queue

    @precondition(lambda self: self.sent)
    @rule(minutes=st.sampled_from([1, 16, 61]))
    def wait(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.sent)
    @rule()
    def reconcile(self) -> None:
        self.world.rounds += 1
        self.world.start(lambda: reconcile(self.world.services))

    @precondition(lambda self: self.accepted())
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.world.repeats += 1  # each sends an ending message
        request = data.draw(st.sampled_from(self.accepted()))
        self.world.start(lambda: self._tolerate(lambda: cancel(self.world.services, request)))

    @precondition(lambda self: self.accepted())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.accepted()))
        self.deleted.add(request.job)
        self.world.start(lambda: self._delete(request))

    def _delete(self, request: Request) -> None:
        delete(self.world.services, request)

    @staticmethod
    def _tolerate(act: object) -> None:
        """Answers that tell the caller no are fine; anything else is not."""
        assert callable(act)
        try:
            act()
        except (Conflict, Rejected, Missing):
            return

    def accepted(self) -> list[Request]:
        jobs = self.world.jobs
        ids = {name.split("/")[0] for name in jobs.names("") if name.endswith("/request.json")}
        return [self.world.store.request(job) for job in sorted(ids) if not is_abandoned(jobs, job)]

    # What must hold all the time

    @invariant()
    def every_aggregator_commits_the_same(self) -> None:
        for name, lists in self.world.commits.items():
            assert len(lists) == 1, f"{name} was written in {len(lists)} ways"

    @invariant()
    def nothing_needs_repair(self) -> None:
        assert self.world.repairs == 0, "announced before it was written"

    @invariant()
    def closed_jobs_have_their_results(self) -> None:
        for request in self.accepted():
            closed = self.world.store.closed.find(request.job)
            if closed is not None and not self.world.store.is_deleted(request.job):
                check_results(self.world, request)

    @invariant()
    def repeats_never_multiply(self) -> None:
        """One more message adds the work below it, and one more announcement a job's, at most."""
        for request in self.accepted():
            check_effort(self.world, request)

    @invariant()
    def postponed_work_has_one_chain(self) -> None:
        for work, attempts in self.world.postponed.items():
            assert len(attempts) <= max(attempts) + self.world.repeats, work

    # What must hold in the end

    def teardown(self) -> None:
        world = self.world
        world.drain()
        world.fault_rate = world.trouble = 0.0
        for job in self.answered - self.deleted:
            assert world.lost or world.store.closed.find(job), "only reconcile ends the job"
        for number in range(8 + LONGEST_PATIENCE // STALLED):
            if number >= 8 and not world.jobs.names(names.OPEN):
                break
            world.now += STALLED + timedelta(minutes=1)
            world.rounds += 1
            world.run(lambda: reconcile(world.services))
            world.drain()
        for job in self.answered - self.deleted:
            assert world.store.closed.find(job), f"job {job}, which was accepted, was lost"
        for request in self.accepted():
            if world.store.is_deleted(request.job):
                continue  # its next sweep may be hours away, if the message of the last was lost
            assert world.store.closed.find(request.job), f"job {request.job} never ended"
            self.check_end(request)
            check_results(world, request)
            check_effort(world, request)
        assert not world.jobs.names(names.OPEN), "a job is open for ever"
        self._check_that_nothing_is_left()

    def check_end(self, request: Request) -> None:
        in_time = self.world.now < request.created_at + LIFETIME
        assert in_time, "only its deadline ended the job"

    def _check_that_nothing_is_left(self) -> None:
        world = self.world
        for request in self.accepted():
            world.run(partial(self._delete, request))
        world.drain()
        world.now += LONGEST_PAUSE + ODDS
        world.run(lambda: reconcile(world.services))
        world.drain()
        left = world.jobs.names("") + world.results.names("")
        assert all(name.startswith(names.STOPS) for name in left), left
        world.now += TOMBSTONE_LIFE + ODDS
        world.run(lambda: reconcile(world.services))
        world.drain()
        assert world.jobs.names("") + world.results.names("") == []


def log_lines(world: World, name: str) -> list[bytes]:
    """The lines of an append blob and of those that go on where it is full."""
    parts = [part for part in world.jobs.names(name) if part == name or part[len(name)] == "."]
    parts.sort(key=lambda part: int(part[len(name) + 1 :] or 0))
    return [line for part in parts for line in world.jobs.read(part).splitlines()]


def check_effort(world: World, request: Request) -> None:
    """Messages and lines are a multiple of the work that grows with what went wrong, no faster."""
    store, job = world.store, request.job
    snapshots = [store.snapshots.find(job, post) for post in range(request.rows)]
    chunks = sum(len(snapshot.chunks) for snapshot in snapshots if snapshot)
    posts, rounds = request.posts, 1 + world.announcements + world.repairs
    again = rounds + world.repeats
    work = request.pages + posts + 2 * chunks + 1  # a chunk may send one message: the last one's
    assert world.sent[job] <= work * again + world.rounds
    later = sum(len(sent) for work, sent in world.postponed.items() if work[0] == job)
    arrivals = log_lines(world, names.barrier(job))
    assert len(arrivals) <= posts * rounds + world.copies, "what has arrived arrives again"
    for post in range(request.rows):
        lines = log_lines(world, names.post_barrier(job, post, 0))
        assert len(lines) <= chunks * again + later
    assert len(log_lines(world, names.progress(job))) <= (posts + chunks) * again + later


def check_results(world: World, request: Request) -> None:
    """posts.csv has every row; all three files agree with each other, figure by figure."""
    job = request.job
    rows = list(
        csv.DictReader(io.StringIO(world.results.read(names.posts_csv(job)).decode("utf-8-sig")))
    )
    table = list(
        csv.DictReader(io.StringIO(world.results.read(names.comments_csv(job)).decode("utf-8-sig")))
    )
    lines = [
        json.loads(line) for line in world.results.read(names.comments_jsonl(job)).splitlines()
    ]
    assert [int(row["row"]) for row in rows] == list(range(1, request.rows + 1))
    assert [(c["post"], c["comment_id"], c["label"]) for c in table] == [
        (str(c["post"]), c["comment_id"], c["label"] or "") for c in lines
    ]
    keys = [(c["post"], c["comment_id"]) for c in lines]
    assert len(set(keys)) == len(keys), "a comment is there twice"
    assert [c["post"] for c in lines] == sorted(c["post"] for c in lines)
    first = _first_lines(log_lines(world, names.barrier(job)))
    for row in rows:
        _check_row(row, [c for c in lines if c["post"] == int(row["row"])])
        line = first.get(int(row["row"]) - 1)
        if line is not None and row["reason"] == line.get("reason", ""):
            counted = line.get("tally", {})
            shown = [int(row[k] or 0) for k in ("negative", "neutral", "positive")]
            assert shown == [counted.get(k, 0) for k in ("negative", "neutral", "positive")]


def _first_lines(lines: list[bytes]) -> dict[int, dict[str, Any]]:
    """By another way than the pipeline's: what the first arrival of each post says.

    Without posts that were scored again.
    """
    first: dict[int, dict[str, Any]] = {}
    arrivals = [json.loads(line) for line in lines]
    again = {line["key"] for line in arrivals if line.get("round")}
    for line in arrivals:
        if line["key"] not in again:
            first.setdefault(line["key"], line)
    return first


def _check_row(row: dict[str, str], comments: list[dict[str, Any]]) -> None:
    probabilities = [
        Probabilities(
            *(round(float(str(c[k])) * UNIT) for k in ("negative", "neutral", "positive"))
        )
        for c in comments
        if c["label"] is not None
    ]
    sums = tally(probabilities)
    assert row["state"] != "pending"
    shown = [int(row[label] or 0) for label in ("positive", "neutral", "negative")]
    assert shown == [sums.positive, sums.neutral, sums.negative]
    if sums.count:
        assert abs(float(row["mean_score"]) - sums.total / sums.count / UNIT) < 1e-4
    if row["state"] == "ok" and not row["duplicate_of"]:
        assert len(comments) == len(probabilities) == int(row["fetched"])
        assert row["unscored"] == "0"
