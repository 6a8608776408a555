"""Which traceparents are valid, by the W3C recommendation, and what nobody should send."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from undertone.trace_context import TraceParent, parse, valid

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    ("text", "sampled"),
    [
        (GOOD, True),
        (GOOD[:-2] + "00", False),
        (GOOD[:-2] + "03", True),
        (GOOD[:-2] + "02", False),
        (f"  {GOOD} ", True),
        (f"cc-{TRACE}-{SPAN}-01", True),
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like", True),
    ],
)
def test_valid(text: str, sampled: bool) -> None:
    assert parse(text) == TraceParent(TRACE, SPAN, sampled)
    assert valid(text) == f"00-{TRACE}-{SPAN}-{'01' if sampled else '00'}"


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "00", GOOD.upper(), GOOD + "-01", GOOD + "0", f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-0g", f"cc-{TRACE}-{SPAN}-01.what", f"cc-{TRACE}-{SPAN}-01-\x00",
        f"cc-{TRACE}-{SPAN}-01-" + "x" * 1000, GOOD.replace("4", "\u0664"),
    ],
)  # fmt: skip
def test_not_valid(text: str) -> None:
    assert parse(text) is None
    assert valid(text) == ""


@given(
    st.from_regex(r"\A[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[a-z]{0,9})?\Z")
    | st.text()
)
@example(GOOD)
@example(GOOD + "-")
def test_as_opentelemetry_reads_it(text: str) -> None:
    context = TraceContextTextMapPropagator().extract({"traceparent": text})
    theirs = get_current_span(context).get_span_context()
    ours = parse(text)
    assert (ours is not None) == theirs.is_valid
    if ours is not None:
        assert int(ours.trace_id, 16) == theirs.trace_id
        assert int(ours.span_id, 16) == theirs.span_id
        assert ours.sampled == theirs.trace_flags.sampled


@given(st.text())
def test_what_is_valid_stays_as_it_is(text: str) -> None:
    assert valid(valid(text)) == valid(text)
