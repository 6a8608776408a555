"""A world in which every step of the pipeline can be stopped, crashed, repeated and overtaken.

The pipeline runs as it is, over memory storage. Each delivery runs in a thread of its own that
waits before every call of storage until the test lets it make that one call; so a test interleaves
deliveries call by call, and a crash is a call that is never made.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any

import msgspec

from model.analyzer import Analyzer, Prediction, Unavailable
from undertone.errors import Delayed, MissingBlocks, Permanent, Transient, UndertoneError
from undertone.pipeline import names
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.fanin import winners
from undertone.pipeline.handlers import HANDLERS, handle_message
from undertone.pipeline.job_records import OpenMarker
from undertone.pipeline.messages import Message
from undertone.pipeline.paging import OVERTAKEN_DELAY
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.ports import Source
from undertone.records import VERSION, Comment, Page, PostRef, Want
from undertone.storage.caching import BlobCache, CachingBlobs
from undertone.storage.memory import MemoryBlobs

MAX_DEQUEUE = 3
RETRY_DELAY = timedelta(seconds=30)
BELIEVED = timedelta(seconds=1)
"""How long a process believes that a job is not stopped, as deployed."""
READS = frozenset({"read", "read_versioned", "read_range", "missing", "names", "oldest"})
"""Calls of storage that change nothing."""
MAX_APPENDS = 3
"""Blocks that an append blob takes here, so that barriers and progress go on in further ones."""


class Crash(BaseException):
    """The process is killed; nothing of the pipeline may catch it."""


class Fault(Enum):
    """What may become of a call of storage."""

    REFUSED = auto()
    """It is not done, and said to have failed."""
    LOST = auto()
    """It is done, and said to have failed: the answer did not come through."""
    TWICE = auto()
    """It is done twice, because the client did not hear the first answer; the second counts. A
    conditional write says then that somebody else was first."""


class Gate:
    """Where a thread waits before each call of storage."""

    def __init__(self) -> None:
        self._turn = threading.Semaphore(0)
        self._arrived = threading.Semaphore(0)
        self._killed = False
        self.ended = False

    def wait(self) -> None:
        self._arrived.release()
        self._turn.acquire()
        if self._killed:
            raise Crash

    def end(self) -> None:
        self.ended = True
        self._arrived.release()

    def reach(self) -> None:
        """Wait until the thread stands before its next call, or has ended."""
        self._arrived.acquire()

    def step(self, *, kill: bool = False) -> None:
        """Let the thread make its call, or die instead, and go on to the next."""
        self._killed = kill
        self._turn.release()
        self.reach()


_here = threading.local()


class Stepped:
    """An object of which a worker waits before every method, and whose calls may go wrong."""

    def __init__(self, world: World, inner: object) -> None:
        self._world = world
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        def gated(*args: Any, **kwargs: Any) -> Any:
            worker: Worker | None = getattr(_here, "worker", None)
            if worker is None:
                return method(*args, **kwargs)
            worker.gate.wait()
            worker.reads += name in READS
            return _befallen(self._world.fault(worker), lambda: method(*args, **kwargs))

        return gated


def _befallen(fault: Fault | None, call: Callable[[], Any]) -> Any:
    if fault is Fault.REFUSED:
        raise Transient("storage answered 503")
    if fault is Fault.TWICE:
        with suppress(UndertoneError):  # the client hears of the second answer only
            call()
    answer = call()
    if fault is Fault.LOST:
        raise Transient("the connection broke before the answer")
    return answer


@dataclass(eq=False)
class Envelope:
    """A message in a queue."""

    queue: str
    body: bytes
    visible_at: datetime
    sent_at: datetime
    dequeue_count: int = 0


class Worker:
    """One delivery, under way."""

    def __init__(
        self, process: Process, act: Callable[[], object], envelope: Envelope | None = None
    ) -> None:
        self.process = process
        self.envelope = envelope
        self.fault: Fault | None = None
        """What becomes of its next call."""
        self.reads = 0
        """How often it has asked storage for something."""
        self.began = process.world.now
        self.error: BaseException | None = None
        self.gate = Gate()
        self._act = act
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.gate.reach()

    def _run(self) -> None:
        _here.worker = self
        try:
            self._act()
        except BaseException as error:  # noqa: BLE001 - Crash too; the world looks at it
            self.error = error
        self.gate.end()

    @property
    def ended(self) -> bool:
        return self.gate.ended

    @property
    def is_last_try(self) -> bool:
        """Whether the message of this delivery is poisoned if it fails."""
        return self.envelope is not None and self.envelope.dequeue_count >= MAX_DEQUEUE

    def step(self, *, kill: bool = False) -> None:
        self.gate.step(kill=kill)

    def finish(self) -> None:
        while not self.ended:
            self.step()


@dataclass
class FickleAnalyzer:
    """Answers a text differently each time it sees it, as two kinds of processor may; or later."""

    world: World
    model: str = "fickle@1"

    @property
    def seed(self) -> random.Random:
        return self.world.seed

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        if self.world.chance(0.1):
            raise Unavailable("busy", 60.0)

        def one() -> Prediction:
            cuts = sorted((self.seed.random(), self.seed.random()))
            return Prediction(cuts[0], cuts[1] - cuts[0], 1 - cuts[1])

        return [one() for _ in texts]


@dataclass
class FickleSource:
    """A platform whose posts behave as the last digit of their ids says.

    4 is gone, 5 throttles every other call, 6 fails every other; others have so many pages.
    """

    world: World
    platform: str = "hackernews"
    calls: int = 0

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        self.calls += 1
        kind = post.id[-1]
        if kind == "4":
            raise Permanent("gone", state="not_found")
        if kind == "5" and self.world.chance(0.5):
            raise Delayed("slow down", self.world.now + timedelta(minutes=3))
        if kind == "6" and self.world.chance(0.5):
            raise Transient("connection reset")
        return self._page(int(post.id) % 10, int(cursor or 0))

    def _page(self, pages: int, number: int) -> Page:
        many = 2 if self.world.chance(0.5) else 6  # somebody has commented meanwhile
        comments = tuple(
            Comment(id=f"{number}.{index}", text=f"seen by call {self.calls}")
            for index in range(many)
        )
        last = number + 1 >= pages
        if pages == 0:
            return Page(reported=0)
        return Page(comments=comments, cursor=None if last else str(number + 1))


class Process:
    """An instance of the app: what it remembers is its own, and so is its clock."""

    def __init__(self, world: World, skew: timedelta) -> None:
        self.world = world
        self.skew = skew
        self.restart()

    def clock(self) -> datetime:
        return self.world.now + self.skew

    def restart(self) -> None:
        """Its memory is empty."""
        world = self.world
        jobs = CachingBlobs(
            Stepped(world, _Forgetful(world)), is_immutable=names.is_immutable, cache=BlobCache()
        )
        absences = AbsenceCache(self.clock, BELIEVED)
        self.services = Services(
            store=JobStore(jobs, Stepped(world, world.cache), absences, max_appends=MAX_APPENDS),
            results=Stepped(world, _Recording(world)),
            queues=Stepped(world, _Sending(world)),
            clock=self.clock,
            source=lambda _: world.source,
            analyzer=lambda: world.analyzer,
            chunk_size=2,
            randbits=world.seed.getrandbits,
            threads=1,
        )


@dataclass
class World:
    """Storage, queues, clock, and the deliveries under way."""

    seed: random.Random
    now: datetime = datetime(2026, 11, 21, tzinfo=UTC)
    jobs: MemoryBlobs = field(default_factory=lambda: MemoryBlobs(max_appends=MAX_APPENDS))
    cache: MemoryBlobs = field(default_factory=MemoryBlobs)
    results: MemoryBlobs = field(default_factory=MemoryBlobs)
    queue: list[Envelope] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    commits: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    repairs: int = 0
    """How often staged blocks were not there when they were to be committed."""
    lost: bool = False
    """Whether a message is gone for good, so that only `reconcile` can bring its job to an end."""
    sent: Counter[str] = field(default_factory=Counter)
    """Messages by job, without those that only came later because somebody said so …"""
    postponed: dict[tuple[object, ...], list[int]] = field(default_factory=dict)
    """… which are here: the attempts that were sent, by piece of work."""
    copies: int = 0
    """How often a message is in a queue once more as if it were new, …"""
    repeats: int = 0
    """… and how often one may be worked on once more: copies, crashes, failures."""
    announcements: int = 0
    """How often what a whole job misses was sent again: it had stalled, or a client asked."""
    rounds: int = 0
    """How often `reconcile` looked after the jobs; each look may send one ending message a job."""

    fault_rate: float = 0.0
    """Share of the calls of storage that go wrong, except in the last try of a delivery."""
    trouble: float = 0.0
    """Share of the calls in which platform or analyzer cannot answer, where they are exact."""
    faults: int = 0
    poisoned: set[tuple[str, int]] = field(default_factory=set)
    """Job and number of posts of which a message failed every try."""
    stopped: dict[str, datetime] = field(default_factory=dict)
    """When each job was cancelled or deleted."""
    gone: list[Envelope] = field(default_factory=list)
    """Poisoned messages that nothing handles."""

    def __post_init__(self) -> None:
        self.source: Source = FickleSource(self)
        self.analyzer: Analyzer = FickleAnalyzer(self)
        believing_none = AbsenceCache(lambda: self.now)
        self.store = JobStore(self.jobs, self.cache, believing_none, max_appends=MAX_APPENDS)
        self.processes = [Process(self, timedelta())]

    @property
    def services(self) -> Services:
        """Those of the process that asks."""
        worker: Worker | None = getattr(_here, "worker", None)
        return self.processes[0].services if worker is None else worker.process.services

    def fault(self, worker: Worker) -> Fault | None:
        """What becomes of the call that `worker` makes now."""
        fault, worker.fault = worker.fault, None
        if fault is None and self.may_fail(self.fault_rate):
            fault = self.seed.choice(list(Fault))
        if fault is not None:
            self.faults += 1
            self.repeats += 1
            self.copies += 1
        return fault

    def may_fail(self, share: float) -> bool:
        """Whether something fails now that may, but not so often that a message is poisoned."""
        worker: Worker | None = getattr(_here, "worker", None)
        return self.chance(share) and not (worker is not None and worker.is_last_try)

    def chance(self, share: float) -> bool:
        return share > 0 and self.seed.random() < share

    def start(self, act: Callable[[], object], envelope: Envelope | None = None) -> Worker:
        worker = Worker(self.seed.choice(self.processes), act, envelope)
        self.workers.append(worker)
        return worker

    def visible(self) -> list[Envelope]:
        return [envelope for envelope in self.queue if envelope.visible_at <= self.now]

    def duplicate(self, envelope: Envelope) -> None:
        """The queue will deliver this message once more."""
        copy = replace(envelope, visible_at=self.now)
        self.queue.append(copy)
        self.copies += 1
        self.repeats += 1

    def receive(self, envelope: Envelope) -> Worker | None:
        """Deliver a message; None if it is poisoned instead."""
        self.queue.remove(envelope)
        envelope.dequeue_count += 1
        if envelope.dequeue_count > MAX_DEQUEUE and not envelope.queue.endswith("-poison"):
            self._poison(envelope)
            return None
        return self.start(
            lambda: handle_message(
                self.services,
                envelope.queue,
                envelope.body,
                dequeue_count=envelope.dequeue_count,
            ),
            envelope,
        )

    def _poison(self, envelope: Envelope) -> None:
        queue = names.poison_queue(envelope.queue)
        message = msgspec.json.decode(envelope.body, type=Message)
        if envelope.queue in (names.QUEUE_POSTS, names.QUEUE_COMMENTS):
            self.poisoned.add((message.job, message.post))
        if queue in HANDLERS:
            self.queue.append(Envelope(queue, envelope.body, self.now, self.now))
            self.repeats += 1
        else:  # left to reconcile
            self.gone.append(envelope)
            self.lost = True

    def after(self, worker: Worker) -> None:
        """What the host does with a delivery that has ended."""
        self.workers.remove(worker)
        self._check_reads(worker)
        if worker.error is not None and not _may_happen(worker.error):
            raise worker.error
        if worker.error is not None:
            self.repeats += 1
        if worker.envelope is None:
            self.lost = self.lost or worker.error is not None  # a client that got no answer
            return
        if worker.error is None:
            return
        if worker.envelope.dequeue_count >= MAX_DEQUEUE and not isinstance(worker.error, Crash):
            self._poison(worker.envelope)
        else:
            worker.envelope.visible_at = self.now + RETRY_DELAY
            self.queue.append(worker.envelope)

    def _check_reads(self, worker: Worker) -> None:
        """A delivery asks storage no oftener than its job has blobs, and some times more.

        How many deliveries there may be is for `check_effort`; both bound the reads of a job. What
        no message started (a submit, a round of `reconcile`) may ask twice a blob, of all jobs.
        """
        most = 12 + 2 * len(self.jobs.names(""))
        if worker.envelope is not None:
            job = msgspec.json.decode(worker.envelope.body, type=Message).job
            most = 12 + sum(job in name for name in self.jobs.names(""))
        assert worker.reads <= most, f"{worker.reads} reads, {most} at most"

    def kill(self, process: Process) -> None:
        """All that it was about dies with it, and what it remembered."""
        for worker in [worker for worker in self.workers if worker.process is process]:
            self.step(worker, kill=True)
        process.restart()

    def step(self, worker: Worker, *, kill: bool = False, fault: Fault | None = None) -> None:
        worker.fault = fault
        worker.step(kill=kill)
        if worker.ended:
            self.after(worker)

    def finish(self, worker: Worker) -> None:
        worker.finish()
        self.after(worker)

    def run(self, act: Callable[[], object]) -> None:
        """Do something undisturbed, and see it succeed."""
        worker = self.start(act)
        worker.finish()
        self.workers.remove(worker)
        if worker.error is not None:
            raise worker.error

    def drain(self) -> None:
        """Finish all that is under way and deliver all that is in the queues, delays included."""
        for _ in range(10_000):
            if self.workers:
                self.finish(self.workers[0])
            elif self.queue:
                envelope = min(self.queue, key=lambda e: e.visible_at)
                self.now = max(self.now, envelope.visible_at)
                self.receive(envelope)
            else:
                return
        raise AssertionError("the queues never run empty")

    def rush(self, meanwhile: Callable[[], None]) -> None:
        """The same, but several at once, call by call in any order, some twice, some killed.

        `meanwhile` is called now and then.
        """
        for _ in range(50_000):
            if self.chance(0.005):
                meanwhile()
            if self.queue and len(self.workers) < 4 and (not self.workers or self.chance(0.3)):
                self._receive_any()
            elif self.workers:
                self.step(self.seed.choice(self.workers), kill=self.chance(0.003))
            else:
                return
        raise AssertionError("the queues never run empty")

    def _receive_any(self) -> None:
        first = min(self.queue, key=lambda e: e.visible_at)
        self.now = max(self.now, first.visible_at)
        envelope = self.seed.choice(self.visible())
        if self.chance(0.15):
            self.duplicate(envelope)
            self.receive(self.queue[-1])
        self.receive(envelope)

    def blobs_of(self, job: str) -> Iterator[str]:
        for container in (self.jobs, self.results):
            yield from (name for name in container.names("") if job in name)


def _may_happen(error: BaseException) -> bool:
    if isinstance(error, ExceptionGroup):
        return all(_may_happen(part) for part in error.exceptions)
    return isinstance(error, (Crash, Transient))


@dataclass
class _Forgetful:
    """The container of jobs; now and then it does not take a line of the progress."""

    world: World

    def append(self, name: str, data: bytes) -> int:
        if "/progress" in name and self.world.chance(0.2):
            raise Transient("storage answered 503")
        return self.world.jobs.append(name, data)

    def create(self, name: str, data: bytes) -> bool:
        self._note_stop(name)
        return self.world.jobs.create(name, data)

    def write(self, name: str, data: bytes, content_type: str = "") -> None:
        self._note_stop(name)
        self.world.jobs.write(name, data)

    def _note_stop(self, name: str) -> None:
        if name.startswith(names.STOPS):
            self.world.stopped.setdefault(name.removeprefix(names.STOPS), self.world.now)

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        standing = self.world.jobs.read(name) if name in self.world.jobs.names(name) else b""
        replaced = self.world.jobs.replace(name, data, etag)
        if replaced and name.startswith(names.OPEN):
            self.world.announcements += _announced(standing, data)
        return replaced

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world.jobs, name)


def _announced(before: bytes, after: bytes) -> bool:
    """Whether an open marker says that the job's messages are sent again now."""
    old, new = (msgspec.json.decode(data, type=OpenMarker) for data in (before, after))
    return new.stalls > old.stalls or new.announced != old.announced


