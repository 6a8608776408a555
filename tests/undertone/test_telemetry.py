"""Languages as words of a metric, and telemetry that tells nobody."""

from __future__ import annotations

from undertone.telemetry import SILENT, Metric


def test_without_telemetry_a_callers_trace_is_handed_on() -> None:
    with SILENT.span("name", "00-parent", {}, step="fetch") as traceparent:
        assert traceparent == "00-parent"
    SILENT.count(Metric.LANGUAGES, 3, language="en")
    SILENT.record(Metric.JOB, 3.0, status="completed")
