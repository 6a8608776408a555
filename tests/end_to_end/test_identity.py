"""Identity and limits in the running app, over HTTP: two hosts on the same storage."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from devhost import azurite as emulator
from devhost.supervisor import DevHost
from tests.end_to_end.conftest import PROJECT
from tests.fakes.bad_tokens import BAD, WITHDRAWN, publish_weak_keys
from tests.fakes.oidc import AUDIENCE, Provider, provider
from tools.project import AZURITE_HOME

KEY = "a-key-of-forty-characters-and-some-more-0"
ADMIN_KEY = "another-key-of-forty-characters-and-more-1"
QUOTA = 150
AT_ONCE = 3


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class Running(NamedTuple):
    """Two hosts, each a process of its own, that know nothing of each other."""

    urls: tuple[str, str]
    issuer: Provider
    log: Path

    def ask(self, path: str = "jobs", at: int = 0, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.get(f"{self.urls[at]}/api/{path}", headers=named, timeout=60)


@pytest.fixture(scope="module")
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    if request.config.getoption("--func"):
        pytest.skip("func start is one host, with its own settings")
    log = tmp_path_factory.mktemp("hosts") / "host.log"
    with (
        log.open("wb") as output,
        provider() as issuer,
        emulator.azurite(home=AZURITE_HOME) as storage,
    ):
        publish_weak_keys(issuer)
        settings = {
            "AzureWebJobsStorage": storage,
            "ANALYZER": "vader",
            "OIDC_ISSUERS": issuer.issuer,
            "OIDC_AUDIENCES": AUDIENCE,
            "API_KEYS": f"bulk:{digest(KEY)} ops:{digest(ADMIN_KEY)}:admin",
            "REQUESTS_A_MINUTE": str(QUOTA),
            "JOBS_AT_ONCE": str(AT_ONCE),
        }
        with (
            DevHost(PROJECT, settings=settings, output=output) as one,
            DevHost(PROJECT, settings=settings, output=output) as two,
        ):
            yield Running((one.url, two.url), issuer, log)


def test_a_token_opens_and_any_that_was_tampered_with_does_not(running: Running) -> None:
    good = running.ask(authorization=f"Bearer {running.issuer.token()}")
    assert good.status_code == 200
    accepted = []
    for name, make in BAD.items():
        if name == WITHDRAWN:  # the hosts know it for an hour; see the rotation below
            continue
        answer = running.ask(authorization=f"Bearer {make(running.issuer)}")
        if answer.status_code != 401 or "WWW-Authenticate" not in answer.headers:
            accepted.append((name, answer.status_code))
    assert accepted == []


@pytest.mark.slow
def test_after_a_rotation_new_tokens_open_and_old_ones_do_not(running: Running) -> None:
    old = running.issuer.token()
    running.issuer.rotate("ES256", keep=False)
    new = running.issuer.token()
    end = time.monotonic() + 90
    while running.ask(authorization=f"Bearer {new}").status_code != 200:
        assert time.monotonic() < end, "the new key was not found, a minute after the last look"
        time.sleep(1)
    assert running.ask(authorization=f"Bearer {old}").status_code == 401


def minute_with_time_left() -> None:
    """Wait until what follows fits into one window."""
    left = 60 - time.time() % 60
    if left < 40:
        time.sleep(left + 0.2)


def test_two_hosts_at_once_let_exactly_so_many_requests_through(running: Running) -> None:
    minute_with_time_left()
    window = time.time() // 60

    def ask(number: int) -> requests.Response:
        return running.ask(at=number % 2, x_functions_key=KEY)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(QUOTA * 2)))
    assert time.time() // 60 == window, "the machine was too slow for this test"
    assert Counter(answer.status_code for answer in answers) == {200: QUOTA, 429: QUOTA}
    served = Counter(n % 2 for n, answer in enumerate(answers) if answer.status_code == 200)
    assert min(served[0], served[1]) > 10, "both have let some through"
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Policy"] == f'"user";q={QUOTA};w=60'
    assert refused.headers["RateLimit"].startswith('"user";r=0;t=')
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert running.ask(x_functions_key=ADMIN_KEY).status_code == 200, "another has its own"


def test_two_hosts_at_once_let_exactly_so_many_jobs_run(running: Running) -> None:
    """Each has thousands of comments, so that none ends meanwhile."""
    minute_with_time_left()

    def create(number: int) -> tuple[int, dict[str, Any]]:
        text = " ".join(["good"] * 50)
        body = {"posts": [{"id": "p", "comments": [{"text": text}] * 4_000}]}
        answer = requests.post(
            f"{running.urls[number % 2]}/api/jobs/create",
            json=body,
            headers={"X-Functions-Key": ADMIN_KEY},
            timeout=120,
        )
        return answer.status_code, answer.json()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(create, range(6)))
    statuses = Counter(status for status, _ in answers)
    assert statuses == {202: AT_ONCE, 429: 6 - AT_ONCE}
    for status, body in answers:
        if status == 202:
            requests.delete(
                f"{running.urls[0]}/api/jobs/{body['job_id']}",
                headers={"X-Functions-Key": ADMIN_KEY},
                timeout=60,
            )


def test_no_token_key_or_name_is_in_the_log(running: Running) -> None:
    token = running.issuer.token(sub="marker.person@example.org")
    assert running.ask(authorization=f"Bearer {token}").status_code in {200, 401}
    running.ask(x_functions_key="marker-key-that-nobody-knows")
    lines = running.log.read_text("utf-8", "replace")
    assert "list_jobs" in lines
    for secret in (token, token.rpartition(".")[2], KEY, ADMIN_KEY, digest(KEY), "marker",
                   "example.org", "Bearer "):  # fmt: skip
        assert secret not in lines
