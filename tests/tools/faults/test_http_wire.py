from __future__ import annotations

import asyncio
from typing import cast

import pytest

from tools.faults.http_wire import CONTINUE, Message, read_answer, read_request

CHUNKS = b"4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nTrailer: t\r\n\r\n"


class Sink:
    """The writing end of a client's connection."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    async def drain(self) -> None:
        pass


def stream(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


def requests_in(data: bytes, sink: Sink | None = None) -> list[Message]:
    """All requests of a connection that then ends."""

    async def read() -> list[Message]:
        reader, found = stream(data), []
        writer = cast("asyncio.StreamWriter", sink or Sink())
        while (request := await read_request(reader, writer)) is not None:
            found.append(request)
        return found

    return asyncio.run(read())


def answer_in(data: bytes, method: str = "GET") -> Message:
    async def read() -> Message:
        return await read_answer(stream(data), method)

    return asyncio.run(read())


def test_requests_follow_each_other_on_a_connection() -> None:
    first = b"PUT /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    second = b"POST /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS
    third = b"GET /e HTTP/1.1\r\nConnection: Close\r\n\r\n"
    found = requests_in(first + second + third)
    assert [one.head + one.body for one in found] == [first, second, third]
    assert [one.method for one in found] == ["PUT", "POST", "GET"]
    assert [one.target for one in found] == ["/a?b=c", "/d", "/e"]
    assert [one.closes for one in found] == [False, False, True]


def test_who_waits_for_100_continue_gets_it() -> None:
    sink = Sink()
    head = b"PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    (request,) = requests_in(head + b"ok", sink)
    assert sink.written == CONTINUE
    assert request.head == b"PUT /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n"
    assert request.body == b"ok"


def test_http_1_0_closes_unless_it_says_otherwise() -> None:
    old, kept = b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    assert [one.closes for one in requests_in(old + kept)] == [True, False]


@pytest.mark.parametrize(
    ("data", "method", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokrest", "GET", b"ok"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS, "GET", CHUNKS),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "HEAD", b""),
        (b"HTTP/1.1 204 No Content\r\n\r\nrest", "DELETE", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "GET", b""),
        (b"HTTP/1.1 200 OK\r\n\r\nto the end", "GET", b"to the end"),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!",
            "PUT",
            b"!",
        ),
    ],
)
def test_an_answer_ends_where_it_ends(data: bytes, method: str, body: bytes) -> None:
    answer = answer_in(data, method)
    assert answer.body == body
    assert answer.status in {200, 204, 304}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
)
def test_an_answer_that_breaks_off_is_none(data: bytes) -> None:
    with pytest.raises(EOFError):
        answer_in(data)


def test_a_request_that_breaks_off_is_none() -> None:
    with pytest.raises(EOFError):
        requests_in(b"PUT /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nab")
