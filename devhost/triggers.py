"""What an instance will serve: built and checked in full before anything listens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import LinearRetry, QueueServiceClient
from requests.adapters import HTTPAdapter

from devhost import routes
from devhost.errors import Refused
from devhost.http_triggers import HttpTriggers, Keys
from devhost.instance_context import Shared
from devhost.queue_triggers import Listener, Policy
from devhost.settings import HOST_STORAGE, HostFile, connection, is_disabled, resolve
from devhost.timer_triggers import Lease, Timer
from devhost.worker import Function

STORAGE_THREADS = 16
"""Blocking storage calls at a time in an instance, over all its queues."""


@dataclass
class Plan:
    """Everything that listens in one instance."""

    http: HttpTriggers
    listeners: list[Listener] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    lease: Lease | None = None
    described: list[str] = field(default_factory=list)
    """A line a function, for people."""
    warnings: list[str] = field(default_factory=list)


class Planner:
    """Turns the app's functions into listeners. Raises Refused for what cannot work."""

    def __init__(
        self, shared: Shared, host_file: HostFile, settings: Mapping[str, str], policy: Policy
    ) -> None:
        self._shared = shared
        self._host_file = host_file
        self._settings = settings
        self._policy = policy
        self._services: dict[str, QueueServiceClient] = {}

    def plan(self, keys: Keys) -> Plan:
        """The plan for all functions that are not disabled."""
        all_functions = self._shared.worker.functions
        functions = [one for one in all_functions if not is_disabled(one.name, self._settings)]
        http_options = self._host_file.extensions.http
        http = HttpTriggers(functions, http_options, keys, self._shared)
        plan = Plan(http, warnings=routes.clashes(http.routes))
        for route in http.routes:
            methods = ",".join(sorted(route.methods))
            plan.described.append(f"{methods:<10} /{route.template:<36} {route.function.name}")
        for function in functions:
            if function.trigger["type"] == "queueTrigger":
                self._add_listener(function, plan)
            elif function.trigger["type"] == "timerTrigger":
                self._add_timer(function, plan)
        for function in all_functions:
            if function not in functions:
                plan.described.append(f"{'disabled':<10}  {'':<36} {function.name}")
        return plan

    def _add_listener(self, function: Function, plan: Plan) -> None:
        where = f"the queue of function {function.name}"
        queue = resolve(function.trigger["queueName"], self._settings, where)
        _check_queue_name(queue, function.name)
        setting = resolve(function.trigger.get("connection") or HOST_STORAGE, self._settings, where)
        service = self._service(setting, function.name)
        plan.listeners.append(Listener(function, queue, service, self._policy, self._shared))
        plan.described.append(f"{'queue':<10}  {queue:<36} {function.name}")

    def _add_timer(self, function: Function, plan: Plan) -> None:
        if plan.lease is None:
            where = f"the timer of function {function.name}"
            string = connection(HOST_STORAGE, self._settings, where)
            service = BlobServiceClient.from_connection_string(string)
            plan.lease = Lease(service, self._shared)
        where = f"the schedule of function {function.name}"
        expression = resolve(function.trigger["schedule"], self._settings, where)
        plan.timers.append(Timer(function, expression, plan.lease, self._shared))
        plan.described.append(f"{'timer':<10}  {expression:<36} {function.name}")

    def _service(self, setting: str, function: str) -> QueueServiceClient:
        if setting not in self._services:
            string = connection(setting, self._settings, f"function {function}")
            self._services[setting] = _queue_service(string, setting)
        return self._services[setting]


def _queue_service(string: str, setting: str) -> QueueServiceClient:
    """A client with a connection for every storage thread and retries of a second, not of 15."""
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=STORAGE_THREADS))
    try:
        return QueueServiceClient.from_connection_string(
            string,
            transport=RequestsTransport(session=session, session_owner=False),
            retry_policy=LinearRetry(backoff=1, retry_total=2, random_jitter_range=0),
        )
    except ValueError as trouble:
        raise Refused(f"{setting} is no valid connection string: {trouble}") from trouble


def _check_queue_name(queue: str, function: str) -> None:
    plain = queue.replace("-", "")
    sound = plain.isascii() and plain.isalnum() and queue == queue.lower()
    if not (sound and 3 <= len(queue) <= 63 and "--" not in queue and queue.strip("-") == queue):
        raise Refused(
            f"function {function} listens to queue {queue!r}, which is no valid queue name: "
            "3 to 63 lower-case letters, digits and single dashes"
        )
