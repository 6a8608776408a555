"""The app in a process of its own, invoked through Microsoft's worker library as the host does.

The library's state and the app's wiring are module-global: one app a process.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from azure.storage.queue import QueueMessage

from devhost import queue_messages, routes
from devhost.protos import MODULE, TypedData
from devhost.worker import Function, Outcome, Worker

APP = Path(__file__).parents[2]
HOST = "http://localhost:7071"


class Answer(NamedTuple):
    """What an HTTP function answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class NoRoute(Exception):  # noqa: N818 - reads as what happened
    """The host answers 404 without a body."""


@dataclass
class App:
    """A running app; every call is one invocation."""

    pipe: Connection

    def functions(self) -> list[dict[str, Any]]:
        """Each function's name and trigger binding."""
        found: list[dict[str, Any]] = self._ask("functions")
        return found

    def http(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call the route that the host would choose."""
        status, received, content = self._ask("http", method, path, body, dict(headers or {}))
        return Answer(status, received, content)

    def post(self, body: Any, **headers: str) -> Answer:
        """POST jobs/create with `body` as JSON."""
        sent = {"content-type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.http("POST", "/api/jobs/create", json.dumps(body).encode(), headers=sent)

    def file(self, body: bytes, content_type: str = "", query: str = "") -> Answer:
        """POST jobs/create with a file."""
        headers = {"content-type": content_type} if content_type else {}
        return self.http("POST", f"/api/jobs/create{query}", body, headers=headers)

    def queue(self, function: str, body: bytes, *, dequeue_count: int = 1) -> str:
        """Deliver a queue message; the error's text, empty if it succeeded."""
        error: str = self._ask("queue", function, body, dequeue_count)
        return error

    def timer(self, function: str) -> str:
        """Fire a timer; the error's text, empty if it succeeded."""
        error: str = self._ask("timer", function)
        return error

    def _ask(self, kind: str, *args: Any) -> Any:
        self.pipe.send((kind, args))
        if not self.pipe.poll(120):
            raise TimeoutError(f"the app does not answer {kind} {args[:2]}")
        error, value = self.pipe.recv()
        if error == "no route":
            raise NoRoute(f"{args[:2]}")
        if error:
            raise AssertionError(error)
        return value


@contextmanager
def running_app(settings: Mapping[str, str]) -> Iterator[App]:
    """The project's app with these settings in its environment."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, dict(settings)), daemon=True)
    process.start()
    theirs.close()
    try:
        yield App(ours)
    finally:
        ours.close()
        process.join(20)
        process.kill()


def _serve(pipe: Connection, settings: dict[str, str]) -> None:
    os.environ.update(settings)
    asyncio.run(_answer_all(pipe))


async def _answer_all(pipe: Connection) -> None:
    worker = await Worker.load(APP)
    known = {function.name: function for function in worker.functions}
    table = routes.build(worker.functions, "api")
    while True:
        try:
            kind, args = pipe.recv()
        except EOFError:
            worker.stop()
            return
        if kind == "functions":
            pipe.send(("", [{**f.trigger, "name": f.name} for f in worker.functions]))
        elif kind == "http":
            pipe.send(await _http(worker, table, Call(*args)))
        elif kind == "queue":
            outcome = await _queue(worker, known[args[0]], *args[1:])
            pipe.send(("", outcome.error))
        elif kind == "timer":
            status = {"Schedule": {"AdjustForDST": True}, "IsPastDue": False}
            outcome = await worker.invoke(known[args[0]], TypedData(json=json.dumps(status)), {})
            pipe.send(("", outcome.error))


class Call(NamedTuple):
    """An HTTP request."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


async def _http(worker: Worker, table: list[routes.Route], call: Call) -> tuple[str, Any]:
    address = urlsplit(call.path)
    found = routes.find(table, call.method, address.path)
    if found is None:
        return "no route", None
    route, parameters = found
    request = MODULE.RpcHttp(
        method=call.method,
        url=HOST + call.path,
        headers={"host": urlsplit(HOST).netloc, **call.headers},
        params=parameters,
        query=dict(parse_qsl(address.query)),
        body=TypedData(bytes=call.body or None),
    )
    outcome = await worker.invoke(route.function, TypedData(http=request), {})
    if not outcome.succeeded or outcome.value is None:
        return outcome.error + outcome.traceback, None
    http = outcome.value.http
    headers = {name.lower(): value for name, value in http.headers.items()}
    content = next(iter(vars(http.body).values()), None) or b""
    return "", (int(http.status_code), headers, content if isinstance(content, bytes) else b"")


async def _queue(worker: Worker, function: Function, body: bytes, dequeue_count: int) -> Outcome:
    text = body.decode("utf-8", "replace")
    message = QueueMessage(content=b64encode(body).decode())
    message.id, message.pop_receipt = "a-message", "a-receipt"
    message.dequeue_count = dequeue_count
    message.inserted_on = message.expires_on = message.next_visible_on = datetime.now(UTC)
    return await worker.invoke(
        function, TypedData(string=text), queue_messages.metadata(message, text)
    )
