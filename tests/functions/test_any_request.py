"""Whatever is asked, the answer is one: never a 5xx."""

from __future__ import annotations

import contextlib
import json
import re
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.functions.running_app import App, NoRoute

pytestmark = pytest.mark.azurite

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
PATHS = ["jobs", "jobs/create", "jobs/{}", "jobs/{}/status", "jobs/{}/download", "jobs/{}/cancel"]
ODD = st.sampled_from(
    ["", "0", "-1", "1", "1e9", "nan", "9" * 5000, "\u0663", "null", "true", "\x00", "%00",
     "\ud83d", "\ufeff", "../..", "a/b", "'", '"', "\u2028", "\r\n", "=1+1", "random", "top",
     "urls", "comments", "x.csv", "x.jsonl", "posts.csv", "utf-8''%00", "x" * 3000]
) | st.text(max_size=20)  # fmt: skip
PARAMETERS = st.dictionaries(
    st.sampled_from(
        ["limit", "after", "page", "file", "as", "name", "comments_per_post", "order", "sample",
         "replies", "min_coverage", "max_age_minutes", "code", "else"]
    ),
    ODD,
    max_size=3,
)  # fmt: skip
CONTENT_TYPES = st.sampled_from(
    ["", "application/json", "text/csv", "text/plain", "application/x-ndjson", "text/json; x=[",
     "text/csv; charset=utf-16", "text/csv; charset*=utf-8''%00", "text/plain; charset=punycode",
     "text/plain; charset=rot13", 'text/csv; charset="', "\x00", ";;;", "multipart/form-data"]
)  # fmt: skip
HEADERS = st.fixed_dictionaries(
    {"content-type": CONTENT_TYPES},
    optional={
        name: st.text(max_size=300)
        for name in ["idempotency-key", "x-forwarded-proto", "if-none-match", "accept",
                     "traceparent", "transfer-encoding", "host"]
    },
)  # fmt: skip
PIECES = st.sampled_from(
    ["text", "id", "likes", "url", "date", "post", ",", ";", "\t", "|", '"', "\n", "\r", "\r\n",
     "sep=", "sep=\"", "sep=\r\r\n", "1 234K", "1\u00a0234K", "9" * 400 + "K", "2024-99-99",
     "9" * 13, "https://youtu.be/dQw4w9WgXcQ", "http://[", "at://", "\ufeff", "\x00", "\ud83d",
     "&#" + "1" * 5000, "{", "}", "[", "]", ":", '{"text":"a"}', '"urls"', '"posts"', '"comments"',
     "1" * 5000, "1e400", "-", "null", "NaN", "\\ud800", " "]
)  # fmt: skip
JSON_BODIES = st.fixed_dictionaries(
    {},
    optional={
        "urls": st.lists(ODD | st.integers(), max_size=3) | ODD,
        "posts": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "id": ODD,
                    "title": ODD,
                    "comments": st.lists(
                        st.dictionaries(
                            st.sampled_from(["text", "id", "author", "created_at", "likes", "x"]),
                            ODD | st.integers() | st.floats() | st.none() | st.just(10**400),
                            max_size=4,
                        ),
                        max_size=3,
                    ),
                },
            ),
            max_size=3,
        ),
        "name": ODD,
        "comments_per_post": st.integers() | ODD,
        "order": ODD,
    },
).map(lambda body: json.dumps(body).encode())
BODIES = (
    st.lists(PIECES, max_size=25).map(lambda pieces: "".join(pieces).encode("utf-8", "replace"))
    | st.binary(max_size=100)
    | JSON_BODIES
)


def asked(app: App, method: str, path: str, body: bytes = b"", **headers: str) -> int:
    """The status, 404 where the host has no such address."""
    with contextlib.suppress(NoRoute):
        return app.http(method, path, body, headers=headers).status
    return 404


