"""Relays requests to storage one by one, and lets some of them fail as a plan says.

Nothing is changed in a request that is sent on: storage's shared-key signatures cover method, path
and headers, those of links cover the path, and neither covers the host or the port.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections import Counter
from typing import NamedTuple

from tools.faults.http_wire import LIMIT, Message, read_answer, read_request
from tools.faults.plan import Fault, FaultPlan, Kind

DRAIN_SECONDS = 15.0
BROKEN = (OSError, EOFError, ValueError, asyncio.LimitOverrunError)
"""What breaks a connection off."""
_BUSY = (
    b'<?xml version="1.0" encoding="utf-8"?><Error><Code>ServerBusy</Code>'
    b"<Message>The server is currently unable to receive requests.</Message></Error>"
)
_ABORT_AT_CLOSE = struct.pack("ii", 1, 0)


class Address(NamedTuple):
    """Where a service listens."""

    host: str
    port: int


class Seen(NamedTuple):
    """A request as the log tells it."""

    at: float
    """Seconds since 1970 when it was over."""
    number: int
    """Counted from 0 under each plan; -1 while there is none."""
    service: str
    method: str
    target: str
    fault: str
    """The kind of fault and its seconds; empty for none."""
    status: int
    """Of storage's answer, whether or not the client got it; 0 if there was none."""


class Relay:
    """Serves connections; all methods but `set_plan` run in one event loop."""

    def __init__(self) -> None:
        self.upstream: dict[str, Address] = {}
        """Where each service is; without its address requests to it see a reset connection."""
        self.injected: Counter[Kind] = Counter()
        self.log: list[Seen] = []
        self.plan: FaultPlan | None = None
        self.requests = 0
        """How many have been seen under the present plan."""
        self._under_way = 0
        self._connections: set[_Connection] = set()

    def set_plan(self, plan: FaultPlan | None) -> None:
        """Let requests fail as `plan` says from now on, counted from 0."""
        self.requests = 0
        self.plan = plan

    async def serve(
        self, service: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Relay the requests of one client's connection until it ends."""
        connection = _Connection()
        self._connections.add(connection)
        try:
            while (request := await read_request(reader, writer)) is not None:
                answer = await self._exchange(service, request, connection)
                if answer is None:
                    _reset(writer)
                    return
                writer.write(answer)
                await writer.drain()
                if request.closes:
                    return
        except BROKEN:
            _reset(writer)
        finally:
            self._connections.discard(connection)
            connection.close()
            writer.close()

    async def drain(self) -> None:
        """Wait for the requests under way, then close the connections to the services."""
        end = time.monotonic() + DRAIN_SECONDS
        while self._under_way and time.monotonic() < end:  # noqa: ASYNC110 - a few milliseconds
            await asyncio.sleep(0.01)
        for connection in self._connections:
            connection.close()

    async def _exchange(
        self, service: str, request: Message, connection: _Connection
    ) -> bytes | None:
        """What the client gets; None for a reset connection."""
        number, fault = self._decide()
        answer: Message | None = None
        try:
            if fault is None or fault.kind in {Kind.DROPPED, Kind.DELAYED}:
                answer = await self._forward(service, request, connection, fault)
        finally:
            self._note(number, service, request, fault, answer)
        if fault is not None and fault.kind is Kind.UNAVAILABLE:
            return _busy(request)
        if answer is None or (fault is not None and fault.kind is Kind.DROPPED):
            return None
        return answer.head + answer.body

    def _decide(self) -> tuple[int, Fault | None]:
        if self.plan is None:
            return -1, None
        number = self.requests
        self.requests += 1
        return number, self.plan.fault_of(number)

    async def _forward(
        self, service: str, request: Message, connection: _Connection, fault: Fault | None
    ) -> Message:
        if fault is not None and not fault.done_first:
            await asyncio.sleep(fault.seconds)
        address = self.upstream.get(service)
        if address is None:
            raise ConnectionError("the service is away")
        self._under_way += 1
        try:
            answer = await connection.ask(address, request)
        finally:
            self._under_way -= 1
        if fault is not None and fault.done_first:
            await asyncio.sleep(fault.seconds)
        return answer

    def _note(
        self,
        number: int,
        service: str,
        request: Message,
        fault: Fault | None,
        answer: Message | None,
    ) -> None:
        """Count a fault that has really happened; where storage was away none did."""
        status = answer.status if answer else 0
        happened = fault is not None and (
            fault.kind in {Kind.UNAVAILABLE, Kind.RESET} or answer is not None
        )
        text = ""
        if fault is not None and happened:
            self.injected[fault.kind] += 1
            text = f"{fault.kind} {fault.seconds:.1f} s" if fault.seconds else str(fault.kind)
        seen = Seen(time.time(), number, service, request.method, request.target, text, status)
        self.log.append(seen)


class _Connection:
    """The connection to storage that belongs to one client's, opened anew when it has ended."""

    def __init__(self) -> None:
        self._address: Address | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, address: Address, request: Message) -> Message:
        """The answer of the service at `address`."""
        reader, writer = await self._open(address)
        writer.write(request.head + request.body)
        await writer.drain()
        answer = await read_answer(reader, request.method)
        if answer.closes:
            self.close()
        return answer

    async def _open(self, address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is not None and self._writer is not None:
            alive = not self._reader.at_eof() and not self._writer.is_closing()
            if alive and address == self._address:
                return self._reader, self._writer
        self.close()
        self._reader, self._writer = await asyncio.open_connection(*address, limit=LIMIT)
        self._address = address
        return self._reader, self._writer

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def _busy(request: Message) -> bytes:
    """Azure's answer when a partition has too much to do."""
    body = b"" if request.method == "HEAD" else _BUSY
    head = (
        "HTTP/1.1 503 The server is busy.\r\nContent-Type: application/xml\r\n"
        f"x-ms-error-code: ServerBusy\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST, as a server that dies does."""
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT_AT_CLOSE)
    writer.transport.abort()
