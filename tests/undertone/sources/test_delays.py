from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.sources.delays import LONGEST, next_midnight, rate_limit_reset, retry_time

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30),
        ({"retry-after": "Sat, 21 Nov 2026 20:02:00 GMT"}, 120),
        ({"retry-after": "-5"}, 1),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "1e9999"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "999999"}, 86400),
        ({"retry-after": "999999999"}, 86400),
        ({"retry-after": "1000000000"}, 1),
        ({"retry-after": "2026-11-21T20:05:00"}, 300),
        ({"retry-after": "2026-11-21T22:05:00+02:00"}, 300),
        ({"retry-after": "20", "x-ratelimit-reset": "17"}, 20),
        ({"retry-after": "soon", "x-ratelimit-reset": "17"}, 17),
        ({"x-ratelimit-reset": "2026-11-21T20:05:00.382733Z"}, 300.382733),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 60)}, 60),
        ({}, None),
    ],
)
def test_what_headers_say(headers: dict[str, str], seconds: float | None) -> None:
    until = retry_time(headers, NOW)
    assert until == (None if seconds is None else NOW + timedelta(seconds=seconds))


@given(st.text(max_size=30))
def test_any_header_is_read_or_left(value: str) -> None:
    until = retry_time({"retry-after": value}, NOW)
    assert until is None or NOW < until <= NOW + LONGEST


def test_an_allowance_that_is_used_up_is_told() -> None:
    reset = {"x-ratelimit-reset": "60"}
    assert rate_limit_reset(reset | {"x-ratelimit-remaining": "0.0"}, NOW) == NOW + timedelta(
        minutes=1
    )
    assert rate_limit_reset(reset | {"x-ratelimit-remaining": "0.9"}, NOW) is not None
    assert rate_limit_reset(reset | {"x-ratelimit-remaining": "1"}, NOW) is None
    assert rate_limit_reset(reset | {"x-ratelimit-remaining": "5"}, NOW) is None
    assert rate_limit_reset(reset | {"x-ratelimit-remaining": "?"}, NOW) is None
    assert rate_limit_reset(reset, NOW) is None


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 11, 21, 20, 0, tzinfo=UTC), datetime(2026, 11, 22, 8, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), datetime(2026, 7, 1, 7, 0, tzinfo=UTC)),
        (datetime(2026, 3, 8, 9, 0, tzinfo=UTC), datetime(2026, 3, 9, 7, 0, tzinfo=UTC)),
    ],
)
def test_midnight_pacific_heeds_daylight_saving(now: datetime, midnight: datetime) -> None:
    assert next_midnight("America/Los_Angeles", now) == midnight
