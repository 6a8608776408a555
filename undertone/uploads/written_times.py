"""Times as people and their programs write them: `1 April 2025`, `10.05.23 12:34`, `6mo`.

What is no ISO 8601 is read by the library dateparser, which is imported only then. A time that is
relative (`2 years ago`) is counted back from the moment of the export and is only approximate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from undertone.records import utc_text
from undertone.times import utc_from_text

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

_LONGEST = 60
"""Characters of a time that are looked at."""
_MOST_FORMS = 2_000
"""Different days of one file that dateparser is asked for: each takes up to some milliseconds."""
_REMEMBERED = 20_000

LANGUAGES = [
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "id", "ru", "ja", "zh", "ko",
]  # fmt: skip
"""Languages of dates, the ones that are asked first in front."""

_SHORT = re.compile(r"(\d{1,4})\s?(s|m|min|h|d|w|mo|mon|y|yr)s?\.?(?: ago)?", re.IGNORECASE)
_UNITS = {
    "s": timedelta(seconds=1), "m": timedelta(minutes=1), "min": timedelta(minutes=1),
    "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1),
    "mo": timedelta(days=30.44), "mon": timedelta(days=30.44), "y": timedelta(days=365.25),
    "yr": timedelta(days=365.25),
}  # fmt: skip
_NUMERIC = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?:[,T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,6})?"
    r"\s*([ap]\.?m\.?)?)?\s*(?:Z|UTC|GMT)?",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:[A-Z][a-z]{2},? )?([A-Z][a-z]{2}) (\d{1,2}) (\d{2}:\d{2}:\d{2}) ([+-]\d{4}) (\d{4})"
)
"""As Twitter writes it: `Wed Oct 10 20:19:24 +0000 2018`."""
_RELATIVE = re.compile(
    r"\b(ago|yesterday|today|vor|gestern|heute|il y a|hier|hace|ayer|fa|ieri|h[áa]|atr[áa]s|ontem|"
    r"geleden|gisteren|temu|wczoraj|önce|dün|yang lalu|kemarin|назад|вчера)\b|前|전|昨天|어제",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"^(?:edited|posted|updated|reviewed in .{2,40} on)\s+"
    r"|\s*\((?:edited|bearbeitet|editado|modifié)\)$",
    re.IGNORECASE,
)
_OF_DAY = re.compile(
    r"(?:,? at |,? um |,? |T)(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"(?:\s*([ap])\.?m\.?)?(?:\s*(?:Uhr|UTC|GMT|Z))?$",
    re.IGNORECASE,
)
"""The time of a day at the end, which is read apart: of days a file has fewer."""


class WrittenTime(NamedTuple):
    """A time that was understood; `text` is empty if it was not."""

    text: str
    """As all our times: `2026-11-21T20:00:00Z`."""
    approximate: bool = False


class TimeReader:
    """Reads the times of one file.

    `exported`: the moment that relative times are counted from. `samples`: some of the file's
    times, which tell whether `03/04/2025` begins with the day or the month.
    """

    def __init__(self, exported: datetime, samples: Iterable[str] = ()) -> None:
        self._exported = exported.astimezone(UTC)
        self.day = f"{self._exported:%Y-%m-%d}"
        self.order = _order_of(samples)
        self._known: dict[str, WrittenTime] = {}
        self._days: dict[str, WrittenTime] = {}
        self._parsers: dict[bool, DateDataParser] = {}
        self.ambiguous = False
        """Whether a time was read that could have been meant otherwise."""

    def read(self, cell: str) -> WrittenTime:
        """The time in `cell`. One without an offset is UTC."""
        if certain := utc_from_text(cell):
            return WrittenTime(certain)
        text = cell.strip() if len(cell) <= 4 * _LONGEST else ""
        if not text or len(text) > _LONGEST or not any(map(str.isdigit, text)):
            return WrittenTime("") if not _RELATIVE.search(text) else self._remembered(text)
        return self._remembered(text)

    def _remembered(self, text: str) -> WrittenTime:
        if text not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text] = self._plainly(text) or self._by_library(text)
        return self._known[text]

    def _plainly(self, text: str) -> WrittenTime | None:
        """The usual forms, of which a file may have as many as comments."""
        if match := _SHORT.fullmatch(text):
            return self._back(int(match[1]) * _UNITS[match[2].lower()])
        if match := _NUMERIC.fullmatch(text):
            return self._numeric(match)
        if match := _NAMED.fullmatch(text):
            return _by_rfc(f"{match[2]} {match[1]} {match[5]} {match[3]} {match[4]}")
        return None

    def _back(self, ago: timedelta) -> WrittenTime:
        try:
            return WrittenTime(utc_text(self._exported - ago), approximate=True)
        except (OverflowError, ValueError):
            return WrittenTime("")

    def _numeric(self, match: re.Match[str]) -> WrittenTime:
        first, second, third = int(match[1]), int(match[3]), int(match[4])
        if len(match[1]) == 4:
            year, month, day = first, second, third
        else:
            year = third if len(match[4]) == 4 else 2000 + third
            day_first = match[2] == "." or self.order == "DMY" or first > 12
            day, month = (first, second) if day_first and second <= 12 else (second, first)
            self.ambiguous |= match[2] != "." and first <= 12 and second <= 12 and not self.order
        hour = int(match[5] or 0)
        if half := (match[8] or "").lower()[:1]:
            hour = hour % 12 + 12 * (half == "p")
        try:
            moment = datetime(
                year, month, day, hour, int(match[6] or 0), int(match[7] or 0), tzinfo=UTC
            )
        except ValueError:
            return WrittenTime("")
        return WrittenTime(utc_text(moment))

    def _by_library(self, text: str) -> WrittenTime:
        text = _AROUND.sub("", text)
        of_day = _OF_DAY.search(text)
        day = text[: of_day.start()] if of_day else text
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = self._ask(day)
        if not of_day or not found.text or found.approximate:
            return found
        hour = int(of_day[1])
        if of_day[4]:
            hour = hour % 12 + 12 * (of_day[4].lower() == "p")
        if hour > 23 or int(of_day[2]) > 59 or int(of_day[3] or 0) > 59:
            return WrittenTime("")
        return WrittenTime(f"{found.text[:11]}{hour:02}:{of_day[2]}:{of_day[3] or '00'}Z")

    def _ask(self, text: str) -> WrittenTime:
        if len(self._days) >= _MOST_FORMS:
            return WrittenTime("")
        relative = bool(_RELATIVE.search(text))
        if relative not in self._parsers:
            order = self.order or "MDY"
            self._parsers[relative] = _new_parser(self._exported, order, relative=relative)
        try:
            found = self._parsers[relative].get_date_data(text).date_obj
            if found is None:
                return WrittenTime("")
            moment = found if found.tzinfo else found.replace(tzinfo=UTC)
            return WrittenTime(utc_text(moment), approximate=relative)
        except (ValueError, OverflowError, TypeError, AttributeError, LookupError, RecursionError):
            return WrittenTime("")  # what a stranger's text makes of a library


def _new_parser(exported: datetime, order: str, *, relative: bool) -> DateDataParser:
    from dateparser.date import DateDataParser  # noqa: PLC0415 - heavy, and seldom needed

    return DateDataParser(
        languages=LANGUAGES,
        settings={
            "RELATIVE_BASE": exported.replace(tzinfo=None),
            "TIMEZONE": "UTC",
            "RETURN_AS_TIMEZONE_AWARE": True,
            "DATE_ORDER": order,
            "PREFER_DAY_OF_MONTH": "current" if relative else "first",
            "PREFER_DATES_FROM": "past",
            "PARSERS": ["relative-time", "absolute-time"],
        },
    )


def _by_rfc(text: str) -> WrittenTime:
    try:
        return WrittenTime(utc_text(parsedate_to_datetime(text)))
    except (ValueError, TypeError, OverflowError):
        return WrittenTime("")


def _order_of(samples: Iterable[str]) -> str:
    """`DMY` or `MDY` if some numeric date can only be read so; else empty."""
    for sample in samples:
        match = _NUMERIC.fullmatch(sample.strip()[:_LONGEST])
        if match and len(match[1]) < 4 and match[2] != ".":
            if int(match[1]) > 12:
                return "DMY"
            if int(match[3]) > 12:
                return "MDY"
    return ""
