"""A storage service on loopback that answers as a test says: for faults that no emulator has."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from undertone.settings import StorageSettings


class Asked(NamedTuple):
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Told(NamedTuple):
    """What is answered; `code` is the service's own word for the error."""

    status: int
    body: bytes = b""
    code: str = ""
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


Service = Callable[[Asked], Told | None]
"""Answers a request; None drops the connection instead."""


@contextmanager
def serving(service: Service) -> Iterator[StorageSettings]:
    """`service` on a free port of loopback, as the blobs and queues of an account in the cloud."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = service(Asked(self.command, self.path, headers, body))
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.code:
                self.send_header("x-ms-error-code", answer.code)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield settings(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def settings(port: int) -> StorageSettings:
    """An account whose blobs and queues are at this port of loopback."""
    address = f"http://127.0.0.1:{port}/account"
    return StorageSettings(
        connection=f"AccountName=account;AccountKey=a2V5;BlobEndpoint={address};"
        f"QueueEndpoint={address}"
    )
