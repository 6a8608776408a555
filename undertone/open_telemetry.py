"""Telemetry by OpenTelemetry's SDK, to an OTLP collector or to Azure Monitor.

Only imported where one of them is configured. Of the SDK a process imports what makes spans and
metrics; the exporters, which bring most of the import time, are imported by the SDK's own threads
when there is something to send, so no message waits for them (docs/decisions/0023-telemetry.md).
Nothing is registered globally: clients of storage, which look there, make no spans of their own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, override

from opentelemetry import trace
from opentelemetry.metrics import Counter, Histogram, Meter
from opentelemetry.sdk import metrics as sdk
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    MetricExporter,
    MetricExportResult,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from undertone.settings import TelemetrySettings
from undertone.telemetry import Attributes, Metric
from undertone.trace_context import TraceParent, parse

SPAN_DELAY, METRIC_DELAY = 2_000, 15_000
"""Milliseconds until what was measured is sent: an instance may be taken away soon after."""
TIMEOUT = 3
"""Seconds for one sending with all its tries; as long may the end of a process be held up."""
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400)
_DELTA: dict[type, AggregationTemporality] = {
    sdk.Counter: AggregationTemporality.DELTA,
    sdk.Histogram: AggregationTemporality.DELTA,
}
"""Each export tells what is new: instances come and go, and their sums with them."""


class Exporters:
    """The exporters of one destination, each built when it is first used."""

    def __init__(self, spans: Callable[[], Any], metrics: Callable[[], Any]) -> None:
        self.spans = spans
        self.metrics = metrics


class OpenTelemetry:
    """Spans and metrics of this process."""

    def __init__(self, exporters: Exporters, share: float, loaded: float) -> None:
        """`share` of the traces that begin here are kept, of those of others as they say.

        `loaded`: when (by `time.monotonic`) the app was loaded.
        """
        resource = Resource({"service.name": "undertone"})
        self._spans = TracerProvider(ParentBased(TraceIdRatioBased(share)), resource)
        self._spans.add_span_processor(
            BatchSpanProcessor(_LateSpans(exporters.spans), schedule_delay_millis=SPAN_DELAY)
        )
        reader = PeriodicExportingMetricReader(_LateMetrics(exporters.metrics), METRIC_DELAY)
        self._metrics = MeterProvider([reader], resource)
        self._tracer = self._spans.get_tracer("undertone")
        self._meter = self._metrics.get_meter("undertone")
        self._instruments = {metric: _instrument(self._meter, metric) for metric in Metric}
        self._loaded = loaded
        self._cold = threading.Lock()
        """Taken by the first piece of work of this process, and never let go."""

    @contextmanager
    def span(self, name: str, parent: str, attributes: Attributes, *, step: str) -> Iterator[str]:
        """A span around the block; gives its traceparent."""
        is_first = self._cold.acquire(blocking=False)
        kind = trace.SpanKind.SERVER if step == "submit" else trace.SpanKind.CONSUMER
        named = {**attributes, "undertone.step": step, "undertone.cold": is_first}
        span = self._tracer.start_span(name, _context(parent), kind, named)
        try:
            yield _traceparent(span.get_span_context())
        except BaseException as error:
            span.set_status(trace.StatusCode.ERROR, type(error).__name__)
            span.set_attribute("error.type", type(error).__name__)
            raise
        finally:
            span.end()
            if is_first:
                self.count(Metric.COLD_STARTS, step=step)
                self.record(Metric.COLD_START, monotonic() - self._loaded, step=step)

    def count(self, metric: Metric, amount: int = 1, **attributes: str) -> None:
        """Add to a counter."""
        instrument = self._instruments[metric]
        if isinstance(instrument, Counter):
            instrument.add(amount, attributes)

    def record(self, metric: Metric, value: float, **attributes: str) -> None:
        """Add a value to a distribution."""
        instrument = self._instruments[metric]
        if isinstance(instrument, Histogram):
            instrument.record(value, attributes)

    def close(self) -> None:
        """Send what is left; the SDK does so itself when the process ends."""
        self._spans.shutdown()
        self._metrics.shutdown()


def start(settings: TelemetrySettings, loaded: float) -> OpenTelemetry:
    """Telemetry to where the settings say."""
    exporters = _otlp(settings) if settings.otlp_endpoint else _azure(settings)
    return OpenTelemetry(exporters, settings.traced_share, loaded)


def _otlp(settings: TelemetrySettings) -> Exporters:
    def spans() -> Any:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )

        return OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint}/v1/traces", timeout=TIMEOUT)

    def metrics() -> Any:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415
            OTLPMetricExporter,
        )

        return OTLPMetricExporter(endpoint=f"{settings.otlp_endpoint}/v1/metrics", timeout=TIMEOUT)

    return Exporters(spans, metrics)


def _azure(settings: TelemetrySettings) -> Exporters:
    def options() -> dict[str, Any]:
        named: dict[str, Any] = {
            "connection_string": settings.azure_connection,
            "disable_offline_storage": True,  # its folder would be gone with the instance
        }
        if settings.azure_identity is not None:
            from azure.identity import ManagedIdentityCredential  # noqa: PLC0415

            client_id = settings.azure_identity or None
            named["credential"] = ManagedIdentityCredential(client_id=client_id)
        return named

    def spans() -> Any:
        from azure.monitor.opentelemetry.exporter import (  # noqa: PLC0415
            AzureMonitorTraceExporter,
        )

        return AzureMonitorTraceExporter(**options())

    def metrics() -> Any:
        from azure.monitor.opentelemetry.exporter import (  # noqa: PLC0415
            AzureMonitorMetricExporter,
        )

        return AzureMonitorMetricExporter(**options())

    return Exporters(spans, metrics)


class _LateSpans(SpanExporter):
    """An exporter that is built by its first export; until then there is nothing to shut down."""

    def __init__(self, build: Callable[[], SpanExporter]) -> None:
        self._build = build
        self._built: SpanExporter | None = None

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self._built is None:
            self._built = self._build()
        return self._built.export(spans)

    @override
    def shutdown(self) -> None:
        if self._built is not None:
            self._built.shutdown()


class _LateMetrics(MetricExporter):
    """The same for metrics."""

    def __init__(self, build: Callable[[], MetricExporter]) -> None:
        super().__init__(preferred_temporality=_DELTA)
        self._build = build
        self._built: MetricExporter | None = None

    @override
    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any
    ) -> MetricExportResult:
        if self._built is None:
            self._built = self._build()
        return self._built.export(metrics_data, timeout_millis, **kwargs)

    @override
    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return self._built is None or self._built.force_flush(timeout_millis)

    @override
    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        if self._built is not None:
            self._built.shutdown(timeout_millis, **kwargs)


def _instrument(meter: Meter, metric: Metric) -> Counter | Histogram:
    if metric in {Metric.QUEUE_WAIT, Metric.COLD_START, Metric.SCORING, Metric.JOB}:
        return meter.create_histogram(
            metric, "s", explicit_bucket_boundaries_advisory=list(_SECONDS)
        )
    return meter.create_counter(metric)


def _context(parent: str) -> Any:
    """The context of a new span: the parent's, or an empty one, never that of the thread."""
    known = parse(parent)
    if known is None:
        return trace.set_span_in_context(trace.INVALID_SPAN)
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED if known.sampled else 0)
    cause = trace.SpanContext(
        int(known.trace_id, 16), int(known.span_id, 16), is_remote=True, trace_flags=flags
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(cause))


def _traceparent(context: trace.SpanContext) -> str:
    own = TraceParent(
        trace.format_trace_id(context.trace_id),
        trace.format_span_id(context.span_id),
        context.trace_flags.sampled,
    )
    return str(own)
