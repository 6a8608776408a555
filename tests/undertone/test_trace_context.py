"""What is taken for a traceparent."""

from __future__ import annotations

import pytest

from undertone.trace_context import parse

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_the_standards_example_is_one() -> None:
    assert parse(f"00-{TRACE}-{SPAN}-01") == f"00-{TRACE}-{SPAN}-01"


def test_a_later_version_is_read_as_the_first() -> None:
    assert parse(f"cc-{TRACE}-{SPAN}-01-what-comes") == f"00-{TRACE}-{SPAN}-01"
    assert parse(f"cc-{TRACE}-{SPAN}-01") == f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "x",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01 ",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"cc-{TRACE}-{SPAN}-01.more",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}\u0661-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01" + "0" * 100_000,
        '00-<script>alert(1)</script>"',
    ],
)
def test_anything_else_is_none(sent: str) -> None:
    assert parse(sent) is None
