"""The HTTP session through which every source asks its platform.

Polite: a User-Agent of its own, no cookies, time-outs, few quick retries, and a delay that the
platform asks for is left to the queue instead of being slept through. Guarded: only the platform's
own addresses, checked again at each redirect; a limit to size, time and nesting of an answer;
errors without the query strings of addresses, which may hold keys.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, ReadTimeoutError

from undertone import wire
from undertone.errors import Delayed, Permanent, Transient
from undertone.ports import Clock
from undertone.sources.delays import retry_time
from undertone.sources.public_hosts import NotPublic
from undertone.sources.transport import USER_AGENT, Limits, open_session
from undertone.sources.validation import malformed
from undertone.text import excerpt

Allows = Callable[[str], bool]
"""Whether a URL may be requested."""


class Answer(NamedTuple):
    """A platform's response: a success, or a refusal (4xx but 429) that its source interprets."""

    status: int
    headers: Mapping[str, str]
    body: Any
    """Decoded JSON; None for a refusal whose body is not JSON."""

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return self.status < 300


def utc_now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def allow_only(*bases: str) -> Allows:
    """Allows the origins (scheme, host and port) of `bases` and nothing else."""
    origins = {_origin(base) for base in bases}
    return lambda url: _origin(url) in origins


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ("", "", None)
    if parts.username is not None or parts.password is not None:
        return ("", "", None)
    return (
        parts.scheme,
        parts.hostname or "",
        port or {"http": 80, "https": 443}.get(parts.scheme),
    )


class Session:
    """Requests to one platform, called `name` in messages; safe to use from several threads.

    `authorities`: a file of certificates to trust in place of the usual ones. `platform_wide`
    False: when one host throttles, the platform's other hosts may still be asked.
    """

    def __init__(
        self,
        name: str,
        allows: Allows,
        *,
        limits: Limits | None = None,
        clock: Clock = utc_now,
        user_agent: str = USER_AGENT,
        adapter: Callable[..., HTTPAdapter] = HTTPAdapter,
        authorities: str | None = None,
        platform_wide: bool = True,
    ) -> None:
        self.name = name
        self._platform_wide = platform_wide
        self._allows = allows
        self._limits = limits or Limits()
        self._clock = clock
        self._requests = open_session(
            self._limits, adapter=adapter, user_agent=user_agent, authorities=authorities
        )

    def now(self) -> datetime:
        """The present moment, by the clock that delays are counted from."""
        return self._clock()

    def get(
        self,
        url: str,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        explains_throttle: bool = False,
    ) -> Answer:
        """The JSON at `url`, through redirects that stay with the platform.

        `explains_throttle`: a 429 is an answer like others, whose body the caller reads.

        Raises Delayed (429, 5xx, time-out), Transient (connection trouble) or Permanent (not
        JSON, too large, a redirect that leads away).
        """
        for _ in range(self._limits.redirects + 1):
            response = self._send("GET", url, headers, params=dict(params or {}))
            with response:
                target = self._redirect(response)
                if target is None:
                    return self._answer(response, explains_throttle=explains_throttle)
            if _origin(target) != _origin(url):
                headers = None  # credentials for one host are not shown to another
            url, params = target, None
        raise Permanent(f"{self.name} redirected more than {self._limits.redirects} times")

    def post(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """Send a form or JSON once: a POST is never retried nor redirected. Raises as `get`."""
        with self._send(
            "POST", url, headers, params=dict(params or {}), data=form, json=json, auth=auth
        ) as response:
            if self._redirect(response) is not None:
                raise malformed(self.name, "a redirect where none is documented")
            return self._answer(response)

    def location(self, url: str) -> str | None:
        """Where `url` redirects to, absolute; None if it does not. Raises as `get`.

        The target itself is neither requested nor checked here.
        """
        with self._send("GET", url, None) as response:
            target = self._redirect(response)
            if target is None:
                self._raise_for_throttle(response)
            return target

    def _send(self, method: str, url: str, headers: Mapping[str, str] | None, **kw: Any) -> Any:
        if not self._allows(url):
            raise self._leads_away(url)
        try:
            return self._requests.request(
                method,
                url,
                headers=headers,
                timeout=(self._limits.connect, self._limits.read),
                allow_redirects=False,
                stream=True,
                **kw,
            )
        except NotPublic as error:
            host = _origin(url)[1]
            raise Permanent(f"{host} is not asked: {error}", state="unsupported") from None
        except requests.Timeout:
            raise Delayed(f"{self.name} did not answer in time") from None
        except requests.ConnectionError as error:
            raise self._unreached(error) from None
        except (requests.RequestException, HTTPError, UnicodeError) as error:
            raise Permanent(f"{self.name} cannot be asked ({type(error).__name__})") from None

    def _unreached(self, error: requests.ConnectionError) -> Delayed | Transient:
        cause = error.args[0] if error.args else None
        if isinstance(getattr(cause, "reason", None), ReadTimeoutError):
            return Delayed(f"{self.name} did not answer in time")
        return Transient(f"{self.name} could not be reached ({type(error).__name__})")

    def _leads_away(self, url: str) -> Permanent:
        host = excerpt(_origin(url)[1], 100) or "an address that cannot be read"
        return Permanent(
            f"{self.name} led to {host}, which is not one of its own hosts: not followed"
        )

    def _redirect(self, response: requests.Response) -> str | None:
        location = response.headers.get("location")
        if not 300 <= response.status_code < 400 or location is None:
            return None
        try:
            # Servers send raw UTF-8; requests reads headers as Latin-1.
            readable = location.encode("latin-1", "replace").decode("utf-8", "replace")
            target = urljoin(response.url, readable)
        except ValueError:
            raise self._leads_away("") from None
        return target

    def _answer(self, response: requests.Response, *, explains_throttle: bool = False) -> Answer:
        if not (explains_throttle and response.status_code == 429):
            self._raise_for_throttle(response)
        data = self._body(response)
        ok = response.status_code < 300
        try:
            body = wire.decode_lenient(data)
        except ValueError as error:
            if ok:
                raise malformed(self.name, str(error)) from None
            body = None
        if not ok and response.status_code < 400:
            raise malformed(self.name, f"status {response.status_code}")
        return Answer(response.status_code, CaseInsensitiveDict(response.headers), body)

    def _raise_for_throttle(self, response: requests.Response) -> None:
        status = response.status_code
        if status == 429 or status >= 500:
            what = "is asked too often" if status == 429 else "is out of order"
            until = retry_time(response.headers, self._clock())
            raise Delayed(
                f"{self.name} {what} (status {status})", until, platform_wide=self._platform_wide
            )

    def _body(self, response: requests.Response) -> bytes:
        end = time.monotonic() + self._limits.total
        parts: list[bytes] = []
        size = 0
        try:
            while part := response.raw.read1(65536, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > self._limits.size:
                    raise Permanent(
                        f"{self.name} answered with more than {self._limits.size} bytes"
                    )
                if time.monotonic() > end:
                    raise Delayed(f"{self.name} answered for longer than {self._limits.total:g} s")
        except ReadTimeoutError:
            raise Delayed(f"{self.name} stopped in the middle of its answer") from None
        except (HTTPError, OSError) as error:
            raise Transient(
                f"{self.name} broke off in the middle of its answer ({type(error).__name__})"
            ) from None
        return b"".join(parts)
