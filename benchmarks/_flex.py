"""A discrete-event simulation of a job on instances that scale with their queues, as on Flex.

Each queue function has instances of its own. A scaler looks at a queue from time to time and wants
length / concurrency instances; a new one takes a cold start before it asks for messages. Messages
of an instance wait side by side and compute one after the other on its cores. What is the same for
all of a job's messages, its barrier, takes so many requests a second and no more.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

Steps = Generator[simpy.Event, Any]


@dataclass(frozen=True)
class Work:
    """What one message of a step takes."""

    waiting: float
    """Seconds for storage and platforms, during which others compute."""
    computing: float
    """Seconds of one core."""


@dataclass(frozen=True)
class Times:
    """Measured service times."""

    fetch: Work
    score: Work
    aggregate: Work
    cold_start: float
    """From the platform's choice to start an instance to its first request for messages."""


@dataclass(frozen=True)
class Plan:
    """How instances are given."""

    batch: int = 2
    threshold: int = 3
    """batchSize and newBatchThreshold of host.json: where no more than `threshold` messages run,
    an instance takes `batch` more."""
    cores: float = 1.0
    """Of one instance."""
    memory_gb: float = 2.0
    most_instances: int = 100
    """Of one function."""
    decides_every: float = 3.0
    """Seconds between two looks at a queue: not published; see docs/scale.md."""
    polls_every: float = 1.0
    """maxPollingInterval of host.json."""
    instances: int = 0
    """More than 0: so many are there from the beginning, and no others come. They serve every
    queue and share `shared_cores`, as worker processes of one machine do."""
    shared_cores: float = 0.0
    after_success: float = 0.1
    """Seconds until an instance that was given messages asks again (the host's)."""
    barrier_rate: float = 500.0
    """Requests a second that one blob takes."""
    posts_a_minute: float = math.inf
    """What the platform lets through."""

    @property
    def concurrency(self) -> int:
        """Messages of an instance at most, by which the scaler divides a queue's length."""
        return self.batch + self.threshold


@dataclass
class Outcome:
    """What became of a job."""

    seconds: float = 0.0
    gb_seconds: float = 0.0
    """Billed: of instances while at least one message runs, each run at least a second."""
    executions: int = 0
    instances: dict[str, int] = field(default_factory=dict)
    """Started, by step."""
    barrier_busy: float = 0.0
    """Share of the time in which the barrier's blob was at its limit."""


class _Group:
    """The queue of a step and the instances that serve it."""

    def __init__(self, job: _Job, step: str, work: Work) -> None:
        self.job, self.step, self.work = job, step, work
        self.queue = simpy.Store(job.env)
        self.alive = 0
        self.running = 0

    def scale(self) -> Steps:
        """Start what the queue's length asks for, until the job has ended."""
        plan = self.job.plan
        while True:
            backlog = len(self.queue.items) + self.running
            wanted = min(math.ceil(backlog / plan.concurrency), plan.most_instances)
            while self.alive < wanted:
                self.alive += 1
                self.job.env.process(self._start())
            yield self.job.env.timeout(plan.decides_every)

    def _start(self) -> Steps:
        yield self.job.env.timeout(self.job.times.cold_start)
        self.serve(_Instance(self.job, simpy.Resource(self.job.env, 1), self.job.plan.cores))

    def serve(self, instance: _Instance) -> None:
        """Let the instance take messages of this queue."""
        self.job.env.process(self._listen(instance, simpy.Container(self.job.env)))

    def _listen(self, instance: _Instance, ended: simpy.Container) -> Steps:
        """Take a batch whenever few enough run; `ended` counts those that have ended since."""
        env, plan = self.job.env, self.job.plan
        running = 0
        while True:
            while running > plan.threshold:
                yield ended.get(1)
                running -= 1
            was_empty = not self.queue.items
            posts = [(yield self.queue.get())]
            if was_empty:  # nobody is told of a message: the host asks again after a while
                yield env.timeout(self.job.rng.uniform(0, plan.polls_every))
            while self.queue.items and len(posts) < plan.batch:
                posts.append((yield self.queue.get()))
            for post in posts:
                running += 1
                self.running += 1
                env.process(self._work(instance, post, ended))
            yield env.timeout(plan.after_success)

    def _work(self, instance: _Instance, post: int, ended: simpy.Container) -> Steps:
        env = self.job.env
        instance.begin()
        yield env.timeout(self.work.waiting * self.job.rng.uniform(0.8, 1.2))
        with instance.cores.request() as core:
            yield core
            yield env.timeout(self.work.computing / instance.speed)
        yield from self.job.done(self.step, post)
        instance.end()
        self.running -= 1
        self.job.outcome.executions += 1
        ended.put(1)


