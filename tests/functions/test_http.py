"""What a caller is told when storage is out of reach."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.fakes.storage_server import settings
from tests.functions.conftest import refused
from tests.functions.running_app import App, running_app


@pytest.fixture(scope="module")
def cut_off() -> Iterator[App]:
    """The app, with storage on a port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        connection = settings(taken.getsockname()[1]).connection
        with running_app({"AzureWebJobsStorage": connection, "ANALYZER": "vader"}) as started:
            yield started


def test_a_caller_is_told_in_seconds_when_to_try_again(cut_off: App) -> None:
    cut_off.http("GET", "/api/health")
    began = time.monotonic()
    answer = cut_off.post({"urls": ["https://news.ycombinator.com/item?id=1"]})
    assert time.monotonic() - began < 30, "the SDK's own retries take more than a minute"
    assert answer.headers["retry-after"] == "5"
    assert "storage does not answer just now" in refused(answer, 503)["detail"]
