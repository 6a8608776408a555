"""How `requests` is set up for a session: User-Agent, redirects, retries, limits, log lines."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import NamedTuple, override

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

USER_AGENT = "undertone/0.1 (reads public comments on behalf of their audience's owner)"

THREADS = 32
"""Connections kept open to a host: as many as there are threads that may ask at once."""


class Limits(NamedTuple):
    """What one answer may cost. Times in seconds."""

    connect: float = 5
    read: float = 20
    """Between two pieces of an answer."""
    total: float = 60
    """For the whole answer, however steadily it drips."""
    size: int = 32 * 1024 * 1024
    """Bytes, after decompression."""
    redirects: int = 3
    retries: int = 2
    """At once, after a broken connection or a 5xx that names no delay."""
    backoff: float = 0.3


class _NoRedirects(requests.Session):
    """Leaves redirects to us: requests would read the body of one to its end, however long."""

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class _QuickRetry(Retry):
    """Retries at once or not at all: a delay that the platform names is left to the queue."""

    @override
    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        return not has_retry_after and super().is_retry(method, status_code)


class _NoQueries(logging.Filter):
    """Removes query strings from the addresses that urllib3 logs: they may hold keys."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"\?[^\s'\"]*", "?…", record.getMessage()), ()
        return True


_NO_QUERIES = _NoQueries()


def open_session(
    limits: Limits,
    *,
    adapter: Callable[..., HTTPAdapter],
    user_agent: str,
    authorities: str | None,
) -> requests.Session:
    """A session without cookies, proxies or credentials of the environment.

    `authorities`: a file of certificates to trust in place of the usual ones.
    """
    session = _NoRedirects()
    session.verify = authorities or True
    session.trust_env = False  # no .netrc, no proxy that a host name could be lent to
    session.headers["User-Agent"] = user_agent
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    quick = _QuickRetry(
        total=limits.retries,
        read=min(1, limits.retries),
        redirect=0,
        other=0,
        status_forcelist=(500, 502, 503, 504),
        backoff_factor=limits.backoff,
        raise_on_status=False,
    )
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter(max_retries=quick, pool_maxsize=THREADS))
    for logger in ("urllib3.connectionpool", "urllib3.util.retry"):
        logging.getLogger(logger).addFilter(_NO_QUERIES)
    return session
