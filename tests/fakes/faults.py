"""What goes wrong on a stand-in platform, by name, whatever its API looks like.

`gone`, `private`, `disabled`, `quota` and `empty` have another shape on each platform and are
answered by its own module.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from starlette.responses import RedirectResponse, Response, StreamingResponse

FAULTS = (
    "gone",  # deleted or never there
    "private",
    "disabled",  # comments turned off
    "quota",  # the key's allowance is used up
    "empty",  # no comments yet
    "throttled",  # 429, Retry-After: 30, always
    "busy",  # 429 without Retry-After, always
    "throttle1",  # 429, Retry-After: 1, for the first two requests
    "broken",  # 500, always
    "flaky",  # 500 for the first two requests
    "down",  # 503, Retry-After: 60, always
    "midway",  # 429, Retry-After: 1, once, on the second page
    "cut",  # 200 with JSON that ends in the middle
    "garbage",  # 200 with a web page
    "alien",  # 200 with JSON of quite another shape
    "deep",  # 200 with JSON nested 100,000 deep
    "odd",  # right but for broken UTF-8 and lone surrogates in texts
    "slow",  # drips a byte at a time
    "stuck",  # says nothing at all for a long time
    "huge",  # never stops sending
    "reset",  # closes the connection in the middle
    "metadata",  # redirects to 169.254.169.254
    "away",  # redirects to another public host
    "loop",  # redirects to itself
)

_THROTTLED = {"throttled": "30", "busy": "", "throttle1": "1", "midway": "1"}


def fault_response(fault: str, nth: int, *, first_page: bool, url: str) -> Response | None:
    """The answer to the `nth` (from 0) request for a post with this fault; None: answer well."""
    passing = {"throttle1": nth >= 2, "flaky": nth >= 2, "midway": first_page}
    if passing.get(fault, False):
        return None
    if fault in _THROTTLED:
        wait = _THROTTLED[fault]
        return Response('{"error":"slow down"}', 429, {"Retry-After": wait} if wait else {})
    maker = _MAKERS.get(fault)
    return maker(url) if maker else None


async def _drip(pause: float) -> AsyncIterator[bytes]:
    yield b'{"items":['
    for _ in range(600):
        await asyncio.sleep(pause)
        yield b" "


async def _endless() -> AsyncIterator[bytes]:
    yield b'{"text":"'
    for _ in range(1024):
        await asyncio.sleep(0)  # lets the server see that the client has gone
        yield b"x" * 65536


async def _broken_off() -> AsyncIterator[bytes]:
    yield b'{"items":['
    raise ConnectionResetError


async def _silent() -> AsyncIterator[bytes]:
    await asyncio.sleep(60)
    yield b"{}"


_MAKERS: dict[str, Callable[[str], Response]] = {
    "broken": lambda _: Response('{"error":{"code":500,"message":"boom"}}', 500),
    "flaky": lambda _: Response("oops", 500),
    "down": lambda _: Response("<h1>Service Unavailable</h1>", 503, {"Retry-After": "60"}),
    "cut": lambda _: Response('{"items":[{"id":"a","snippet":{"te', media_type="application/json"),
    "garbage": lambda _: Response("<!doctype html><title>Please log in</title>"),
    "alien": lambda _: Response('[{"items":7,"id":{},"children":"no"}, 1, null, "x"]'),
    "deep": lambda _: Response('{"children":[' * 100_000),
    "slow": lambda _: StreamingResponse(_drip(0.05), media_type="application/json"),
    "stuck": lambda _: StreamingResponse(_silent()),
    "huge": lambda _: StreamingResponse(_endless(), media_type="application/json"),
    "reset": lambda _: StreamingResponse(_broken_off(), headers={"Content-Length": "5000"}),
    "metadata": lambda _: RedirectResponse("http://169.254.169.254/latest/meta-data/", 302),
    "away": lambda _: RedirectResponse("https://example.com/elsewhere", 302),
    "loop": lambda url: RedirectResponse(url, 302),
}


def spoil(body: bytes) -> bytes:
    """`body` (JSON) with broken UTF-8 and lone surrogates in the texts of its comments."""
    return body.replace(b"Amazing", b"Amazing \xff\xfe").replace(b"love it", rb"love it \ud83d")
