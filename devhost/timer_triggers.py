"""Timer triggers: six-field schedules in local time, which only one of the instances runs.

All instances compete for a blob lease and its holder runs the timers. When the holder dies another
instance takes over within `LEASE_SECONDS`. Ticks that were missed are not run later.
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

from devhost.errors import StartupError
from devhost.instance_context import InstanceContext
from devhost.protos import TypedData
from devhost.worker import Function

LEASE_SECONDS = 15
CONTAINER = "azure-webjobs-hosts"
BLOB = "locks/devhost/timers"


class Schedule:
    """A schedule of six fields: second, minute, hour, day, month, day of the week."""

    def __init__(self, expression: str, function: str) -> None:
        """Raises StartupError, naming `function`, if `expression` is not a valid schedule."""
        fields = expression.split()
        if len(fields) != 6:
            raise StartupError(
                f"function {function}: the schedule {expression!r} must have six fields, "
                "{second} {minute} {hour} {day} {month} {day of the week}"
            )
        if fields[3] != "*" and fields[5] != "*":
            raise StartupError(
                f"function {function}: the schedule {expression!r} limits day and day of the week "
                "at once, which the development host cannot do as the real one does (both must fit)"
            )
        self._expression = expression
        try:
            self.after(datetime.now().astimezone())
        except CronSimError as error:
            raise StartupError(
                f"function {function}: {expression!r} is no schedule: {error}"
            ) from error

    def after(self, moment: datetime) -> datetime:
        """The first tick after `moment`."""
        return next(CronSim(self._expression, moment))


class TimerLease:
    """The blob lease whose holder is the instance that runs the timers."""

    def __init__(self, service: BlobServiceClient, context: InstanceContext) -> None:
        self._blob = service.get_blob_client(CONTAINER, BLOB)
        self._container = service.get_container_client(CONTAINER)
        self._context = context
        self._lease: BlobLeaseClient | None = None
        self._held_until = 0.0
        self.acquired = asyncio.Event()
        """Set when this instance holds the lease for the first time."""

    @property
    def held(self) -> bool:
        """Whether this instance holds the lease now."""
        return self._lease is not None and monotonic() < self._held_until

    async def keep(self, stopping: asyncio.Event) -> None:
        """Acquire and renew the lease until `stopping` is set, then release it."""
        stop = asyncio.ensure_future(stopping.wait())
        while not stopping.is_set():
            await self._context.run_blocking(self._acquire_or_renew)
            if self.held:
                self.acquired.set()
            await asyncio.wait({stop}, timeout=LEASE_SECONDS / 3)
        await self._context.run_blocking(self._release)

    def _acquire_or_renew(self) -> None:
        requested_at = monotonic()
        try:
            if self._lease is None:
                self._lease = self._acquire()
            else:
                self._lease.renew()
        except AzureError as error:
            self._lease = None
            if getattr(error, "status_code", None) != 409:
                self._context.console.print(
                    f"timers: the lease on {BLOB} cannot be acquired: {error}"
                )
        else:
            self._held_until = requested_at + LEASE_SECONDS

    def _acquire(self) -> BlobLeaseClient:
        if not self._container.exists():
            self._create(self._container.create_container)
        if not self._blob.exists():
            self._create(lambda: self._blob.upload_blob(b"", overwrite=False))
        return self._blob.acquire_lease(LEASE_SECONDS)

    def _create(self, create: Callable[[], object]) -> None:
        try:
            create()
        except ResourceExistsError:
            return  # another instance created it first

    def _release(self) -> None:
        if self._lease is not None and self.held:
            self._lease.release()


class Timer:
    """Runs one function on its schedule while the lease is held, one run at a time."""

    def __init__(
        self, function: Function, expression: str, lease: TimerLease, context: InstanceContext
    ) -> None:
        self._expression = expression
        self._schedule = Schedule(expression, function.name)
        self._function = function
        self._lease = lease
        self._context = context

    async def run(self, stopping: asyncio.Event) -> None:
        """Run the function at each tick until `stopping` is set."""
        stop = asyncio.ensure_future(stopping.wait())
        if self._function.trigger.get("runOnStartup"):
            acquired = asyncio.ensure_future(self._lease.acquired.wait())
            await asyncio.wait({acquired, stop}, return_when="FIRST_COMPLETED")
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
        timer_info = {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": status,
            "IsPastDue": False,
        }
        started = monotonic()
        outcome = await self._context.worker.invoke(
            self._function, TypedData(json=json.dumps(timer_info)), {}
        )
        elapsed = monotonic() - started
        detail = f"timer {self._expression}"
        self._context.console.print_invocation(self._function.name, outcome, elapsed, detail)