REQUESTS = st.tuples(st.sampled_from(METHODS), st.sampled_from(PATHS), ODD, PARAMETERS)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=REQUESTS, headers=HEADERS, body=BODIES)
@example(("GET", "jobs", "", {"limit": "9" * 5000}), {}, b"")
@example(("GET", "jobs", "", {"after": "\x00/../\ud83d"}), {}, b"")
def test_any_request(
    app: App, request: tuple[str, str, str, dict[str, str]], headers: dict[str, str], body: bytes
) -> None:
    method, path, job, parameters = request
    query = urlencode(parameters, errors="replace")
    address = f"/api/{path.format(quote(job, safe='', errors='replace'))}?{query}"
    assert asked(app, method, address, body, **headers) < 500


NAMES = st.sampled_from(
    ["query", "job", "k", "table", "format", "timestamp", "user-id", "cursor", "ranking", "limit",
     "digit", "n", "request-id", "prompt", "tag", "post", "after", "page", "row", "id", "content",
     "title", "imageUri", "created_at", "comments", "labels", "feedback", "comment", "label",
     "texts", "collection", "text", "readers", "time", "topics", "entities", "name", "parameters",
     "positive", "negative", "insights", "search", "themes", "aliases", "examples"]
)  # fmt: skip
SCALARS = ODD | st.integers() | st.floats() | st.none() | st.booleans() | st.just(10**400)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=10,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=6).map(lambda body: json.dumps(body).encode())


def addresses(app: App) -> list[tuple[str, str]]:
    """Route and method of each function for HTTP that does more than name the right methods."""
    others = ("allow_", "wrong_method_")
    return sorted(
        (each["route"], method)
        for each in app.functions()
        if "route" in each and not each["name"].startswith(others)
        for method in each["methods"]
    )


@settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_request_to_any_address(app: App, data: st.DataObject) -> None:
    """Of the app's own list, so that a new address is asked too."""
    routes = sorted(
        {(f["route"], m) for f in app.functions() if "route" in f for m in f["methods"]}
    )
    route, method = data.draw(st.sampled_from(routes))
    if (route, method) == ("me", "DELETE"):
        return  # it would take the jobs of other tests
    parts = re.split(r"\{\w+\}", route)
    path = parts[0] + "".join(
        quote(data.draw(ODD), safe="", errors="replace") + p for p in parts[1:]
    )
    query = urlencode(data.draw(st.dictionaries(NAMES, ODD, max_size=3)), errors="replace")
    body = data.draw(OBJECTS | BODIES)
    headers = data.draw(HEADERS)
    assert asked(app, method, f"/api/{path}?{query}", body, **headers) < 500


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parameters=PARAMETERS, content_type=CONTENT_TYPES, body=BODIES)
@example({}, "text/csv", b"text,likes\na,1 234K\n")
@example({}, "text/csv", "text,likes\na,1\u00a0234K\n".encode())
@example({}, "text/csv", b"text,likes\na," + b"9" * 400 + b"K\n")
@example({}, "text/csv", b'sep="\ntext\na\n')
@example({}, "text/csv", b"sep=\r\r\ntext\na\n")
@example({}, "text/csv; charset*=utf-8''%00", b"text\na\n")
@example({}, "application/json", b'[{"text":"a","likes":' + b"1" * 5000 + b"}]")
@example({"as": "comments"}, "application/json", b'[{"text":"a","id":' + b"1" * 400 + b"}]")
def test_anything_submitted(
    app: App, parameters: dict[str, str], content_type: str, body: bytes
) -> None:
    query = urlencode(parameters, errors="replace")
    headers = {"content-type": content_type} if content_type else {}
    status = asked(app, "POST", f"/api/jobs/create?{query}", body, **headers)
    assert status in {202, 400, 411, 413, 422}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ["page", "limit"])
def test_a_number_of_thousands_of_digits(app: App, path: str, name: str) -> None:
    assert asked(app, "GET", f"/api/{path.format('x')}?{name}={'9' * 5000}") < 500
