"""Keeps the values of secrets out of everything that is written: logs, reasons, answers, messages.

Platforms echo tokens in their refusals, and libraries put addresses with keys into their errors. So
whoever learns a secret's value (settings, the vault, a login) gives it to `remember`, and texts go
through `scrub` where they become an error of ours, a record, an answer or a log line.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import traceback
from base64 import b64encode
from typing import Any
from urllib.parse import quote, quote_plus

REMOVED = "[secret]"
"""What stands in the place of a secret."""
SHORTEST = 8
"""Characters from which a value is scrubbed: a shorter one occurs in ordinary text by chance, and
no platform issues one."""
MOST = 1_000
"""Values remembered; the oldest are forgotten first. Logins give new tokens all the time."""


class Scrubber:
    """Knows values of secrets, and removes them from texts. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, None] = {}
        self._pattern: re.Pattern[str] | None = None

    def remember(self, *values: str) -> None:
        """Remove these values from now on, as they are and as they look in addresses and JSON."""
        fresh = [value for value in values if len(value) >= SHORTEST]
        with self._lock:
            if all(value in self._values for value in fresh):
                return
            self._values |= dict.fromkeys(fresh)
            for old in list(self._values)[: max(0, len(self._values) - MOST)]:
                del self._values[old]
            forms = {form for value in self._values for form in _forms(value)}
            longest_first = sorted(forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def scrub(self, text: str) -> str:
        """`text` without any secret that is known."""
        return text if self._pattern is None else self._pattern.sub(REMOVED, text)


def _forms(value: str) -> set[str]:
    escaped = {
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
    }
    encoded = b64encode(value.encode("utf-8", "surrogatepass")).decode().rstrip("=")
    return {value, quote(value, safe=""), quote(value), quote_plus(value), encoded, *escaped}


_known = Scrubber()
remember = _known.remember
scrub = _known.scrub


def remember_login(name: str, password: str) -> None:
    """Remember a pair of credentials, also as HTTP's basic authentication sends it."""
    remember(name, password, f"{name}:{password}")


def scrub_exception(error: BaseException) -> None:
    """Remove secrets from the messages of `error` and of those that led to it, in place.

    For errors that are raised on: the host logs what they say.
    """
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        each.args = tuple(map(_scrub_argument, each.args))
        for name, value in vars(each).items():
            if isinstance(value, str):
                setattr(each, name, scrub(value))
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions


def _scrub_argument(argument: Any) -> Any:
    """Texts without secrets; what is neither a text nor an error only if it shows one."""
    if isinstance(argument, str):
        return scrub(argument)
    if isinstance(argument, BaseException):
        scrub_exception(argument)
        return argument
    shown = str(argument)
    clean = scrub(shown)
    return argument if clean == shown else clean


def scrub_logs() -> None:
    """From now on no record of any logger, of whatever library, holds a secret that is known.

    By the factory that makes all records: filters of a logger do not see those of the loggers below
    it, and which handlers there are is the host's affair.
    """
    make = logging.getLogRecordFactory()
    if getattr(make, "scrubs", False):
        return

    def scrubbed(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        _scrub_record(record)
        return record

    scrubbed.scrubs = True  # type: ignore[attr-defined] # seen when this is called again
    logging.setLogRecordFactory(scrubbed)


def _scrub_record(record: logging.LogRecord) -> None:
    try:
        message = record.getMessage()
    except (TypeError, ValueError):  # a wrong call of a library's: left to logging, which says so
        return
    clean = scrub(message)
    if clean != message:
        record.msg, record.args = clean, ()
    if record.exc_info and record.exc_info[0] is not None:
        # Formatters use this text where there is one, instead of making their own.
        record.exc_text = scrub("".join(traceback.format_exception(*record.exc_info)).rstrip("\n"))
