"""W3C Trace Context: the `traceparent` by which the steps of a job are one trace.

https://www.w3.org/TR/trace-context/#traceparent-header. It comes from a caller's header and goes on
in messages, so only its own form is ever stored: what is not valid is left out, as the
recommendation demands, and the trace then begins with us.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FORM = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})"
    r"(?P<more>-[!-~]*)?"
)
_LONGEST = 512
"""Characters; a later version may append to the 55 of today's."""
_SAMPLED = 1


class TraceParent(NamedTuple):
    """The span that something was caused by."""

    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits."""
    sampled: bool
    """Whether the one who began the trace keeps it."""

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"


def parse(text: str) -> TraceParent | None:
    """The header's content; None if it is none, or not valid."""
    found = _FORM.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None or found["version"] == "ff":
        return None
    if found["version"] == "00" and found["more"] is not None:
        return None
    if not found["trace"].strip("0") or not found["span"].strip("0"):
        return None
    return TraceParent(found["trace"], found["span"], bool(int(found["flags"], 16) & _SAMPLED))


def valid(text: str) -> str:
    """`text` as we write it ourselves; empty if it is not valid."""
    parent = parse(text)
    return "" if parent is None else str(parent)
