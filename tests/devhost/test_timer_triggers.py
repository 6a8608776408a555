from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from devhost.azurite import connection_string
from devhost.errors import StartupError
from devhost.supervisor import DevHost
from devhost.timer_triggers import Schedule
from tests.devhost.playground import APP, playground, until
from tools.faults.emulator import addresses
from tools.faults.plan import FaultPlan, Kind
from tools.faults.proxy import FaultProxy

QUEUES = {"WORK_QUEUE": "busy-work", "SEEN_QUEUE": "busy-seen"}
EVERY_SECOND = {"AzureWebJobs.tick.Disabled": "", "TICK": "* * * * * *"}


def test_the_next_tick() -> None:
    moment = datetime(2026, 11, 21, 20, 7, 30, tzinfo=UTC)
    due = Schedule("15 */5 * * * *", "f").after(moment)
    assert due == datetime(2026, 11, 21, 20, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("*/5 * * * *", "six fields"),
        ("0 0 25 * * *", "no schedule"),
        ("every day", "six fields"),
        ("0 0 0 1 * MON", "day of the week"),
    ],
)
def test_bad_schedules_are_refused(expression: str, reason: str) -> None:
    with pytest.raises(StartupError, match=f"function f.*{reason}"):
        Schedule(expression, "f")


def test_only_one_of_two_instances_ticks(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path, EVERY_SECOND, instances=2) as ground:
        seen = ground.collect(4)
    assert {one["past_due"] for one in seen} == {False}
    assert len({one["pid"] for one in seen}) == 1


@pytest.mark.slow
def test_another_instance_takes_over(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path, EVERY_SECOND, instances=2) as ground:
        first = ground.collect(1)[0]["pid"]
        ground.host.kill(first)
        pids = {one["pid"] for one in ground.collect(3)}
        while pids <= {first}:
            pids |= {one["pid"] for one in ground.collect(1)}
        assert pids - {first} == set(ground.host.pids)


def test_the_lease_is_tried_again_soon_when_storage_is_busy(azurite: str, tmp_path: Path) -> None:
    """It lives for fifteen seconds, and the SDK's own pauses are that long."""
    with FaultProxy() as proxy:
        proxy.point_at(addresses(azurite))
        proxy.set_plan(FaultPlan(1, {Kind.UNAVAILABLE: 1.0}))
        storage = connection_string(*(proxy.url(name) for name in ("blob", "queue", "table")))

        def lease_requests() -> list[float] | None:
            moments = [seen.at for seen in proxy.log if "azure-webjobs-hosts" in seen.target]
            return moments if len(moments) >= 2 else None

        with DevHost(APP, storage=storage, settings=EVERY_SECOND | QUEUES) as host:
            assert host.pids
            first, second = until(lease_requests, "the lease to be asked for twice")[:2]
            proxy.set_plan(None)
    assert second - first < 5
