"""Who may call what: every address has a rule, and nobody gets past it to a handler.

A route names its rule where it is registered (`endpoint(…, access=USER)`); there is no default, so
that a new route without one does not even import. `tests/functions/test_access.py` asks every route
as everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import azure.functions as func

from functions.http import Handler, called_by
from undertone.identity import callers

if TYPE_CHECKING:
    from undertone.identity.gate import Gate


class Access(NamedTuple):
    """A route's rule."""

    roles: frozenset[str]
    """Whoever has one of these may call; empty: everybody, who is not even asked who they are."""
    policies: tuple[str, ...] = ()
    """Limits by address beside those of every call; names from `undertone.identity.gate`."""


PUBLIC = Access(frozenset())
"""For everybody. Such a handler must cost nothing: its calls are not counted either."""
USER = Access(callers.ROLES)
"""For all who are known, each with things of their own."""
ANALYSES = Access(callers.ROLES, ("analysis",))
"""For all who are known, with few calls a second for each address: one costs more than others."""
ANALYST = Access(frozenset({callers.ANALYST, callers.ADMIN}))
"""For those who may read feedback and analytics."""
ADMIN = Access(frozenset({callers.ADMIN}))
"""For those who look after the app."""


def guarded(handler: Handler, access: Access, gate: Callable[[], Gate]) -> Handler:
    """`handler`, for those whom `access` lets in.

    The result raises what `Gate.enter` raises.
    """
    if not access.roles:
        return handler

    def handle(req: func.HttpRequest) -> func.HttpResponse:
        headers = {name.lower(): value for name, value in req.headers.items()}
        entry = gate().enter(headers, access.roles, access.policies)
        with called_by(entry.caller):
            response = handler(req)
        for name, value in entry.headers.items():
            response.headers[name] = value
        return response

    return handle