class _Instance:
    """Cores, and the time for which the instance is billed."""

    def __init__(self, job: _Job, cores: simpy.Resource, speed: float) -> None:
        self.job, self.cores, self.speed = job, cores, speed
        self._busy, self._since = 0, 0.0

    def begin(self) -> None:
        if not self._busy:
            self._since = self.job.env.now
        self._busy += 1

    def end(self) -> None:
        self._busy -= 1
        if not self._busy:
            seconds = max(1.0, self.job.env.now - self._since)
            self.job.outcome.gb_seconds += seconds * self.job.plan.memory_gb


class _Job:
    """One job of posts with a chunk of comments each."""

    def __init__(self, times: Times, plan: Plan, posts: int, seed: int) -> None:
        self.env = simpy.Environment()
        self.times, self.plan, self.posts = times, plan, posts
        self.rng = random.Random(seed)
        self.outcome = Outcome()
        self.ended = self.env.event()
        self.arrived = 0
        self.barrier = simpy.Resource(self.env, 1)
        self.groups = {
            "fetch": _Group(self, "fetch", times.fetch),
            "score": _Group(self, "score", times.score),
            "aggregate": _Group(self, "aggregate", times.aggregate),
        }

    def submit(self) -> Steps:
        """Send the posts, no faster than their platform lets them through."""
        for post in range(self.posts):
            self.groups["fetch"].queue.put(post)
            if self.plan.posts_a_minute < math.inf:
                yield self.env.timeout(60 / self.plan.posts_a_minute)
        yield self.env.timeout(0)

    def done(self, step: str, post: int) -> Steps:
        """What a step sends; a scored post passes the barrier."""
        if step == "fetch":
            self.groups["score"].queue.put(post)
        elif step == "score":
            with self.barrier.request() as turn:
                yield turn
                yield self.env.timeout(1 / self.plan.barrier_rate)
                self.outcome.barrier_busy += 1 / self.plan.barrier_rate
            self.arrived += 1
            if self.arrived == self.posts:
                self.groups["aggregate"].queue.put(0)
        else:
            self.ended.succeed()

    def start(self) -> None:
        """Begin with what the plan has."""
        self.env.process(self.submit())
        if not self.plan.instances:
            for group in self.groups.values():
                self.env.process(group.scale())
            return
        cores = simpy.Resource(self.env, max(1, int(self.plan.shared_cores)))
        speed = self.plan.shared_cores / max(1, int(self.plan.shared_cores))
        for _ in range(self.plan.instances):
            instance = _Instance(self, cores, speed)
            for group in self.groups.values():
                group.serve(instance)


def simulate(times: Times, plan: Plan, posts: int, *, seed: int = 1) -> Outcome:
    """A job of `posts` posts, each of one chunk, from its POST to its table."""
    job = _Job(times, plan, posts, seed)
    job.start()
    job.env.run(until=job.ended)
    job.env.run(until=job.env.now + 1e-9)  # so that the last message is billed
    outcome = job.outcome
    outcome.seconds = job.env.now
    outcome.barrier_busy /= outcome.seconds
    outcome.instances = {step: group.alive for step, group in job.groups.items()}
    return outcome
