"""Asks an identity provider over HTTPS, with limits to size and time. Imports requests."""

from __future__ import annotations

import time

import requests

from undertone.errors import Transient

MOST_BYTES = 512 * 1024
"""Of an answer; a provider's keys are some ten kilobytes."""
TIMES = (3.05, 5.0)
"""Seconds for a connection, and for each part of the answer."""
LONGEST = 8.0
"""Seconds for the whole of it."""


def fetch(url: str) -> bytes:
    """What stands at `url`: not through redirects, proxies' or machine's credentials or cookies.

    Raises Transient.
    """
    end = time.monotonic() + LONGEST
    try:
        with requests.Session() as session:
            session.auth = _no_credentials
            answer = session.get(url, timeout=TIMES, allow_redirects=False, stream=True)
            with answer:
                if answer.status_code != 200:
                    raise Transient(f"{url} answered {answer.status_code}")
                return _body(answer, url, end)
    except (requests.RequestException, OSError) as error:
        raise Transient(f"{url} could not be read ({type(error).__name__})") from None


def _body(answer: requests.Response, url: str, end: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_content(16_384):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise Transient(f"{url} answered with more than {MOST_BYTES:,} bytes")
        if time.monotonic() > end:
            raise Transient(f"{url} answered for longer than {LONGEST:g} s")
    return b"".join(parts)


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request alone; a session without `auth` sends what .netrc has for the host."""
    return request
