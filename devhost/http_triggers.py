"""HTTP triggers: what reaches a function, and what its answer becomes."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from http.cookies import SimpleCookie
from time import monotonic

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from devhost import routes
from devhost.instance_context import Shared
from devhost.protos import MODULE, SAME_SITE, Message, TypedData
from devhost.settings import Http
from devhost.worker import Function, Outcome

BODY_LIMIT = 104_857_600
"""Bytes; the real host's limit."""
_COOKIE_ATTRIBUTES = {
    "domain": "domain",
    "path": "path",
    "secure": "secure",
    "http_only": "httponly",
    "max_age": "max-age",
}


@dataclass(frozen=True)
class Keys:
    """What callers must show. Without a function key nothing is checked, as under `func start`."""

    function: str | None = None
    """Opens routes of level `function`; level `admin` asks for a master key, which is not kept."""

    def admit(self, level: str, request: Request) -> bool:
        """Whether the caller may pass; the header wins over the query."""
        if self.function is None or level == "anonymous":
            return True
        shown = request.headers.get("x-functions-key") or request.query_params.get("code", "")
        return level == "function" and hmac.compare_digest(shown.encode(), self.function.encode())


class HttpTriggers:
    """The ASGI application over all HTTP functions of the app."""

    def __init__(
        self, functions: Sequence[Function], http: Http, keys: Keys, shared: Shared
    ) -> None:
        self.routes = routes.build(functions, http.route_prefix)
        self._keys = keys
        self._shared = shared
        self._outstanding = 0
        self._most_outstanding = http.max_outstanding_requests
        most = http.max_concurrent_requests
        self._slots = asyncio.Semaphore(most) if most > 0 else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything but HTTP is left to fail."""
        request = Request(scope, receive)
        try:
            response = await self._admitted(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _admitted(self, request: Request) -> Response:
        if 0 < self._most_outstanding <= self._outstanding:
            return Response(status_code=429)
        self._outstanding += 1
        try:
            if self._slots is None:
                return await self._answer(request)
            async with self._slots:
                return await self._answer(request)
        finally:
            self._outstanding -= 1

    async def _answer(self, request: Request) -> Response:
        found = routes.find(
            self.routes, request.method, request.scope["raw_path"].decode("latin-1")
        )
        if found is None:
            return Response(status_code=404)
        route, parameters = found
        if not self._keys.admit(route.level, request):
            return Response(status_code=401)
        if _content_length(request) > BODY_LIMIT:
            return Response(status_code=413)
        data = await _typed_request(request, parameters)
        started = monotonic()
        outcome = await self._shared.worker.invoke(route.function, data, {})
        response = _response(outcome)
        about = f"{request.method} {request.url.path} → {response.status_code}"
        self._shared.console.invocation(route.function.name, outcome, monotonic() - started, about)
        return response


def _content_length(request: Request) -> int:
    return int(request.headers.get("content-length") or 0)


async def _typed_request(request: Request, parameters: dict[str, str]) -> TypedData:
    """The request as the worker gets it; a body without a length is not passed on."""
    body = await request.body() if _content_length(request) > 0 else None
    query = _joined(request.query_params.multi_items())
    http = MODULE.RpcHttp(
        method=request.method,
        url=_url(request),
        headers=_joined(request.headers.items()),
        params=parameters,
        query={name: value for name, value in query.items() if value},
        body=TypedData(bytes=body),
    )
    return TypedData(http=http)


def _url(request: Request) -> str:
    """As it was asked for, still percent-encoded."""
    path, query = request.scope["raw_path"], request.scope["query_string"]
    asked: str = (path + b"?" + query if query else path).decode("latin-1")
    return f"{request.url.scheme}://{request.url.netloc}{asked}"


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Values of the same name become one, with commas."""
    joined: dict[str, list[str]] = {}
    for name, value in pairs:
        joined.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in joined.items()}


def _response(outcome: Outcome) -> Response:
    """The function's answer; 500 without a body if it failed."""
    if not outcome.succeeded:
        return Response(status_code=500)
    value = outcome.value
    http = getattr(value, "http", None)
    if value is None or http is None:
        return Response(_content(value), media_type="text/plain")
    response = Response(_content(http.body), int(http.status_code), http.headers)
    for cookie in http.cookies or ():
        response.headers.append("set-cookie", _set_cookie(cookie))
    return response


def _content(data: TypedData | None) -> bytes:
    content = None if data is None else next(iter(vars(data).values()), None)
    return content if isinstance(content, bytes) else str(content or "").encode()


def _set_cookie(cookie: Message) -> str:
    """One Set-Cookie value from the worker's message, whose optional parts may be None."""
    jar: SimpleCookie = SimpleCookie()
    jar[cookie.name] = cookie.value
    for attribute, name in _COOKIE_ATTRIBUTES.items():
        given = getattr(cookie, attribute)
        if given is not None and given.value not in {"", False}:
            value = given.value
            jar[cookie.name][name] = int(value) if isinstance(value, float) else value
    if cookie.expires is not None:
        jar[cookie.name]["expires"] = formatdate(cookie.expires.value.seconds, usegmt=True)
    if cookie.same_site in SAME_SITE:
        jar[cookie.name]["samesite"] = SAME_SITE[cookie.same_site]
    return jar[cookie.name].OutputString()
