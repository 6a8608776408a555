"""What the verbs work with; built by `undertone.wiring`, or by a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.analyzer import Analyzer
from undertone.ports import Blobs, Clock, Queues, Source


@dataclass(frozen=True)
class Services:
    """The outside of the pipeline."""

    jobs: Blobs
    cache: Blobs
    results: Blobs
    queues: Queues
    clock: Clock
    source: Callable[[str], Source]
    """The source of a platform by its name; built when first asked for."""
    analyzer: Callable[[], Analyzer]
    """The analyzer; loading it takes a second, so only scoring asks."""
