"""What the triggers of an instance have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from devhost.console import Console
from devhost.worker import Worker


@dataclass(frozen=True)
class InstanceContext:
    """The loaded app, where to print, and the threads for blocking calls to storage."""

    worker: Worker
    console: Console
    threads: Executor

    async def run_blocking[T](self, call: Callable[[], T]) -> T:
        """Run a blocking call to storage in one of the threads and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, call)
