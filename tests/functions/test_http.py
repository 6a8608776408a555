"""Answers and errors as HTTP; the query and the caller's address as we read them."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import azure.functions as func
import pytest

from functions.http import (
    base_url,
    called_by,
    caller,
    int_param,
    json_response,
    problem_response,
    problem_responses,
)
from tests.fakes.storage_server import settings
from tests.functions.conftest import refused
from tests.functions.running_app import App, running_app
from undertone.errors import (
    Conflict,
    Forbidden,
    Missing,
    NewerVersion,
    NotFound,
    Rejected,
    TooMany,
    Transient,
    Unauthorized,
)
from undertone.identity.callers import EVERYBODY
from undertone.scrubbing import REMOVED, remember
from undertone.settings import SettingsError

KEYS = f"program:{hashlib.sha256(b'key').hexdigest()}"


def request(
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    url: str = "http://localhost:7071/api/jobs?code=secret",
) -> func.HttpRequest:
    return func.HttpRequest("GET", url, headers=headers, params=query, body=b"")


def body(response: func.HttpResponse) -> Any:
    return json.loads(response.get_body())


def test_an_answer_is_json_that_nobody_keeps() -> None:
    response = json_response({"ü": [1, None]}, status=202, headers={"Location": "/x"})
    assert (response.status_code, response.mimetype) == (202, "application/json")
    assert dict(response.headers) == {
        "Cache-Control": "no-store",
        "Location": "/x",
        "X-Content-Type-Options": "nosniff",
    }
    assert body(response) == {"ü": [1, None]}
    polled = json_response({}, headers={"Cache-Control": "no-cache"})
    assert polled.headers["Cache-Control"] == "no-cache"


def test_a_problem_is_one_of_rfc_9457() -> None:
    response = problem_response(422, "one field is wrong", problems={"urls[3]": "must be a text"})
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")
    assert body(response) == {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "one field is wrong",
        "errors": [{"field": "urls[3]", "problem": "must be a text"}],
    }
    assert "errors" not in body(problem_response(404, "gone"))
    assert "Retry-After" not in response.headers
    assert problem_response(409, "later", retry_after=2).headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("error", "status", "detail", "retry_after"),
    [
        (Rejected("no", {"f": "x"}), 422, "no", None),
        (Rejected("too large", status=413), 413, "too large", None),
        (NotFound("there is no job"), 404, "there is no job", None),
        (Conflict("not done", retry_after=2), 409, "not done", "2"),
        (Conflict("has ended"), 409, "has ended", None),
        (Unauthorized("who are you"), 401, "who are you", None),
        (Forbidden("not you"), 403, "not you", None),
        (TooMany("slower", retry_after=7), 429, "slower", "7"),
        (Missing("jobs/x"), 404, "deleted while you asked", None),
        (Transient("host secret.example refused"), 503, "storage does not answer", "5"),
        (NewerVersion("version 2"), 503, "storage does not answer", "5"),
        (SettingsError("AUTHORS_KEY is missing: set it"), 503, "AUTHORS_KEY is missing", "60"),
        (KeyError("secret"), 500, "a fault of Undertone's", "30"),
    ],
)
def test_each_error_has_its_answer(
    error: Exception, status: int, detail: str, retry_after: str | None
) -> None:
    @problem_responses
    def handler(_req: func.HttpRequest) -> func.HttpResponse:
        raise error

    response = handler(request())
    assert response.status_code == status
    assert detail in body(response)["detail"]
    assert response.headers.get("Retry-After") == retry_after
    assert b"secret" not in response.get_body()


def test_an_error_may_have_headers_of_its_own() -> None:
    @problem_responses
    def asks(_req: func.HttpRequest) -> func.HttpResponse:
        raise Unauthorized("who", challenge='Bearer error="invalid_token"')

    @problem_responses
    def limits(_req: func.HttpRequest) -> func.HttpResponse:
        raise TooMany("slower", retry_after=7, headers={"RateLimit": '"user";r=0;t=7'})

    assert asks(request()).headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert limits(request()).headers["RateLimit"] == '"user";r=0;t=7'


def test_who_calls_is_known_within_the_call_alone() -> None:
    with pytest.raises(LookupError):
        caller(request())
    with called_by(EVERYBODY):
        assert caller(request()) == EVERYBODY
    with pytest.raises(LookupError):
        caller(request())


def test_no_problem_shows_a_secret_that_is_known() -> None:
    remember("marker-of-the-problem-test")
    shown = problem_response(400, "x", problems={"f": "not marker-of-the-problem-test"})
    assert body(shown)["errors"] == [{"field": "f", "problem": f"not {REMOVED}"}]


def test_a_fault_is_logged_without_the_query(caplog: pytest.LogCaptureFixture) -> None:
    @problem_responses
    def handler(_req: func.HttpRequest) -> func.HttpResponse:
        raise ZeroDivisionError

    handler(request())
    assert "GET http://localhost:7071/api/jobs failed" in caplog.text
    assert "code=secret" not in caplog.text


def test_what_succeeds_is_passed_on() -> None:
    done = json_response({})

    @problem_responses
    def handler(_req: func.HttpRequest) -> func.HttpResponse:
        """What it does."""
        return done

    assert handler(request()) is done
    assert handler.__doc__ == "What it does."


@pytest.mark.parametrize(
    ("url", "headers", "base"),
    [
        ("http://localhost:7071/api/jobs", {}, "http://localhost:7071/api"),
        ("http://h/api/jobs", {"x-forwarded-proto": "https"}, "https://h/api"),
        ("http://h/api/jobs", {"x-forwarded-proto": "https, http"}, "https://h/api"),
        ("https://h/api/jobs", {"x-forwarded-proto": "javascript"}, "https://h/api"),
    ],
)
def test_addresses_are_those_that_the_caller_sees(
    url: str, headers: dict[str, str], base: str
) -> None:
    assert base_url(request(headers=headers, url=url)) == base


@pytest.mark.parametrize(("text", "number"), [("", 20), ("1", 1), ("100", 100), ("007", 7)])
def test_a_whole_number_of_the_query(text: str, number: int) -> None:
    assert int_param(request({"limit": text}), "limit", 20, least=1, most=100) == number


@pytest.mark.parametrize("text", ["0", "101", "-1", "1.5", "ten", "1e1", " ", "²"])
def test_what_is_no_whole_number_in_its_bounds_is_named(text: str) -> None:
    with pytest.raises(Rejected) as raised:
        int_param(request({"limit": text}), "limit", 20, least=1, most=100)
    assert raised.value.problems == {"limit": "must be a whole number from 1 to 100"}


@pytest.fixture(scope="module")
def cut_off() -> Iterator[App]:
    """The app, with storage on a port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        connection = settings(taken.getsockname()[1]).connection
        named = {
            "AzureWebJobsStorage": connection,
            "ANALYZER": "vader",
            "API_KEYS": KEYS,
            "AUTHORS": "plain",
        }
        with running_app(named) as started:
            yield started


def test_a_caller_is_told_in_seconds_when_to_try_again(cut_off: App) -> None:
    cut_off.http("GET", "/api/health")
    began = time.monotonic()
    body = {"urls": ["https://news.ycombinator.com/item?id=1"]}
    answer = cut_off.post(body, x_functions_key="key")
    assert time.monotonic() - began < 30, "the SDK's own retries take more than a minute"
    assert answer.headers["retry-after"] == "5"
    assert "storage does not answer just now" in refused(answer, 503)["detail"]
