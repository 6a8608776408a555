"""A stand-in for an OpenTelemetry collector: takes OTLP over HTTP and keeps what it was told."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.server import serving


@dataclass(frozen=True)
class Span:
    """A span as it was exported; ids in hexadecimal, `parent` empty at the root."""

    name: str
    trace: str
    id: str
    parent: str
    error: bool
    attributes: dict[str, Any]

    @property
    def step(self) -> str:
        return str(self.attributes["undertone.step"])


@dataclass
class Collector:
    """What was exported so far."""

    base: str = ""
    spans: list[Span] = field(default_factory=list)
    points: list[tuple[str, dict[str, Any], float]] = field(default_factory=list)
    """Metric, attributes, and the sum of a counter's or of a histogram's new values."""
    raw: bytes = b""
    """Every body, unpacked."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, trace: str) -> list[Span]:
        with self.lock:
            return [span for span in self.spans if span.trace == trace]

    def total(self, metric: str, **attributes: str) -> float:
        with self.lock:
            return sum(
                value
                for name, given, value in self.points
                if name == metric and attributes.items() <= given.items()
            )

    def wait(self, told: Callable[[], bool], seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while not told():
            assert time.monotonic() < end, f"not told: {self.spans} {self.points}"
            time.sleep(0.1)


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    async def body(request: Request) -> bytes:
        data = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            data = gzip.decompress(data)
        with collector.lock:
            collector.raw += data
        return data

    async def traces(request: Request) -> Response:
        told = ExportTraceServiceRequest.FromString(await body(request))
        with collector.lock:
            collector.spans += _spans(told)
        return _answer(ExportTraceServiceResponse())

    async def metrics(request: Request) -> Response:
        told = ExportMetricsServiceRequest.FromString(await body(request))
        with collector.lock:
            collector.points += _points(told)
        return _answer(ExportMetricsServiceResponse())

    routes = [
        Route("/v1/traces", traces, methods=["POST"]),
        Route("/v1/metrics", metrics, methods=["POST"]),
    ]
    with serving(Starlette(routes=routes)) as base:
        collector.base = base
        yield collector


def _answer(message: Any) -> Response:
    return Response(message.SerializeToString(), media_type="application/x-protobuf")


def _spans(told: Any) -> Iterator[Span]:
    for resource in told.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    name=span.name,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    error=span.status.code == 2,
                    attributes=_attributes(span.attributes),
                )


def _points(told: Any) -> Iterator[tuple[str, dict[str, Any], float]]:
    for resource in told.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.sum.data_points:
                    yield metric.name, _attributes(point.attributes), point.as_int
                for point in metric.histogram.data_points:
                    yield metric.name, _attributes(point.attributes), point.sum


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}
