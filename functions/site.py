"""What is there for everyone: health."""

from __future__ import annotations

import azure.functions as func

from functions.access import PUBLIC
from functions.endpoints import endpoint
from functions.http import json_response

blueprint = func.Blueprint()


@endpoint(blueprint, "health", "GET", "health", access=PUBLIC)
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the binding wants it
    """That the app has loaded and answers; asks nothing of storage, so that it costs nothing."""
    return json_response({"status": "ok"})
