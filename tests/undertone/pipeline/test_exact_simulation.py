"""Whatever goes wrong, the results are those of the undisturbed run, byte for byte.

The machine of `test_simulation`, over a platform and an analyzer that answer the same always. It
adds what storage, processes and clocks do: calls that fail, calls that are done and said to have
failed, calls that are done twice, instances that die with what they remember, clocks that differ,
messages of a newer version.
"""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial
from typing import override

import msgspec
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.undertone.pipeline.exact import exact_world, results, undisturbed, without_rows
from tests.undertone.pipeline.machine import Pipeline, posts
from tests.undertone.pipeline.simulation import Envelope, Fault, Process, World
from undertone.pipeline import names
from undertone.pipeline.job_records import Request
from undertone.pipeline.messages import Message
from undertone.pipeline.reconcile import reconcile
from undertone.pipeline.stopping import cancel
from undertone.records import VERSION

FASTEST = 4
"""Minutes by which a clock may be fast or slow."""
MOST_DAYS = 6
"""That may pass at once: messages and tombstones live a little longer."""
FAULT_RATES = [0.0, 0.02, 0.1]
NEWER_IN = (names.QUEUE_JOBS, names.QUEUE_POSTS, names.QUEUE_COMMENTS, names.QUEUE_FINISHED)


class TroubledPipeline(Pipeline):
    """Storage, processes and clocks give trouble too; all that must hold holds nevertheless."""

    def __init__(self) -> None:
        super().__init__()
        self.newer: list[bytes] = []

    @initialize(
        seed=st.integers(0, 2**16),
        trouble=st.sampled_from([0.0, 0.3]),
        rate=st.sampled_from(FAULT_RATES),
        skews=st.lists(st.integers(-FASTEST, FASTEST), min_size=1, max_size=3),
        sent=posts,
    )
    def begin(
        self, seed: int, trouble: float, rate: float, skews: list[int], sent: list[str | int]
    ) -> None:
        """`skews`: by how many minutes the clock of each process is fast."""
        world = self.world
        world.seed.seed(seed)
        world.trouble, world.fault_rate = trouble, rate
        world.processes = [Process(world, timedelta(minutes=skew)) for skew in skews]
        self.submit(sent)

    @rule(data=st.data())
    def kill_process(self, data: st.DataObject) -> None:
        self.world.kill(data.draw(st.sampled_from(self.world.processes)))

    @rule(queue=st.sampled_from(NEWER_IN))
    def a_newer_version_sends(self, queue: str) -> None:
        """Of which this version must leave the message alone, but must not lose it."""
        world = self.world
        message = Message(job=f"newer {len(self.newer)}", posts=1, deadline=world.now)
        body = msgspec.structs.replace(message, v=VERSION + 1).encode()
        self.newer.append(body)
        world.queue.append(Envelope(queue, body, world.now, world.now))

    @precondition(lambda self: self.world.workers)
    @rule(data=st.data(), fault=st.sampled_from(Fault))
    def go_wrong(self, data: st.DataObject, fault: Fault) -> None:
        """The next call of one worker does."""
        able = [worker for worker in self.world.workers if not worker.is_last_try]
        if able:
            self.world.step(data.draw(st.sampled_from(able)), fault=fault)

    @precondition(lambda self: self.world.visible())
    @rule(data=st.data(), order=st.integers(0, 2**16))
    def deliver_side_by_side(self, data: st.DataObject, order: int) -> None:
        """Two work on the same message at the same time, call by call."""
        world, turns = self.world, random.Random(order)
        envelope = data.draw(st.sampled_from(world.visible()))
        world.duplicate(envelope)
        copy = world.queue[-1]
        both = [world.receive(envelope), world.receive(copy)]
        while here := [worker for worker in both if worker in world.workers]:
            world.step(turns.choice(here))

    @rule(rate=st.sampled_from(FAULT_RATES))
    def change_the_weather(self, rate: float) -> None:
        """From now on so many calls go wrong."""
        self.world.fault_rate = rate

    @override
    def losable(self) -> list[Envelope]:
        return [envelope for envelope in self.world.queue if envelope.body not in self.newer]

    @override
    def teardown(self) -> None:
        self._check_and_drop_newer()
        self.world.rush(self.meanwhile)
        self.world.fault_rate = self.world.trouble = 0.0
        for made in self.sent:  # until there is an answer
            self.world.run(partial(self._tolerate, partial(self._submit, made)))
        super().teardown()
        self.every_aggregator_commits_the_same()
        self.nothing_needs_repair()
        self.postponed_work_has_one_chain()

    def meanwhile(self) -> None:
        """Somebody cancels a job in the middle of its work."""
        if requests := self.accepted():
            self.world.repeats += 1
            request = self.world.seed.choice(requests)
            self.world.start(lambda: self._tolerate(lambda: cancel(self.world.services, request)))

    def _check_and_drop_newer(self) -> None:
        world = self.world
        while world.workers:
            world.finish(world.workers[0])
        kept = {envelope.body for envelope in world.queue + world.gone}
        assert kept.issuperset(self.newer), "a newer version's message is lost"
        world.queue = [envelope for envelope in world.queue if envelope.body not in self.newer]
        self.newer = []


