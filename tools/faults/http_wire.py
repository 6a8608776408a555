"""Reads HTTP/1.1 messages from streams, whole and byte for byte as they were sent."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

LIMIT = 256 * 1024
"""Bytes of a message's head, at most."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Message(NamedTuple):
    """A request or an answer."""

    start: bytes
    """Its first line: method, target and version, or version, status and reason."""
    headers: list[tuple[bytes, bytes]]
    """Names in lower case, values without the spaces around them."""
    head: bytes
    """The first line and the headers as sent, with the empty line at the end."""
    body: bytes = b""
    """As sent: chunks with their sizes, if it came in chunks."""

    def header(self, name: bytes) -> bytes:
        """The value of a header in lower case, empty if there is none."""
        return next((value.lower() for key, value in self.headers if key == name), b"")

    @property
    def method(self) -> str:
        """A request's method."""
        return self.start.split(b" ", 1)[0].decode("latin-1")

    @property
    def target(self) -> str:
        """A request's path and query."""
        return self.start.split(b" ")[1].decode("latin-1")

    @property
    def status(self) -> int:
        """An answer's status."""
        return int(self.start.split(b" ")[1])

    @property
    def closes(self) -> bool:
        """Whether the connection ends with this message."""
        connection = self.header(b"connection")
        return b"close" in connection or (
            self.start.endswith(b"HTTP/1.0") and b"keep-alive" not in connection
        )


async def read_request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Message | None:
    """The next request; None if the client has closed the connection instead.

    A client that waits for `100 Continue` gets it here, and what is sent on does not ask for it.
    Raises OSError, EOFError or ValueError if the connection or the message breaks off.
    """
    head = await _read_head(reader)
    if head is None:
        return None
    if head.header(b"expect") == b"100-continue":
        writer.write(CONTINUE)
        await writer.drain()
        head = _without(head, b"expect")
    return head._replace(body=await _read_body(reader, head, default=b""))


async def read_answer(reader: asyncio.StreamReader, method: str) -> Message:
    """The answer to a request with `method`, after interim ones. Raises as `read_request`."""
    head = await _read_head(reader)
    while head is not None and head.status < 200:
        head = await _read_head(reader)
    if head is None:
        raise EOFError("closed before the answer")
    if method == "HEAD" or head.status in {204, 304}:
        return head
    return head._replace(body=await _read_body(reader, head, default=None))


async def _read_head(reader: asyncio.StreamReader) -> Message | None:
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    start, *lines = raw[:-4].split(b"\r\n")
    pairs = (line.partition(b":") for line in lines)
    return Message(start, [(name.lower(), value.strip()) for name, _, value in pairs], raw)


async def _read_body(
    reader: asyncio.StreamReader, head: Message, *, default: bytes | None
) -> bytes:
    """The body that follows `head`; `default` if no header tells its length, None: to the end."""
    if head.header(b"transfer-encoding").endswith(b"chunked"):
        return await _read_chunks(reader)
    if length := head.header(b"content-length"):
        return await reader.readexactly(int(length))
    return await reader.read() if default is None else default


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    size = -1
    while size != 0:
        parts.append(await reader.readuntil(b"\r\n"))
        size = int(parts[-1].partition(b";")[0], 16)
        if size:
            parts.append(await reader.readexactly(size + 2))
    while parts[-1] != b"\r\n":  # trailers, then an empty line
        parts.append(await reader.readuntil(b"\r\n"))
    return b"".join(parts)


def _without(message: Message, name: bytes) -> Message:
    lines = message.head[:-4].split(b"\r\n")
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() != name]
    headers = [header for header in message.headers if header[0] != name]
    return message._replace(head=b"\r\n".join(kept) + b"\r\n\r\n", headers=headers)
