"""HTTP triggers: requests become invocations, and their results responses."""

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
from devhost.instance_context import InstanceContext
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
    """The keys that callers need; without a function key they need none, as with `func start`."""

    function: str | None = None
    """Opens routes of level `function`; those of level `admin` then stay closed to everybody."""

    def allows(self, level: str, request: Request) -> bool:
        """Whether the request may call a route of this level; a header wins over the query."""
        if self.function is None or level == "anonymous":
            return True
        given_key = request.headers.get("x-functions-key") or request.query_params.get("code", "")
        return level == "function" and hmac.compare_digest(
            given_key.encode(), self.function.encode()
        )


class HttpTriggers:
    """The ASGI application over all HTTP functions of the app."""

    def __init__(
        self, functions: Sequence[Function], http: Http, keys: Keys, context: InstanceContext
    ) -> None:
        self.routes = routes.build(functions, http.route_prefix)
        self._keys = keys
        self._context = context
        self._outstanding = 0
        self._max_outstanding = http.max_outstanding_requests
        concurrent = http.max_concurrent_requests
        self._slots = asyncio.Semaphore(concurrent) if concurrent > 0 else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; other kinds of ASGI connection raise."""
        request = Request(scope, receive)
        try:
            response = await self._limited(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _limited(self, request: Request) -> Response:
        if 0 < self._max_outstanding <= self._outstanding:
            return Response(status_code=429)
        self._outstanding += 1
        try:
            if self._slots is None:
                return await self._respond(request)
            async with self._slots:
                return await self._respond(request)
        finally:
            self._outstanding -= 1

    async def _respond(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode("latin-1")
        match = routes.find(self.routes, request.method, path)
        if match is None:
            return Response(status_code=404)
        route, parameters = match
        if not self._keys.allows(route.level, request):
            return Response(status_code=401)
        if _content_length(request) > BODY_LIMIT:
            return Response(status_code=413)
        data = await _typed_request(request, parameters)
        started = monotonic()
        outcome = await self._context.worker.invoke(route.function, data, {})
        response = _response(outcome)
        elapsed = monotonic() - started
        detail = f"{request.method} {request.url.path} → {response.status_code}"
        self._context.console.print_invocation(route.function.name, outcome, elapsed, detail)
        return response


def _content_length(request: Request) -> int:
    return int(request.headers.get("content-length") or 0)


async def _typed_request(request: Request, parameters: dict[str, str]) -> TypedData:
    """The request as the worker gets it; a body without a length is not passed on."""
    body = await request.body() if _content_length(request) > 0 else None
    query = _comma_joined(request.query_params.multi_items())
    http = MODULE.RpcHttp(
        method=request.method,
        url=_url(request),
        headers=_comma_joined(request.headers.items()),
        params=parameters,
        query={name: value for name, value in query.items() if value},
        body=TypedData(bytes=body),
    )
    return TypedData(http=http)


def _url(request: Request) -> str:
    """The URL as requested, still percent-encoded."""
    path, query = request.scope["raw_path"], request.scope["query_string"]
    target: str = (path + b"?" + query if query else path).decode("latin-1")
    return f"{request.url.scheme}://{request.url.netloc}{target}"


def _comma_joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join the values of each name with commas."""
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
        nullable = getattr(cookie, attribute)
        if nullable is not None and nullable.value not in {"", False}:
            value = nullable.value
            jar[cookie.name][name] = int(value) if isinstance(value, float) else value
    if cookie.expires is not None:
        jar[cookie.name]["expires"] = formatdate(cookie.expires.value.seconds, usegmt=True)
    if cookie.same_site in SAME_SITE:
        jar[cookie.name]["samesite"] = SAME_SITE[cookie.same_site]
    return jar[cookie.name].OutputString()
