"""A server that gives the answers it was handed: for single answers and for recordings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.server import serving

Reply = tuple[int, object]
"""Status, and a body: bytes as they are, anything else as JSON."""


class Script(NamedTuple):
    """Where it is served, and what was asked."""

    base: str
    asked: list[Request]


@contextmanager
def scripted(replies: Sequence[Reply]) -> Iterator[Script]:
    """Answers one request after the other, the last reply again and again."""
    asked: list[Request] = []

    def reply(_: Request) -> Reply:
        return replies[min(len(asked), len(replies)) - 1]

    with answering(reply, asked) as base:
        yield Script(base, asked)


@contextmanager
def answering(
    reply: Callable[[Request], Reply], asked: list[Request] | None = None
) -> Iterator[str]:
    """Answers every request with what `reply` says."""

    def answer(request: Request) -> Response:
        if asked is not None:
            asked.append(request)
        status, body = reply(request)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Response(data, status, media_type="application/json")

    with serving(
        Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    ) as base:
        yield base
