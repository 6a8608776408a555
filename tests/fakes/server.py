"""Runs an ASGI app on loopback in a thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn


@contextmanager
def serving(app: Any, port: int = 0, *, certificate: Path | None = None) -> Iterator[str]:
    """Serve `app` on 127.0.0.1 (port 0: any free one); gives its address without a last slash.

    `certificate`: a file with key and certificate, for https.
    """
    # With the protocol named asyncio sets TCP_NODELAY; else each kept connection waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    config = uvicorn.Config(
        app,
        log_level="critical",
        lifespan="off",
        ws="none",
        http="h11",
        timeout_graceful_shutdown=1,
        ssl_certfile=certificate,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_until_up(server, thread)
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def _wait_until_up(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + 10
    while not server.started:
        if time.monotonic() > end or not thread.is_alive():
            raise RuntimeError("the stand-in platforms did not start")
        time.sleep(0.005)
