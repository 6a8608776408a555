"""The example app in a real host, with both ends of its queues at hand."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient, QueueServiceClient

from devhost.supervisor import DevHost

APP = Path(__file__).with_name("app")
QUIET = {"AzureWebJobs.tick.Disabled": "true"}
PATIENCE = 90.0
"""Seconds; long, because the machine may be busy."""


def until[T](probe: Callable[[], T | None], what: str) -> T:
    """Call `probe` until it does not return None; its result."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        result = probe()
        if result is not None:
            return result
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE:.0f} s in vain for {what}")


@dataclass
class Playground:
    """A running host and its queues: functions receive from `work` and report to `seen`."""

    host: DevHost
    work: QueueClient
    seen: QueueClient
    log: Path
    settings: Mapping[str, str]

    def send(self, **message: Any) -> None:
        """Send `message` to the function `work`."""
        self.work.send_message(base64.b64encode(json.dumps(message).encode()).decode())

    def collect(self, count: int) -> list[dict[str, Any]]:
        """The next `count` reports of functions."""
        reports: list[dict[str, Any]] = []

        def enough() -> list[dict[str, Any]] | None:
            try:
                for message in self.seen.receive_messages():
                    reports.append(json.loads(message.content))
                    self.seen.delete_message(message)
            except ResourceNotFoundError:
                return None
            return reports if len(reports) >= count else None

        return until(enough, f"{count} facts in {self.log.read_text()}")

    def left(self) -> int:
        """How many messages the queue `work` still holds, hidden ones too."""
        return self.work.get_queue_properties().approximate_message_count or 0

    def await_log(self, text: str) -> str:
        """Wait until the instances have printed `text`; all that they printed."""

        def printed() -> str | None:
            log = self.log.read_text("utf-8")
            return log if text in log else None

        return until(printed, f"{text!r} in the log")


@contextmanager
def playground(
    storage: str,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    *,
    instances: int = 1,
    invisibility: int = 600,
    function_key: str | None = None,
    restart: bool = False,
    suffix: str = "",
) -> Iterator[Playground]:
    """Run the example app on queues of its own; its instances print into `folder`/log.

    The name of the queue `work` ends in `suffix`.
    """
    name = f"w{uuid.uuid4().hex[:12]}{suffix}"
    own = QUIET | {"WORK_QUEUE": name, "SEEN_QUEUE": f"{name}-seen"} | dict(settings or {})
    service = QueueServiceClient.from_connection_string(storage)
    work = service.create_queue(name)
    log = folder / "log"
    with (
        service,
        log.open("wb") as output,
        DevHost(
            APP,
            storage=storage,
            settings=own,
            instances=instances,
            invisibility=invisibility,
            function_key=function_key,
            restart=restart,
            output=output,
        ) as host,
    ):
        yield Playground(host, work, service.get_queue_client(own["SEEN_QUEUE"]), log, own)
