"""How long to wait when a platform throttles or its quota is used up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

LONGEST = timedelta(hours=24)
"""A post waits no longer than this at a time, whatever a platform asks for."""

_EPOCH_FROM = 1_000_000_000
"""A reset value from here on is a moment (2001 …), below it a number of seconds."""


def retry_time(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When to try again by `Retry-After` or `X-RateLimit-Reset`; None if neither can be read.

    Both come as seconds from now or as a moment (HTTP date, seconds since 1970 or ISO 8601).
    `headers` has lower-case names or compares them without case.
    """
    for name in ("retry-after", "x-ratelimit-reset"):
        moment = _moment(headers.get(name, "").strip(), now)
        if moment is not None:
            return min(max(moment, now + timedelta(seconds=1)), now + LONGEST)
    return None


def rate_limit_reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When requests are allowed again, if this answer's headers say that none is left now."""
    try:
        left = float(headers.get("x-ratelimit-remaining", "1"))
    except ValueError:
        return None
    return retry_time(headers, now) if left < 1 else None


def _moment(value: str, now: datetime) -> datetime | None:
    for read in (_seconds, _http_date, _iso):
        try:
            return read(value, now)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _seconds(value: str, now: datetime) -> datetime:
    number = float(value)
    if number >= _EPOCH_FROM:
        return datetime.fromtimestamp(number, UTC)
    return now + min(timedelta(seconds=number), LONGEST)


def _http_date(value: str, _now: datetime) -> datetime:
    return _aware(parsedate_to_datetime(value))


def _iso(value: str, _now: datetime) -> datetime:
    return _aware(datetime.fromisoformat(value))


def _aware(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def next_midnight(zone: str, now: datetime) -> datetime:
    """The first moment of tomorrow in `zone`, in UTC; daylight saving is heeded."""
    local = now.astimezone(ZoneInfo(zone))
    tomorrow = (local + timedelta(days=1)).date()
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=local.tzinfo).astimezone(
        UTC
    )
