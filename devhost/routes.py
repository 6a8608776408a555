"""Finds the function for a path by ASP.NET's route templates, in the order of function names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from devhost.errors import StartupError
from devhost.worker import Function

_PARAMETER = re.compile(r"\{(\*{0,2})(\w+)((?::[^{}:?]+)*)(\?)?\}")
_CONSTRAINTS = {
    "": r"[^/]+",
    "alpha": r"[A-Za-z]+",
    "bool": r"(?i:true|false)",
    "guid": r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "int": r"[+-]?[0-9]{1,10}",
    "long": r"[+-]?[0-9]{1,19}",
}
ANY_METHOD = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Route:
    """One HTTP function with the paths and methods that it answers."""

    function: Function
    template: str
    """With the prefix, without a leading slash: `api/jobs/{job_id}/status`."""
    pattern: re.Pattern[str]
    methods: frozenset[str]
    level: str
    """`anonymous`, `function` or `admin`."""


def build(functions: Iterable[Function], prefix: str) -> list[Route]:
    """The routes of all HTTP functions in matching order. Raises StartupError on a bad template."""
    http = [function for function in functions if function.trigger["type"] == "httpTrigger"]
    return [
        _route(function, prefix) for function in sorted(http, key=lambda function: function.name)
    ]


def _route(function: Function, prefix: str) -> Route:
    trigger = function.trigger
    own = trigger.get("route") or function.name
    template = "/".join(part for part in (prefix.strip("/"), own.strip("/")) if part)
    methods = frozenset(method.upper() for method in trigger.get("methods") or ANY_METHOD)
    level = str(trigger.get("authLevel") or "function").lower()
    return Route(function, template, _compile(template, function.name), methods, level)


def _compile(template: str, name: str) -> re.Pattern[str]:
    """A pattern for whole paths; optional and catch-all segments take their slash with them."""
    pattern = "".join(_segment(segment, name) for segment in template.split("/"))
    return re.compile(pattern + "/?", re.IGNORECASE)


def _segment(segment: str, name: str) -> str:
    match = _PARAMETER.fullmatch(segment)
    if match is None:
        return "/" + _segment_pattern(segment, name)
    stars, parameter, constraints, optional = match.groups()
    if stars:
        return f"(?:/(?P<{parameter}>.*))?"
    group = f"/(?P<{parameter}>{_constraint(constraints, segment, name)})"
    return f"(?:{group})?" if optional else group


def _segment_pattern(segment: str, name: str) -> str:
    """A segment of literal text, perhaps with parameters in it (`{id}.csv`)."""
    pieces, end = [], 0
    for match in _PARAMETER.finditer(segment):
        pieces.append(re.escape(segment[end : match.start()]))
        pieces.append(f"(?P<{match[2]}>{_constraint(match[3], segment, name)})")
        end = match.end()
    rest = segment[end:]
    if "{" in rest or "}" in rest:
        raise StartupError(f"function {name}: the route segment {segment!r} is no valid template")
    return "".join(pieces) + re.escape(rest)


def _constraint(constraints: str, segment: str, name: str) -> str:
    constraint = constraints.removeprefix(":")
    if constraint not in _CONSTRAINTS:
        raise StartupError(
            f"function {name}: the development host does not know the constraint of {segment!r}; "
            f"it knows {', '.join(name for name in _CONSTRAINTS if name)}"
        )
    return _CONSTRAINTS[constraint]


def find(
    routes: Sequence[Route], method: str, raw_path: str
) -> tuple[Route, dict[str, str]] | None:
    """The first route for this still percent-encoded path, with its parameters decoded.

    An encoded slash stays encoded, as it does in ASP.NET.
    """
    path = unquote(re.sub("%2[Ff]", "%252F", raw_path))
    for route in routes:
        match = route.pattern.fullmatch(path)
        if match and method in route.methods:
            return route, {key: value for key, value in match.groupdict().items() if value}
    return None


def clashes(routes: Sequence[Route]) -> list[str]:
    """A warning for every function that an earlier one hides, for all its paths or for some."""
    warnings = []
    for place, later in enumerate(routes):
        example = "/" + _PARAMETER.sub("0", later.template)
        for earlier in routes[:place]:
            methods = earlier.methods & later.methods
            if methods and earlier.pattern.fullmatch(example):
                warnings.append(
                    f"{'/'.join(sorted(methods))} {later.template} of function "
                    f"{later.function.name} is answered by {earlier.function.name} "
                    f"({earlier.template}), because the host goes by the functions' names"
                )
    return warnings