@dataclass
class _Recording:
    """The results container; notes every block list and commits it."""

    world: World

    def stage(self, name: str, block_id: str, data: bytes) -> None:
        worker: Worker | None = getattr(_here, "worker", None)
        if worker is not None and worker.envelope is not None:
            self._check_that_it_is_wanted(worker, worker.envelope)
        self.world.results.stage(name, block_id, data)

    def _check_that_it_is_wanted(self, worker: Worker, envelope: Envelope) -> None:
        message = msgspec.json.decode(envelope.body, type=Message)
        if envelope.queue == names.QUEUE_COMMENTS and message.round == 0:
            stopped = self.world.stopped.get(message.job, worker.began)
            assert worker.began <= stopped + BELIEVED, "a stopped job is worked on"

    def commit(self, name: str, block_ids: Sequence[str], content_type: str) -> None:
        try:
            self.world.results.commit(name, block_ids, content_type)
        except MissingBlocks:
            if not self.world.store.is_deleted(name.split("/", maxsplit=1)[0]):
                self.world.repairs += 1
            raise
        self.world.commits.setdefault(name, set()).add(tuple(block_ids))

    def write(self, name: str, data: bytes, content_type: str = "") -> None:
        self.world.results.write(name, data)
        self.world.commits.setdefault(name, set()).add((data.decode(),))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world.results, name)


