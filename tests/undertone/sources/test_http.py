import asyncio
import gzip
import logging
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.fakes.server import serving
from undertone.errors import Delayed, Permanent, Transient
from undertone.sources.http import Session, allow_only
from undertone.sources.transport import Limits

SECRET = "s3cret-key"
SEEN: list[Request] = []


def echo(request: Request) -> Response:
    SEEN.append(request)
    return Response("{}", headers={"Set-Cookie": "tracking=1"})


def unsteady(request: Request) -> Response:
    SEEN.append(request)
    return Response("{}" if len(SEEN) > 1 else "oops", 200 if len(SEEN) > 1 else 502)


def told(request: Request) -> Response:
    SEEN.append(request)
    return Response("", 503, {"Retry-After": "5"})


def bomb(_: Request) -> Response:
    return Response(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"})


def moved(request: Request) -> Response:
    return RedirectResponse(request.query_params.get("to", "/echo"))


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(2000):
        await asyncio.sleep(0)
        yield b"x" * 65536


def flood(_: Request) -> Response:
    return StreamingResponse(_endless(), 302, {"Location": "/echo"})


def refused(_: Request) -> Response:
    return Response("<h1>no</h1>", 403)


APP = Starlette(
    routes=[
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/unsteady", unsteady, methods=["GET", "POST"]),
        Route("/told", told),
        Route("/bomb", bomb),
        Route("/moved", moved, methods=["GET", "POST"]),
        Route("/flood", flood),
        Route("/refused", refused),
    ]
)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving(APP) as address:
        yield address


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    SEEN.clear()


def session(*bases: str, limits: Limits | None = None) -> Session:
    return Session("Platform", allow_only(*bases), limits=limits or Limits(backoff=0, read=1))


def test_it_names_itself_and_keeps_no_cookies(base: str) -> None:
    asking = session(base)
    asking.get(f"{base}/echo", {"a": "b"})
    asking.get(f"{base}/echo")
    assert SEEN[0].headers["user-agent"].startswith("undertone/")
    assert SEEN[0].query_params["a"] == "b"
    assert "cookie" not in SEEN[1].headers


def test_a_redirect_that_stays_is_followed_with_its_headers(base: str) -> None:
    assert session(base).get(f"{base}/moved", headers={"Authorization": SECRET}).body == {}
    assert SEEN[0].headers["authorization"] == SECRET


def test_another_origin_never_sees_the_authorization(base: str) -> None:
    with serving(APP) as other:
        session(base, other).get(
            f"{base}/moved", {"to": f"{other}/echo"}, headers={"Authorization": SECRET}
        )
    assert "authorization" not in SEEN[0].headers


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/",
        "https://example.com/",
        "//example.com/",
        "http://127.0.0.1:1/",
        "file:///etc/passwd",
        "http://user@{host}/echo",
        "http://[broken/",
        "https://example.com\\@{host}/",
    ],
)
def test_a_redirect_that_leads_away_is_not_followed(base: str, to: str) -> None:
    host = base.removeprefix("http://")
    with pytest.raises(Permanent, match="not one of its own hosts"):
        session(base).get(f"{base}/moved", {"to": to.replace("{host}", host)})
    assert SEEN == []


def test_a_host_is_told_in_characters_that_can_be_shown(base: str) -> None:
    with pytest.raises(Permanent, match="not one of its own hosts") as refused:
        session(base).get(f"{base}/moved", {"to": f"https://{'long' * 50}.\u202e\u0085.example/"})
    assert refused.value.reason.isprintable()
    assert len(refused.value.reason) < 250


def test_a_quick_retry_mends_a_hiccup(base: str) -> None:
    assert session(base).get(f"{base}/unsteady").ok
    assert len(SEEN) == 2


def test_a_told_delay_is_not_retried(base: str) -> None:
    with pytest.raises(Delayed) as delayed:
        session(base).get(f"{base}/told")
    assert delayed.value.until is not None
    assert len(SEEN) == 1


def test_a_post_is_sent_once(base: str) -> None:
    with pytest.raises(Delayed):
        session(base).post(f"{base}/unsteady", json={})
    assert len(SEEN) == 1
    with pytest.raises(Permanent, match="a redirect"):
        session(base).post(f"{base}/moved", form={})


def test_a_small_answer_that_unpacks_to_much_is_stopped(base: str) -> None:
    start = time.monotonic()
    with pytest.raises(Permanent, match="more than 1000000 bytes"):
        session(base, limits=Limits(size=1_000_000)).get(f"{base}/bomb")
    assert time.monotonic() - start < 5


def test_the_body_of_a_redirect_is_not_read(base: str) -> None:
    start = time.monotonic()
    session(base).get(f"{base}/flood")
    assert time.monotonic() - start < 0.3


def test_a_refusal_need_not_be_json(base: str) -> None:
    answer = session(base).get(f"{base}/refused")
    assert (answer.ok, answer.status, answer.body) == (False, 403, None)


def test_location_tells_where_a_link_leads(base: str) -> None:
    assert session(base).location(f"{base}/moved?to=/x%20y") == f"{base}/x%20y"
    assert session(base).location(f"{base}/echo") is None


def _no_route(asking: Session) -> None:
    asking.get("http://127.0.0.1:9/x", {"key": SECRET})


def _away(asking: Session) -> None:
    asking.get("https://example.com/x", {"key": SECRET})


@pytest.mark.parametrize(("fail", "error"), [(_no_route, Transient), (_away, Permanent)])
def test_errors_and_logs_hold_no_key(
    caplog: pytest.LogCaptureFixture, fail: Callable[[Session], None], error: type[Exception]
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(error) as raised:
        fail(session("http://127.0.0.1:9"))
    shown = "".join(traceback.format_exception(raised.value))
    assert SECRET not in shown + caplog.text


def test_logs_of_good_answers_hold_no_key(base: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    session(base).get(f"{base}/echo", {"key": SECRET})
    assert "/echo?" in caplog.text
    assert SECRET not in caplog.text


def test_a_key_that_no_header_can_hold_is_told_without_it(base: str) -> None:
    with pytest.raises(Permanent, match=r"Platform cannot be asked \(UnicodeEncodeError\)$"):
        session(base).get(f"{base}/echo", headers={"Authorization": "Bearer ключ"})
    assert SEEN == []
