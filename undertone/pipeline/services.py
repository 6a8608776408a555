"""What the steps of the pipeline work with; built by `undertone.wiring`, or by a test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field

from model.analyzer import Reader
from model.encoder import Encoder
from undertone.pipeline.store import JobStore
from undertone.ports import Admission, Blobs, Clock, NewJob, Queues, Source
from undertone.privacy.policy import PLAIN, Policy
from undertone.telemetry import SILENT, Telemetry


class Anybody:
    """Lets everybody have any job."""

    def admit(self, job: NewJob) -> None:
        """Raises nothing."""


def _unmetered(source: Source, _owner: str) -> Source:
    return source


def no_encoder() -> Encoder:
    """Stands in where nothing asks for vectors. Raises LookupError."""
    raise LookupError("these services were built without an encoder")


@dataclass(frozen=True)
class Services:
    """The outside of the pipeline."""

    store: JobStore
    results: Blobs
    queues: Queues
    clock: Clock
    source: Callable[[str], Source]
    """The source of a platform by its name; built when first asked for."""
    analyzer: Callable[[], Reader]
    """The analyzer; loading it takes a second, so only scoring asks."""
    encoder: Callable[[], Encoder] = no_encoder
    """Turns texts into vectors of meaning; only jobs that ask for insights need it."""
    privacy: Policy = PLAIN
    """What is kept of the people who write comments."""
    telemetry: Telemetry = SILENT
    """Where spans and metrics go."""
    randbits: Callable[[int], int] = secrets.randbits
    """Makes job ids that cannot be guessed."""
    admission: Admission = field(default_factory=Anybody)
    """Whether an owner may have another job."""
    metered: Callable[[Source, str], Source] = _unmetered
    """A source as it is read on behalf of an owner: counted."""
    personal: tuple[tuple[Blobs, str], ...] = ()
    """What other rooms keep of owners: a container, and what stands before an owner's digest in the
    names of its blobs. It is removed with all else that is stored of one."""
    threads: int = 8
    """Calls of storage that one step makes in parallel, where it has many to make."""
    chunk_size: int = 250
    """Comments in one scoring message: under a second of the compact model, five of RoBERTa."""

    def in_parallel[T, R](self, act: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`act` on every item; the results in order. Raises what the first failing one raised."""
        todo = list(items)
        if len(todo) < 2 or self.threads < 2:
            return [act(item) for item in todo]
        # The host drops log lines that have no invocation id, which is in the caller's context.
        contexts = [copy_context() for _ in todo]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(lambda context, item: context.run(act, item), contexts, todo))
