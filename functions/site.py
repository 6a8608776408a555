"""Whether the app is up, and whether it can work."""

from __future__ import annotations

import azure.functions as func

from functions.access import PUBLIC
from functions.endpoints import endpoint
from functions.http import json_response
from undertone import wiring
from undertone.readiness import OK

blueprint = func.Blueprint()


@endpoint(blueprint, "health", "GET", "health", access=PUBLIC)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the binding wants it
    """That the app has loaded and answers; asks nothing of storage, so that it costs nothing."""
    return json_response({"status": "ok"})


@endpoint(blueprint, "ready", "GET", "ready", access=PUBLIC)
def ready(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the binding wants it
    """200 if all that the app needs answers, else 503; each thing with `ok` or what is wrong.

    For everybody, as probes have no key: the answer names settings and never their values, and many
    who ask cost no more than one (`Readiness`).
    """
    checks = wiring.readiness().look()
    is_ready = set(checks.values()) == {OK}
    body = {"status": "ready" if is_ready else "not_ready", "checks": checks}
    return json_response(body, 200 if is_ready else 503, {} if is_ready else {"Retry-After": "5"})
