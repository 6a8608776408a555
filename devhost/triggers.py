"""Builds and checks every trigger of an app, before any of them listens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobServiceClient
from azure.storage.blob import LinearRetry as BlobRetry
from azure.storage.queue import LinearRetry, QueueServiceClient
from requests.adapters import HTTPAdapter

from devhost import routes
from devhost.errors import StartupError
from devhost.http_triggers import HttpTriggers, Keys
from devhost.instance_context import InstanceContext
from devhost.queue_triggers import QueueListener, QueuePolicy
from devhost.settings import HOST_STORAGE, HostFile, connection, is_disabled, resolve
from devhost.timer_triggers import Timer, TimerLease
from devhost.worker import Function

STORAGE_THREADS = 16
"""Blocking storage calls at a time in an instance, over all its queues."""


@dataclass
class Triggers:
    """Everything that listens in one instance."""

    http: HttpTriggers
    listeners: list[QueueListener] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    lease: TimerLease | None = None
    descriptions: list[str] = field(default_factory=list)
    """A line to print for each function."""
    warnings: list[str] = field(default_factory=list)


class TriggerBuilder:
    """Builds the triggers of the app's functions. Raises StartupError for one that cannot work."""

    def __init__(
        self,
        context: InstanceContext,
        host_file: HostFile,
        settings: Mapping[str, str],
        policy: QueuePolicy,
    ) -> None:
        self._context = context
        self._host_file = host_file
        self._settings = settings
        self._policy = policy
        self._services: dict[str, QueueServiceClient] = {}

    def build(self, keys: Keys) -> Triggers:
        """The triggers of all functions that are not disabled."""
        all_functions = self._context.worker.functions
        functions = [each for each in all_functions if not is_disabled(each.name, self._settings)]
        http_options = self._host_file.extensions.http
        http = HttpTriggers(functions, http_options, keys, self._context)
        triggers = Triggers(http, warnings=routes.clashes(http.routes))
        for route in http.routes:
            methods = ",".join(sorted(route.methods))
            triggers.descriptions.append(
                f"{methods:<10} /{route.template:<36} {route.function.name}"
            )
        for function in functions:
            if function.trigger["type"] == "queueTrigger":
                self._add_listener(function, triggers)
            elif function.trigger["type"] == "timerTrigger":
                self._add_timer(function, triggers)
        for function in all_functions:
            if function not in functions:
                triggers.descriptions.append(f"{'disabled':<10}  {'':<36} {function.name}")
        return triggers

    def _add_listener(self, function: Function, triggers: Triggers) -> None:
        where = f"the queue of function {function.name}"
        queue = resolve(function.trigger["queueName"], self._settings, where)
        _check_queue_name(queue, function.name)
        setting = resolve(function.trigger.get("connection") or HOST_STORAGE, self._settings, where)
        service = self._service(setting, function.name)
        triggers.listeners.append(
            QueueListener(function, queue, service, self._policy, self._context)
        )
        triggers.descriptions.append(f"{'queue':<10}  {queue:<36} {function.name}")

    def _add_timer(self, function: Function, triggers: Triggers) -> None:
        if triggers.lease is None:
            where = f"the timer of function {function.name}"
            string = connection(HOST_STORAGE, self._settings, where)
            # The SDK's own pauses of 15 s are as long as the lease: it would be lost by them.
            policy = BlobRetry(backoff=1, retry_total=2, random_jitter_range=0)
            service = BlobServiceClient.from_connection_string(string, retry_policy=policy)
            triggers.lease = TimerLease(service, self._context)
        where = f"the schedule of function {function.name}"
        expression = resolve(function.trigger["schedule"], self._settings, where)
        triggers.timers.append(Timer(function, expression, triggers.lease, self._context))
        triggers.descriptions.append(f"{'timer':<10}  {expression:<36} {function.name}")

    def _service(self, setting: str, function: str) -> QueueServiceClient:
        if setting not in self._services:
            string = connection(setting, self._settings, f"function {function}")
            self._services[setting] = _queue_service(string, setting)
        return self._services[setting]


def _queue_service(string: str, setting: str) -> QueueServiceClient:
    """A client with a connection for each storage thread, which retries after 1 s, not 15 s."""
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=STORAGE_THREADS))
    try:
        return QueueServiceClient.from_connection_string(
            string,
            transport=RequestsTransport(session=session, session_owner=False),
            retry_policy=LinearRetry(backoff=1, retry_total=2, random_jitter_range=0),
        )
    except ValueError as error:
        raise StartupError(f"{setting} is no valid connection string: {error}") from error


def _check_queue_name(queue: str, function: str) -> None:
    letters = queue.replace("-", "")
    valid = letters.isascii() and letters.isalnum() and queue == queue.lower()
    if not (valid and 3 <= len(queue) <= 63 and "--" not in queue and queue.strip("-") == queue):
        raise StartupError(
            f"function {function} listens to queue {queue!r}, which is no valid queue name: "
            "3 to 63 lower-case letters, digits and single dashes"
        )
