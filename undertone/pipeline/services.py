"""What the steps of the pipeline work with; built by `undertone.wiring`, or by a test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from model.analyzer import Analyzer
from model.encoder import Encoder
from undertone.pipeline.store import JobStore
from undertone.ports import Blobs, Clock, Queues, Source


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
    analyzer: Callable[[], Analyzer]
    """The analyzer; loading it takes a second, so only scoring asks."""
    encoder: Callable[[], Encoder] = no_encoder
    """Turns texts into vectors of meaning; only jobs that ask for insights need it."""
    randbits: Callable[[int], int] = secrets.randbits
    """Makes job ids that cannot be guessed."""
    threads: int = 8
    """Calls of storage that one step makes in parallel, where it has many to make."""
    chunk_size: int = 250
    """Comments in one scoring message: under a second of the compact model, five of RoBERTa."""

    def in_parallel[T, R](self, act: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`act` on every item; the results in order. Raises what the first failing one raised."""
        todo = list(items)
        if len(todo) < 2 or self.threads < 2:
            return [act(item) for item in todo]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(act, todo))
