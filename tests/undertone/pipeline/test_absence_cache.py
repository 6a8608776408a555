"""An absence is believed for a moment, and only so many of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from undertone.pipeline.absence_cache import MAX_NAMES, AbsenceCache

SECOND = timedelta(seconds=1)


class Clock:
    """A clock that a test sets."""

    now = datetime(2026, 11, 21, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_an_absence_is_believed_until_its_time_is_over() -> None:
    clock = Clock()
    absences = AbsenceCache(clock, SECOND)
    absences.add("stop")
    clock.now += SECOND * 0.99
    assert "stop" in absences
    assert "another" not in absences
    clock.now += SECOND * 0.01
    assert "stop" not in absences


def test_what_this_process_wrote_is_not_absent() -> None:
    absences = AbsenceCache(Clock(), SECOND)
    absences.add("stop")
    absences.discard("stop")
    absences.discard("never there")
    assert "stop" not in absences


def test_by_default_nothing_is_believed() -> None:
    absences = AbsenceCache(Clock())
    absences.add("stop")
    assert "stop" not in absences


def test_memory_is_bounded_and_the_oldest_goes() -> None:
    absences = AbsenceCache(Clock(), SECOND)
    for number in range(MAX_NAMES + 1):
        absences.add(f"stop {number}")
    assert "stop 0" not in absences
    assert "stop 1" in absences
    assert f"stop {MAX_NAMES}" in absences