class ExactPipeline(TroubledPipeline):
    """The results are those of the undisturbed run."""

    @override
    def new_world(self) -> World:
        return exact_world()

    @override
    def meanwhile(self) -> None:
        """Nobody: of a cancelled job the results depend on the moment."""

    @override
    def check_end(self, request: Request) -> None:
        super().check_end(request)
        closed = self.world.store.closed.read(request.job)
        if closed.status != "cancelled":
            self.check_that_it_is_the_same(request)

    def check_that_it_is_the_same(self, request: Request) -> None:
        """Except for the rows of posts of which a message failed every try, which say so."""
        made = next(made for made in self.sent if made.name == request.name)
        rows = [*made.urls, *(upload.id for upload in made.uploads)]
        poisoned = {rows[post] for job, post in self.world.poisoned if job == request.job}
        spoilt = {number for number, sent in enumerate(rows, start=1) if sent in poisoned}
        there = results(self.world, request.job)
        expected = undisturbed(tuple(made.urls), tuple(made.uploads))
        for file, undisturbed_file in zip(there, expected, strict=True):
            if not spoilt:
                assert file == undisturbed_file
            assert without_rows(file, spoilt) == without_rows(undisturbed_file, spoilt)


class OverduePipeline(ExactPipeline):
    """Days may pass, so that jobs come to their deadline; these end with what there is."""

    def __init__(self) -> None:
        super().__init__()
        self.days = 0

    @precondition(lambda self: self.sent and self.days < MOST_DAYS)
    @rule()
    def pass_days(self) -> None:
        self.days += 2
        self.world.now += timedelta(days=2)

    @override
    def teardown(self) -> None:
        self._check_and_drop_newer()
        world, rate = self.world, self.world.fault_rate
        latest = world.now - timedelta(minutes=FASTEST)
        late = [request.job for request in self.accepted() if request.deadline <= latest]
        world.fault_rate = 0.0
        world.rounds += 1
        world.run(lambda: reconcile(world.services))
        for envelope in [e for e in world.queue if e.queue == names.QUEUE_FINISHED]:
            if worker := world.receive(envelope):
                world.finish(worker)
        for job in late:
            has_ended = world.store.closed.find(job) or world.store.is_deleted(job)
            assert has_ended, "its time is over, and it waits for its posts"
        world.fault_rate = rate
        super().teardown()

    @override
    def check_end(self, request: Request) -> None:
        if self.world.now < request.deadline:
            super().check_end(request)
            return
        closing = self.world.store.closings.read(request.job)
        closed = self.world.store.closed.read(request.job)
        assert (closing.why == "cancelled") == (closed.status == "cancelled")
        if closing.why == "overdue":
            latest = request.deadline - timedelta(minutes=FASTEST)
            assert closed.at >= latest, "it was ended before its time"
            assert closing.absent


TroubledPipeline.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestTroubledPipeline = TroubledPipeline.TestCase

ExactPipeline.TestCase.settings = TroubledPipeline.TestCase.settings
TestExactPipeline = ExactPipeline.TestCase

OverduePipeline.TestCase.settings = TroubledPipeline.TestCase.settings
TestOverduePipeline = OverduePipeline.TestCase
