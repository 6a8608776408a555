"""Timer triggers: six-field schedules in local time, run by one instance of all.

Every instance asks for one blob lease; the one that holds it runs the timers, and another takes
over within `LEASE_SECONDS` when it dies. Missed ticks are not made up for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.storage.blob import BlobLeaseClient, BlobServiceClient
from cronsim import CronSim, CronSimError

from devhost.errors import Refused
from devhost.instance_context import Shared
from devhost.protos import TypedData
from devhost.worker import Function

LEASE_SECONDS = 15
CONTAINER = "azure-webjobs-hosts"
BLOB = "locks/devhost/timers"


class Schedule:
    """A schedule of six fields: second, minute, hour, day, month, day of the week."""

    def __init__(self, expression: str, function: str) -> None:
        """Raises Refused, naming `function`, if `expression` is none."""
        fields = expression.split()
        if len(fields) != 6:
            raise Refused(
                f"function {function}: the schedule {expression!r} must have six fields, "
                "{second} {minute} {hour} {day} {month} {day of the week}"
            )
        if fields[3] != "*" and fields[5] != "*":
            raise Refused(
                f"function {function}: the schedule {expression!r} limits day and day of the week "
                "at once, which the development host cannot do as the real one does (both must fit)"
            )
        self._expression = expression
        try:
            self.after(datetime.now().astimezone())
        except CronSimError as trouble:
            raise Refused(
                f"function {function}: {expression!r} is no schedule: {trouble}"
            ) from trouble

    def after(self, moment: datetime) -> datetime:
        """The first tick after `moment`."""
        return next(CronSim(self._expression, moment))


class Lease:
    """Says whether this instance is the one that runs timers."""

    def __init__(self, service: BlobServiceClient, shared: Shared) -> None:
        self._blob = service.get_blob_client(CONTAINER, BLOB)
        self._container = service.get_container_client(CONTAINER)
        self._shared = shared
        self._lease: BlobLeaseClient | None = None
        self._held_until = 0.0
        self.gained = asyncio.Event()
        """Set once this instance has held the lease."""

    @property
    def held(self) -> bool:
        """Whether the lease is ours at this moment."""
        return self._lease is not None and monotonic() < self._held_until

    async def keep(self, stopping: asyncio.Event) -> None:
        """Gain and renew the lease until `stopping`, then let it go."""
        stop = asyncio.ensure_future(stopping.wait())
        while not stopping.is_set():
            await self._shared.blocking(self._gain_or_renew)
            if self.held:
                self.gained.set()
            await asyncio.wait({stop}, timeout=LEASE_SECONDS / 3)
        await self._shared.blocking(self._release)

    def _gain_or_renew(self) -> None:
        asked = monotonic()
        try:
            if self._lease is None:
                self._lease = self._gain()
            else:
                self._lease.renew()
        except AzureError as trouble:
            self._lease = None
            if getattr(trouble, "status_code", None) != 409:
                self._shared.console.say(f"timers: the lease on {BLOB} cannot be had: {trouble}")
        else:
            self._held_until = asked + LEASE_SECONDS

    def _gain(self) -> BlobLeaseClient:
        if not self._container.exists():
            self._create(self._container.create_container)
        if not self._blob.exists():
            self._create(lambda: self._blob.upload_blob(b"", overwrite=False))
        return self._blob.acquire_lease(LEASE_SECONDS)

    def _create(self, create: Callable[[], object]) -> None:
        try:
            create()
        except ResourceExistsError:
            return  # another instance was quicker

    def _release(self) -> None:
        if self._lease is not None and self.held:
            self._lease.release()


class Timer:
    """Runs one function on its schedule while the lease is held; never twice at a time."""

    def __init__(self, function: Function, expression: str, lease: Lease, shared: Shared) -> None:
        self._expression = expression
        self._schedule = Schedule(expression, function.name)
        self._function = function
        self._lease = lease
        self._shared = shared

    async def run(self, stopping: asyncio.Event) -> None:
        """Wait and run until `stopping`."""
        stop = asyncio.ensure_future(stopping.wait())
        if self._function.trigger.get("runOnStartup"):
            gained = asyncio.ensure_future(self._lease.gained.wait())
            await asyncio.wait({gained, stop}, return_when="FIRST_COMPLETED")
            await self._tick(stopping)
        due = datetime.now().astimezone()
        while not stopping.is_set():
            now = datetime.now().astimezone()
            due = self._schedule.after(max(now, due))  # a timer that fires early ticks once
            await asyncio.wait({stop}, timeout=(due - now).total_seconds())
            await self._tick(stopping)

    async def _tick(self, stopping: asyncio.Event) -> None:
        if stopping.is_set() or not self._lease.held:
            return
        now = datetime.now().astimezone()
        status = {"Last": now.isoformat(), "Next": self._schedule.after(now).isoformat()}
        told = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": False}
        started = monotonic()
        outcome = await self._shared.worker.invoke(
            self._function, TypedData(json=json.dumps(told)), {}
        )
        about = f"timer {self._expression}"
        self._shared.console.invocation(self._function.name, outcome, monotonic() - started, about)
