"""Azure AI Language is stood in for by a server on loopback that answers in its shape.

Requests and answers: https://learn.microsoft.com/rest/api/language/ , `analyze-text` of 2023-04-01.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from model.analyzer import Analyzer, AnalyzerError, Multilingual, Prediction, Unavailable, Unread
from model.azure_language import CHARACTERS, DOCUMENTS
from model.factory import LanguageService, build


class Service(ThreadingHTTPServer):
    """Scores "good" and "bad"; `failures` are the status and headers that the next calls get."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.calls: list[dict[str, Any]] = []
        self.failures: list[tuple[int, dict[str, str]]] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.append({"path": self.path, "headers": self.headers, **body})
        if self.headers["Ocp-Apim-Subscription-Key"] != "right":
            return self.answer(401, _error("401", "Access denied due to invalid key."))
        if self.server.failures:
            status, headers = self.server.failures.pop(0)
            return self.answer(status, _error("TooManyRequests", "slow down"), headers)
        documents = body["analysisInput"]["documents"]
        if len(documents) > DOCUMENTS or any(len(one["text"]) > CHARACTERS for one in documents):
            return self.answer(400, _error("InvalidRequest", "too much"))
        return self.answer(200, _results(documents))

    def answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


def _error(code: str, message: str) -> dict[str, object]:
    return {"error": {"code": code, "message": message}}


def _results(documents: list[dict[str, str]]) -> dict[str, object]:
    scored, errors = [], []
    for one in documents:
        if one["language"] not in {"en", "es", "zh-hans"}:
            problem = {"code": "UnsupportedLanguageCode", "message": "Not this language."}
            errors.append({"id": one["id"], "error": problem})
            continue
        if "refuse" in one["text"]:
            problem = {"code": "InvalidDocument", "message": "Document is not right."}
            errors.append({"id": one["id"], "error": problem})
            continue
        good, bad = "good" in one["text"], "bad" in one["text"]
        scores = {"positive": 0.9 * good + 0.01, "negative": 0.9 * bad, "neutral": 0.1}
        label = "positive" if good else "negative" if bad else "neutral"
        scored.append(
            {
                "id": one["id"],
                "sentiment": label,
                "confidenceScores": scores,
                "warnings": [],
                "sentences": [],
            }
        )
    results = {"documents": scored[::-1], "errors": errors, "modelVersion": "2022-11-01"}
    return {"kind": "SentimentAnalysisResults", "results": results}


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def analyzer(service: Service) -> Analyzer:
    return build("azure", azure=LanguageService(service.endpoint, "right"))


def test_importing_it_brings_no_aiohttp() -> None:
    code = "import sys, model.azure_language; print('aiohttp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_one_answer_a_text_in_order(analyzer: Analyzer) -> None:
    good, nothing, bad = analyzer.predict(["good", "  \n", "bad"])
    assert good.positive > 0.8
    assert bad.negative > 0.8
    assert nothing == Prediction(0.0, 1.0, 0.0)
    assert sum(good[:3]) == pytest.approx(1, abs=1e-6)


def test_each_text_is_sent_with_its_language(analyzer: Analyzer, service: Service) -> None:
    assert isinstance(analyzer, Multilingual)
    analyzer.predict_in(["good", "good", "good"], ["es", "unknown", "zh"])
    documents = service.calls[0]["analysisInput"]["documents"]
    assert [one["language"] for one in documents] == ["es", "en", "zh-hans"]


def test_a_language_that_the_service_does_not_read_is_said(analyzer: Analyzer) -> None:
    assert isinstance(analyzer, Multilingual)
    read, unread = analyzer.predict_in(["good", "bagus"], ["en", "xx"])
    assert isinstance(read, Prediction)
    assert unread == Unread("xx")


def test_calls_hold_ten_documents(analyzer: Analyzer, service: Service) -> None:
    assert len(analyzer.predict(["good"] * 23)) == 23
    sizes = [len(call["analysisInput"]["documents"]) for call in service.calls]
    assert sizes == [10, 10, 3]


def test_long_texts_are_cut_and_weighed_by_length(analyzer: Analyzer) -> None:
    text = "good".ljust(CHARACTERS, ".") + "bad"
    (answer,) = analyzer.predict([text])
    assert answer.windows == 2
    assert answer.positive > 0.8


def test_logging_of_texts_is_off(analyzer: Analyzer, service: Service) -> None:
    analyzer.predict(["good"])
    assert service.calls[0]["parameters"]["loggingOptOut"] is True


def test_the_model_names_the_version_that_answered(analyzer: Analyzer) -> None:
    assert analyzer.model == "azure-language@latest"
    analyzer.predict(["good"])
    assert analyzer.model == "azure-language@2022-11-01"


def test_a_blip_is_tried_again(analyzer: Analyzer, service: Service) -> None:
    service.failures = [(503, {"Retry-After": "0"})]
    assert analyzer.predict(["good"])[0].positive > 0.8
    assert len(service.calls) == 2


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"Retry-After": "1"}, 1.0), ({"retry-after-ms": "5"}, None)]
)
def test_a_lasting_throttle_is_unavailable_with_its_delay(
    analyzer: Analyzer, service: Service, headers: dict[str, str], seconds: float | None
) -> None:
    service.failures = [(429, headers)] * 9
    with pytest.raises(Unavailable, match="429") as caught:
        analyzer.predict(["good"])
    assert caught.value.retry_after == seconds


def test_a_wrong_key_is_named(service: Service) -> None:
    wrong = build("azure", azure=LanguageService(service.endpoint, "wrong"))
    with pytest.raises(AnalyzerError, match="check the key"):
        wrong.predict(["good"])


def test_a_refused_text_is_an_error(analyzer: Analyzer) -> None:
    with pytest.raises(AnalyzerError, match="InvalidDocument"):
        analyzer.predict(["good", "refuse me"])


def test_a_refused_request_is_an_error(analyzer: Analyzer, service: Service) -> None:
    service.failures = [(404, {})]
    with pytest.raises(AnalyzerError, match=r"404.*endpoint") as caught:
        analyzer.predict(["good"])
    assert not isinstance(caught.value, Unavailable)


def test_no_service_is_unavailable(service: Service) -> None:
    gone = build("azure", azure=LanguageService("http://127.0.0.1:9", "right"))
    with pytest.raises(Unavailable, match="cannot be reached"):
        gone.predict(["good"])
