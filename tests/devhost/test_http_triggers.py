from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from devhost.http_triggers import BODY_LIMIT
from tests.devhost.playground import Playground, playground, until


@pytest.fixture(scope="module")
def site(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    with playground(azurite, tmp_path_factory.mktemp("http")) as running:
        yield running


@pytest.fixture(scope="module")
def api(site: Playground) -> str:
    return f"{site.host.url}/api"


def raw_request(api: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(api).netloc, timeout=30)


def test_what_reaches_a_function(api: str) -> None:
    url = f"{api}/echo/a%20b/7?x=1&x=2&empty=&y=%C3%A9"
    seen = requests.post(url, b"hello", headers={"X-Mixed-Case": "Yes"}, timeout=30).json()
    assert seen["method"] == "POST"
    assert seen["url"] == url
    assert seen["route"] == {"name": "a b", "number": "7"}
    assert seen["query"] == {"x": "1,2", "y": "é"}
    assert seen["headers"]["x-mixed-case"] == "Yes"
    assert not any(name != name.lower() for name in seen["headers"])
    assert seen["body"] == "hello"


def test_repeated_headers_are_joined_with_commas(api: str) -> None:
    connection = raw_request(api)
    connection.putrequest("GET", "/api/echo/x")
    connection.putheader("X-Twice", "1")
    connection.putheader("X-Twice", "2")
    connection.endheaders()
    assert b'"x-twice": "1,2"' in connection.getresponse().read()
    connection.close()


def test_a_body_without_a_length_is_not_passed_on(api: str) -> None:
    seen = requests.post(f"{api}/echo/x", data=iter([b"chunk", b"ed"]), timeout=30).json()
    assert seen["headers"]["transfer-encoding"] == "chunked"
    assert seen["length"] == 0


def test_a_big_body_arrives_whole(api: str) -> None:
    seen = requests.post(f"{api}/echo/x", b"x" * 20_000_000, timeout=60).json()
    assert seen["length"] == 20_000_000


def test_a_body_over_the_limit_is_413_before_it_is_read(api: str) -> None:
    connection = raw_request(api)
    connection.putrequest("POST", "/api/echo/x")
    connection.putheader("Content-Length", str(BODY_LIMIT + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "api/unknown"),
        ("DELETE", "api/echo/x"),
        ("HEAD", "api/echo/x"),
        ("GET", "api/echo/x/word"),
        ("GET", "echo/x"),
    ],
)
def test_all_that_does_not_fit_is_404(site: Playground, method: str, path: str) -> None:
    answer = requests.request(method, f"{site.host.url}/{path}", timeout=30)
    assert (answer.status_code, answer.content) == (404, b"")


def test_the_function_with_the_first_name_answers(site: Playground, api: str) -> None:
    answer = requests.get(f"{api}/order/list", timeout=30)
    assert answer.json() == {"function": "aaa_general"}
    assert any("zzz_special is answered by aaa_general" in one for one in site.host.warnings)


def test_status_headers_and_cookies_come_back(api: str) -> None:
    answer = requests.get(f"{api}/open", timeout=30)
    assert (answer.status_code, answer.text) == (201, "welcome")
    assert answer.headers["x-one"] == "1"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.raw.headers.getlist("set-cookie") == [
        "a=1; HttpOnly; Path=/; SameSite=Lax",
        "b=2; Max-Age=60",
    ]


@pytest.mark.parametrize(
    ("path", "reason"),
    [("boom", "RuntimeError: boom went the function"), ("nothing", "TypeError: unable to encode")],
)
def test_a_failing_function_is_500_without_a_body(
    site: Playground, api: str, path: str, reason: str
) -> None:
    answer = requests.get(f"{api}/{path}", timeout=30)
    assert (answer.status_code, answer.content) == (500, b"")
    assert reason in site.await_log(reason)


def test_without_keys_nobody_is_asked(api: str) -> None:
    assert requests.get(f"{api}/master", timeout=30).status_code == 200


def test_functions_run_side_by_side(api: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with ThreadPoolExecutor(4) as pool:
        slow = [
            pool.submit(requests.get, f"{api}/slow", params={"file": str(gate)}, timeout=60)
            for _ in range(4)
        ]
        try:
            assert requests.get(f"{api}/open", timeout=30).status_code == 201
            assert not any(one.done() for one in slow)
        finally:
            gate.touch()
        assert all(one.result().status_code == 200 for one in slow)


def test_the_line_says_what_happened(site: Playground, api: str) -> None:
    requests.get(f"{api}/echo/line", timeout=30)
    log = site.await_log("GET /api/echo/line → 200")
    [line] = [line for line in log.splitlines() if "/api/echo/line" in line]
    assert " #0 echo " in line
    assert " ok " in line
    assert " ms " in line


def test_no_body_and_status_304(api: str) -> None:
    answer = requests.get(f"{api}/unchanged", timeout=30)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == '"1"'


LIMITS = "AzureFunctionsJobHost__extensions__http__"


def test_too_many_outstanding_requests_are_429(azurite: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    settings = {f"{LIMITS}maxOutstandingRequests": "2"}
    with playground(azurite, tmp_path, settings) as ground, ThreadPoolExecutor(4) as pool:
        api = f"{ground.host.url}/api"
        four = [
            pool.submit(requests.get, f"{api}/slow", params={"file": str(gate)}, timeout=90)
            for _ in "1234"
        ]
        try:
            until(lambda: sum(one.done() for one in four) == 2 or None, "two to be turned away")
        finally:
            gate.touch()
        assert sorted(one.result().status_code for one in four) == [200, 200, 429, 429]


def test_requests_over_the_concurrency_wait(azurite: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    settings = {f"{LIMITS}maxConcurrentRequests": "1"}
    with playground(azurite, tmp_path, settings) as ground, ThreadPoolExecutor(2) as pool:
        api = f"{ground.host.url}/api"
        both = [
            pool.submit(requests.get, f"{api}/slow", params={"file": str(gate)}, timeout=90)
            for _ in "12"
        ]
        time.sleep(2)
        gate.touch()
        assert [one.result().status_code for one in both] == [200, 200]
        first, second = (line for line in ground.log.read_text().splitlines() if "slow" in line)
        assert _milliseconds(first) > 1000
        assert _milliseconds(second) < 1000, "it ran beside the first instead of after it"


def _milliseconds(line: str) -> float:
    return float(line.partition(" ms ")[0].split()[-1])


@pytest.fixture(scope="module")
def locked(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with playground(azurite, tmp_path_factory.mktemp("keys"), function_key="sesame") as running:
        yield f"{running.host.url}/api"


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        ("echo/x", None, 401),
        ("echo/x", "wrong", 401),
        ("echo/x", "sesame", 200),
        ("echo/x?code=sesame", None, 200),
        ("echo/x?code=sesame", "wrong", 401),
        ("open", None, 201),
        ("master", "sesame", 401),
        ("unknown", None, 404),
    ],
)
def test_keys(locked: str, path: str, header: str | None, status: int) -> None:
    headers = {} if header is None else {"x-functions-key": header}
    answer = requests.get(f"{locked}/{path}", headers=headers, timeout=30)
    assert answer.status_code == status
    if status == 401:
        assert answer.content == b""
