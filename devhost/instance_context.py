"""What all listeners of an instance share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from devhost.console import Console
from devhost.worker import Worker


@dataclass(frozen=True)
class Shared:
    """The loaded app, where to print, and the threads for blocking calls to storage."""

    worker: Worker
    console: Console
    threads: Executor

    async def blocking[T](self, call: Callable[[], T]) -> T:
        """Make `call` in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, call)