@dataclass
class _Sending:
    """The queues; checks of every ending message that the job may end."""

    world: World

    def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:
        message = msgspec.json.decode(body, type=Message)
        if queue == names.QUEUE_FINISHED and message.v == VERSION:
            assert self._may_end(message), (
                "the ending message was sent before all posts had arrived"
            )
        now = self.world.now
        self.world.queue.append(Envelope(queue, body, now + timedelta(seconds=delay), now))
        if message.v > VERSION:
            return
        if message.attempt:
            work = (message.job, queue, message.post, message.chunk, message.round)
            self.world.postponed.setdefault(work, []).append(message.attempt)
        elif not self._replaces_another(queue, message, delay):
            self.world.sent[message.job] += 1

    def _replaces_another(self, queue: str, message: Message, delay: float) -> bool:
        """Whether it is no further work: it sweeps after a deletion, each of which sends one, or
        takes the place of the message of a fetch that was overtaken."""
        sweeps = queue == names.QUEUE_FINISHED and self.world.store.is_deleted(message.job)
        overtaken = queue == names.QUEUE_POSTS and delay == OVERTAKEN_DELAY.total_seconds()
        return sweeps or (overtaken and message.again)

    def oldest(self, queue: str) -> datetime | None:
        sent = [e.sent_at for e in self.world.visible() if e.queue == queue]
        return min(sent, default=None)

    def _may_end(self, message: Message) -> bool:
        store = self.world.store
        if store.is_deleted(message.job) or names.barrier(message.job) not in store.jobs.names(""):
            return True  # deleted between the arrival and the message
        arrived = len(winners(store.barriers.read(message.job).records)) >= message.posts
        overdue = self.world.services.clock() >= message.deadline
        return arrived or overdue or store.stops.find(message.job) is not None
