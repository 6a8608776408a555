"""A job of links and of an upload is one trace, from its POST over every queue to the table."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.end_to_end.conftest import Client, StartHost
from tests.fakes.collector import Collector, Span, collecting
from tests.fakes.posts import post_url
from undertone.telemetry import Metric

pytestmark = pytest.mark.azurite

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
LINKS, COMMENTS = 101, 3
"""More than a page of rows, so that the queue `jobs` is passed as well."""
WAYS = {
    "submit": "",
    "expand": "submit",
    "fetch": "expand",
    "score": "fetch",
    "aggregate": "score",
}
"""Step → the step whose message starts it."""


def test_a_job_is_one_connected_tree_over_every_hop(start_host: StartHost) -> None:
    urls = [post_url("hackernews", comments=COMMENTS, salt=number) for number in range(LINKS)]
    with collecting() as collector:
        settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.base,
            "OTEL_TRACES_SAMPLER_ARG": "0",  # what a caller traces is traced all the same
        }
        with start_host(settings, instances=2) as host:
            client = Client(host.url)
            traced = client.submit({"urls": urls}, traceparent=f"00-{TRACE}-{CALLER}-01")
            quiet = client.submit({"posts": [{"id": "up", "comments": [{"text": "quokka"}]}]})
            ended = [client.wait(accepted["job_id"]) for accepted in (traced, quiet)]
            collector.wait(lambda: len(collector.of(TRACE)) >= 2 + 1 + 2 * LINKS + 1)
        check_tree(collector, traced["job_id"])
        check_metrics(collector, sum(status["comments"]["done"] for status in ended))


def check_tree(collector: Collector, job: str) -> None:
    spans = collector.of(TRACE)
    by_id = {span.id: span for span in spans}
    assert len(by_id) == len(spans)
    assert {span.trace for span in collector.spans} == {TRACE}, "the other job was not to be traced"
    for span in spans:
        if span.step == "submit":
            assert span.parent == CALLER
        else:
            assert by_id[span.parent].step == WAYS[span.step], span
            assert span.attributes["undertone.job"] == job
    assert _posts(spans, "fetch") == _posts(spans, "score") == set(range(LINKS))
    first = Counter(span.step for span in spans if span.attributes.get("undertone.try", 1) == 1)
    assert first["submit"] == 1
    assert first["expand"] == 2
    assert first["aggregate"] >= 1
    assert not [span for span in spans if span.error]


def _posts(spans: list[Span], step: str) -> set[int]:
    return {span.attributes["undertone.post"] for span in spans if span.step == step}


def check_metrics(collector: Collector, scored: int) -> None:
    """Both jobs count, whether they are traced or not; nothing holds a text or a link."""
    assert scored > LINKS
    assert collector.total(Metric.COMMENTS_SCORED) == scored
    assert collector.total(Metric.LANGUAGES) == scored
    assert collector.total(Metric.JOBS_CLOSED, status="completed") == 2
    assert collector.total(Metric.CACHE_LOOKUPS, result="miss", platform="hackernews") >= LINKS
    assert 1 <= collector.total(Metric.COLD_STARTS) <= 2
    assert collector.total(Metric.QUEUE_WAIT, queue="posts") > 0
    for private in (b"quokka", b"http://", b"https://", b"devstoreaccount1"):
        assert private not in collector.raw
