"""Measures the host and its storage every few seconds."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Self

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from devhost.supervisor import DevHost
from tools.soak.processes import listed, open_files, resident_mib
from tools.soak.trend import Limit
from undertone.pipeline import names
from undertone.storage import containers

QUEUES = [
    queue
    for name in (names.QUEUE_JOBS, names.QUEUE_POSTS, names.QUEUE_COMMENTS, names.QUEUE_FINISHED)
    for queue in (name, names.poison_queue(name))
]
HOST_MEMORY = "memory of the instances, MiB"
EMULATOR_MEMORY = "memory of the emulator, MiB"
FILES = "open files of the instances"
DELETED = "blobs of deleted jobs"
STOPS = "blobs: stops of jobs"
LIMITS = {
    HOST_MEMORY: Limit(20.0),
    FILES: Limit(20.0),
    DELETED: Limit(20.0),
    **{f"blobs in {name}": Limit(100.0) for name in containers.ALL},
    **{f"messages in {name}": Limit(20.0) for name in QUEUES},
}
"""How much of each may come in the second half. What is not here is only shown: the emulator is
not ours, and a stop outlives its job by eight days, as it should."""

Sample = dict[str, float]


class Sampler:
    """Measures every `pause` seconds during the `with` block, in a thread."""

    def __init__(self, host: DevHost, deleted: Callable[[], Set[str]], pause: float) -> None:
        """`deleted`: the jobs whose deletion has been answered."""
        self.seconds: list[float] = []
        """Of each sample, since the first."""
        self.samples: list[Sample] = []
        self._host = host
        self._deleted = deleted
        self._pause = pause
        self._ending = threading.Event()
        self._worker = ThreadPoolExecutor(1)
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        """Begin."""
        enter = self._resources.enter_context
        self._blobs = enter(BlobServiceClient.from_connection_string(self._host.storage))
        self._queues = enter(QueueServiceClient.from_connection_string(self._host.storage))
        self._running = self._worker.submit(self._run)
        return self

    def __exit__(self, *_: object) -> None:
        """End. Raises what has kept it from measuring."""
        self._ending.set()
        with self._resources, self._worker:
            self._running.result()

    @property
    def names(self) -> list[str]:
        """What has been measured, in the order of the first samples."""
        return list(dict.fromkeys(name for sample in self.samples for name in sample))

    def series(self, name: str) -> list[float]:
        """All measurements of one thing; 0 where a sample has none."""
        return [sample.get(name, 0.0) for sample in self.samples]

    def measure(self) -> Sample:
        """All there is to measure, now."""
        processes, pids = listed(), self._host.pids
        emulator = [
            one.pid for one in processes if one.parent == os.getpid() and "azurite" in one.command
        ]
        return {
            HOST_MEMORY: resident_mib(pids, processes),
            EMULATOR_MEMORY: resident_mib(emulator, processes),
            FILES: open_files(pids),
            DELETED: 0.0,
            **self._count_blobs(),
            **self._count_messages(),
        }

    def _run(self) -> None:
        began = time.monotonic()
        while not self._ending.wait(self._pause):
            self.samples.append(self.measure())
            self.seconds.append(time.monotonic() - began)

    def _count_blobs(self) -> Counter[str]:
        """Blobs of each container, with those that only have staged blocks."""
        counts: Counter[str] = Counter({f"blobs in {name}": 0 for name in containers.ALL})
        deleted = self._deleted()  # before the listing: what is listed after it must be gone
        for container in containers.ALL:
            client = self._blobs.get_container_client(container)
            for blob in client.list_blobs(include=["uncommittedblobs"]):
                counts[self._group(container, blob.name, deleted)] += 1
        return counts

    def _group(self, container: str, name: str, deleted: Set[str]) -> str:
        if name.startswith(names.STOPS):
            return STOPS
        if name.removeprefix(names.OPEN).partition("/")[0] in deleted:
            return DELETED
        return f"blobs in {container}"

    def _count_messages(self) -> Sample:
        """Messages of each queue, hidden ones too."""
        counts = {}
        for queue in QUEUES:
            try:
                properties = self._queues.get_queue_client(queue).get_queue_properties()
            except ResourceNotFoundError:
                counts[f"messages in {queue}"] = 0.0
            else:
                counts[f"messages in {queue}"] = properties.approximate_message_count or 0.0
        return counts
