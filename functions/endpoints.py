"""The addresses of the app, and what they say to a method that they do not have.

The host answers 404 then, as if there were no such address. So each address has one more function,
for all its other methods: it answers 405 and, to OPTIONS, 204, both with `Allow`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import azure.functions as func

from functions.access import Access, guarded
from functions.http import Handler, problem_response, problem_responses
from undertone import wiring

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_OPEN = func.AuthLevel.ANONYMOUS
RULES: dict[str, Access] = {}
"""Function → who may call it; those for other methods answer everybody alike."""
_served: dict[str, list[str]] = {}
"""Route → the methods that it has."""


def endpoint(
    blueprint: func.Blueprint,
    name: str,
    method: str,
    route: str,
    *,
    access: Access,
) -> Callable[[Handler], Any]:
    """Registers a handler in `blueprint` as the function `name`, for one method of `route`.

    `access` says who may call it. To the host every route is open, because it tells the app
    neither whose key it has seen nor knows of tokens (docs/decisions/0017-who-is-asking.md).
    """
    _served.setdefault(route, []).append(method)
    RULES[name] = access

    def register(handler: Handler) -> Any:
        entered = problem_responses(guarded(handler, access, wiring.gate))
        entered.__name__ = name
        bound = blueprint.route(route, methods=[method], auth_level=_OPEN)(entered)
        return blueprint.function_name(name)(bound)

    return register


def other_methods() -> func.Blueprint:
    """A function for each address that `endpoint` has registered so far."""
    blueprint = func.Blueprint()
    for route, methods in _served.items():
        _refuse_others(blueprint, route, methods)
    return blueprint


def _refuse_others(blueprint: func.Blueprint, route: str, methods: list[str]) -> None:
    allow = ", ".join([*methods, "OPTIONS"])

    def answer(req: func.HttpRequest) -> func.HttpResponse:
        headers = {"Allow": allow}
        if req.method == "OPTIONS":
            return func.HttpResponse(status_code=204, headers=headers)
        if req.method == "HEAD":
            return func.HttpResponse(status_code=405, headers=headers)
        detail = f"this address answers {allow}, not {req.method}"
        return problem_response(405, detail, headers=headers)

    others = [method for method in _METHODS if method not in methods]
    bound = blueprint.route(route, methods=others, auth_level=_OPEN)(answer)
    blueprint.function_name(_name(route))(bound)


def _name(route: str) -> str:
    """The name of the function for other methods, by which the host goes.

    At `jobs/create` the host must ask that address's function before those of `jobs/{job_id}`, and
    the one for other methods of `jobs/{job_id}` after all.
    """
    kind = "wrong_method" if "{" in route else "allow"
    return f"{kind}_{'_'.join(re.findall('[a-z_]+', route))}"
