from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from devhost.errors import StartupError
from devhost.timer_triggers import Schedule
from tests.devhost.playground import playground

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
