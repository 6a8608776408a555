"""A proxy between the app and its storage, through which some requests fail."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Self

from tools.faults.http_wire import LIMIT
from tools.faults.plan import FaultPlan, Kind
from tools.faults.relay import Address, Relay, Seen

SERVICES = ("blob", "queue", "table")
"""Each has a port of its own."""


class FaultProxy:
    """Listens during the `with` block, in a thread.

    with FaultProxy() as proxy:
        proxy.point_at({"blob": Address("127.0.0.1", 10000), …})
        proxy.set_plan(FaultPlan.seeded(7))
        BlobServiceClient.from_connection_string(… proxy.url("blob") …)
    """

    def __init__(self) -> None:
        self._relay = Relay()
        self._ports: dict[str, int] = {}
        self._servers: list[asyncio.Server] = []
        self._clients: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def injected(self) -> Counter[Kind]:
        """How many requests each kind of fault has spoiled."""
        return self._relay.injected

    @property
    def requests(self) -> int:
        """How many requests have been seen under the present plan."""
        return self._relay.requests

    @property
    def log(self) -> Sequence[Seen]:
        """All requests, in the order in which they were over."""
        return self._relay.log

    def url(self, service: str) -> str:
        """Where to reach a service through the proxy, as `http://host:port`."""
        return f"http://127.0.0.1:{self._ports[service]}"

    def set_plan(self, plan: FaultPlan | None) -> None:
        """Let requests fail as `plan` says from now on, counted from 0; None: let all pass."""
        self._relay.set_plan(plan)

    def point_at(self, upstream: Mapping[str, Address]) -> None:
        """Send requests to these services from now on."""
        self._relay.upstream = dict(upstream)

    def cut_off(self) -> None:
        """Let what is under way end, then send nothing on until `point_at` is called again.

        Requests that come meanwhile see a reset connection.
        """
        self._relay.upstream = {}
        self._run(self._relay.drain())

    def __enter__(self) -> Self:
        """Start to listen."""
        self._thread.start()
        for service in SERVICES:
            self._ports[service] = self._run(self._listen(service))
        return self

    def __exit__(self, *_: object) -> None:
        """Break all connections off."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run[T](self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _listen(self, service: str) -> int:
        """Listen for a service on a free port, which is returned."""

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = self._loop.create_task(self._relay.serve(service, reader, writer))
            self._clients.add(task)
            task.add_done_callback(self._clients.discard)

        server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=LIMIT, backlog=512)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
