"""Times as platforms, programs and people write them, in the one form that our records have.

Each function gives `2026-11-21T20:00:00Z`, or an empty text for what it cannot read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from undertone.records import utc_text

_MILLISECONDS_FROM = 100_000_000_000
"""Numbers from here on are milliseconds since 1970: as seconds they lie past the year 5000."""


_LONGEST = 100
"""Characters of a text in which a time is looked for."""


def utc_from_text(text: str) -> str:
    """The time in `text`: ISO 8601, or seconds or milliseconds since 1970."""
    text = text.strip() if len(text) <= _LONGEST else ""
    if re.fullmatch(r"\d{9,13}(\.\d+)?", text, re.ASCII):
        number = float(text)
        return utc_from_seconds(number / 1000 if number >= _MILLISECONDS_FROM else number)
    return utc_from_iso(text) if re.match(r"\d{4}-", text, re.ASCII) else ""


def utc_from_iso(text: str) -> str:
    """The ISO 8601 time in `text`; one without an offset is UTC."""
    if len(text) > _LONGEST:
        return ""
    try:
        parsed = datetime.fromisoformat(text.strip())
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return utc_text(aware)
    except (ValueError, OverflowError):
        return ""


def utc_from_seconds(seconds: float | None) -> str:
    """The time that is so many seconds after 1970 began."""
    if seconds is None:
        return ""
    try:
        return utc_text(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return ""
