"""W3C Trace Context: the `traceparent` that a caller sends, if it is one.

https://www.w3.org/TR/trace-context/#traceparent-header
"""

from __future__ import annotations

import re

_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_FIRST_VERSION = 55
"""Characters of version 00; a later version may have more, after a hyphen."""


def parse(traceparent: str) -> str | None:
    """`traceparent` as version 00 has it, or None if it is none: it goes into messages and logs."""
    head, rest = traceparent[:_FIRST_VERSION], traceparent[_FIRST_VERSION:]
    if _PARENT.fullmatch(head) is None:
        return None
    if rest and (head.startswith("00") or not rest.startswith("-")):
        return None
    return f"00{head[2:]}"
