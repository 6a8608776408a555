"""HTTP in and out: who is calling, JSON answers, and every error as problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from http import HTTPStatus
from typing import Any

import azure.functions as func
import msgspec

from undertone.errors import Forbidden, Missing, Rejected, Transient
from undertone.identity.callers import Caller
from undertone.scrubbing import scrub
from undertone.settings import SettingsError

log = logging.getLogger(__name__)

JSON = "application/json"
PROBLEM = "application/problem+json"

NOSNIFF = {"X-Content-Type-Options": "nosniff"}
"""JSON is not to be taken for a page, whatever markup others put into their comments."""
_MOST_DIGITS = 20
"""Of a number in the query; Python refuses to read thousands of them."""

_caller: ContextVar[Caller] = ContextVar("caller")

Handler = Callable[[func.HttpRequest], func.HttpResponse]


def json_response(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """`body` as JSON."""
    return func.HttpResponse(
        msgspec.json.encode(body),
        status_code=status,
        mimetype=JSON,
        headers={"Cache-Control": "no-store", **NOSNIFF, **(headers or {})},
    )


def problem_response(
    status: int,
    detail: str,
    *,
    problems: Mapping[str, str] | None = None,
    retry_after: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    """An error by RFC 9457; `errors` lists the offending fields and how to mend them."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if problems:
        body["errors"] = [{"field": field, "problem": text} for field, text in problems.items()]
    all_headers = {"Cache-Control": "no-store", **NOSNIFF, **(headers or {})}
    if retry_after is not None:
        all_headers["Retry-After"] = str(retry_after)
    return func.HttpResponse(
        scrub(msgspec.json.encode(body).decode()).encode(),
        status_code=status,
        mimetype=PROBLEM,
        headers=all_headers,
    )


def problem_responses(handler: Handler) -> Handler:
    """`handler`, with our errors as problem+json; any other error as a 500 without its details."""

    @wraps(handler)
    def handle(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return handler(req)
        except Rejected as error:
            return problem_response(
                error.status,
                error.detail,
                problems=error.problems,
                retry_after=error.retry_after,
                headers=error.headers,
            )
        except Missing:
            return problem_response(404, "the job is gone; it was deleted while you asked")
        except Transient as error:
            log.warning("not now: %s", error)
            return problem_response(
                503, "storage does not answer just now; try again", retry_after=5
            )
        except SettingsError as error:
            log.error("not set up: %s", error)
            return problem_response(503, f"this deployment is not set up: {error}", retry_after=60)
        except Exception:
            log.exception("%s %s failed", req.method, req.url.partition("?")[0])
            return problem_response(
                500, "this is a fault of Undertone's; it has been logged", retry_after=30
            )

    return handle


def caller(_req: func.HttpRequest) -> Caller:
    """Who makes the request that is being answered. Raises LookupError in a public handler."""
    return _caller.get()


def owner_for(req: func.HttpRequest, user: str) -> str:
    """Whose things this request is about: the caller's, or for an admin those of `user`.

    Raises Forbidden for anybody else who names another user.
    """
    known = caller(req)
    if user and user != known.owner and not known.is_admin:
        raise Forbidden("only an admin may name another user")
    return user or known.owner


@contextmanager
def called_by(known: Caller) -> Iterator[None]:
    """Within it `caller` says that it is `known` who asks."""
    token = _caller.set(known)
    try:
        yield
    finally:
        _caller.reset(token)


def base_url(req: func.HttpRequest) -> str:
    """`https://host/api`, as the caller sees it: behind a proxy by the headers it sets."""
    scheme, _, rest = req.url.partition("://")
    host = rest.partition("/")[0]
    forwarded = req.headers.get("x-forwarded-proto", "").split(",")[0].strip()
    if forwarded in {"http", "https"}:
        scheme = forwarded
    return f"{scheme}://{host}/api"


def int_param(req: func.HttpRequest, name: str, default: int, *, least: int, most: int) -> int:
    """A whole number from the query, `default` if it is not there. Raises Rejected."""
    text = req.params.get(name, "")
    if not text:
        return default
    is_number = text.isdecimal() and len(text) <= _MOST_DIGITS
    if not is_number or not least <= int(text) <= most:
        rule = f"must be a whole number from {least} to {most}"
        raise Rejected(f"`{name}` {rule}", {name: rule})
    return int(text)
