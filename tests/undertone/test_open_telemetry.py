"""Spans and metrics as a collector gets them, over OTLP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pytest

from tests.fakes.collector import Collector, collecting
from undertone.open_telemetry import OpenTelemetry, start
from undertone.settings import TelemetrySettings
from undertone.telemetry import Metric
from undertone.trace_context import parse

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as started:
        yield started


@contextmanager
def telling(collector: Collector, share: float = 1.0) -> Iterator[OpenTelemetry]:
    settings = TelemetrySettings(otlp_endpoint=collector.base, traced_share=share)
    telemetry = start(settings, monotonic() - 2)
    yield telemetry
    telemetry.close()


def test_spans_are_a_tree(collector: Collector) -> None:
    with telling(collector) as telemetry:
        with telemetry.span("POST", "", {}, step="submit") as root:
            pass
        with telemetry.span("process posts", root, {"undertone.job": "j"}, step="fetch") as child:
            pass
    first, second = collector.spans
    assert (first.parent, second.parent) == ("", first.id)
    assert root == f"00-{first.trace}-{first.id}-01"
    assert child == f"00-{first.trace}-{second.id}-01"
    assert second.attributes["undertone.job"] == "j"


def test_a_callers_trace_goes_on_and_its_choice_counts(collector: Collector) -> None:
    with telling(collector, share=0) as telemetry:
        for flags in ("01", "00"):
            parent = f"00-{TRACE}-{SPAN}-{flags}"
            with telemetry.span("POST", parent, {}, step="submit") as own:
                assert own.startswith(f"00-{TRACE}-")
                assert own.endswith(f"-{flags}")
                assert SPAN not in own
        with telemetry.span("POST", "", {}, step="submit") as own:
            assert own.endswith("-00")
    (kept,) = collector.spans
    assert (kept.trace, kept.parent) == (TRACE, SPAN)


@pytest.mark.parametrize("parent", ["", "00-ff", "nonsense", "00-" + "0" * 32 + "-" + SPAN + "-01"])
def test_without_a_valid_parent_a_trace_begins(collector: Collector, parent: str) -> None:
    with (
        telling(collector) as telemetry,
        telemetry.span("outer", "", {}, step="submit") as outer,
        telemetry.span("process posts", parent, {}, step="fetch") as own,
    ):
        pass
    found, other = parse(own), parse(outer)
    assert found is not None
    assert other is not None
    assert found.trace_id != other.trace_id
    assert {span.parent for span in collector.spans} == {""}


def test_an_error_is_told_by_its_type_alone(collector: Collector) -> None:
    with (
        telling(collector) as telemetry,
        pytest.raises(ValueError, match="quokka"),
        telemetry.span("process comments", "", {}, step="score"),
    ):
        raise ValueError("the comment was: quokka")
    (span,) = collector.spans
    assert (span.error, span.attributes["error.type"]) == (True, "ValueError")
    assert b"quokka" not in collector.raw


def test_metrics_and_the_first_work_of_a_process(collector: Collector) -> None:
    with telling(collector) as telemetry:
        telemetry.count(Metric.LANGUAGES, 3, language="en")
        telemetry.count(Metric.LANGUAGES, 2, language="de")
        telemetry.record(Metric.QUEUE_WAIT, 1.5, queue="posts")
        telemetry.record(Metric.QUEUE_WAIT, 2.0, queue="posts")
        for _ in range(3):
            with telemetry.span("process posts", "", {}, step="fetch"):
                pass
    assert collector.total(Metric.LANGUAGES) == 5
    assert collector.total(Metric.LANGUAGES, language="de") == 2
    assert collector.total(Metric.QUEUE_WAIT, queue="posts") == 3.5
    assert collector.total(Metric.COLD_STARTS, step="fetch") == 1
    assert 2 <= collector.total(Metric.COLD_START) < 30
    assert [span.attributes["undertone.cold"] for span in collector.spans] == [True, False, False]


def test_a_collector_that_is_away_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    began = monotonic()
    telemetry = start(TelemetrySettings(otlp_endpoint="http://127.0.0.1:9"), 0.0)
    for _ in range(100):
        with telemetry.span("process posts", "", {}, step="fetch"):
            telemetry.count(Metric.LANGUAGES, 3, language="en")
    assert monotonic() - began < 2


EXPORTERS = """
import sys
from undertone.open_telemetry import start
from undertone.settings import TelemetrySettings
key = "InstrumentationKey=00000000-0000-0000-0000-000000000000"
for settings in ({"otlp_endpoint": "http://127.0.0.1:9"}, {"azure_connection": key}):
    telemetry = start(TelemetrySettings(**settings), 0.0)
    with telemetry.span("process posts", "", {}, step="fetch"):
        pass
heavy = [name for name in sys.modules if ".exporter" in name or name.startswith("azure")]
print(heavy)
import os; os._exit(0)
"""


def test_no_exporter_is_imported_before_there_is_something_to_send() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EXPORTERS], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
