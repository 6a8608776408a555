from __future__ import annotations

from typing import Any

import pytest

from devhost import routes
from devhost.errors import StartupError
from devhost.routes import Route
from devhost.worker import Function


def function(name: str, route: str | None = None, methods: tuple[str, ...] = ("GET",)) -> Function:
    trigger: dict[str, Any] = {"type": "httpTrigger", "name": "req", "methods": list(methods)}
    if route is not None:
        trigger["route"] = route
    return Function(name, name, trigger)


def built(*functions: Function, prefix: str = "api") -> list[Route]:
    return routes.build(functions, prefix)


def matched(
    table: list[Route], path: str, method: str = "GET"
) -> tuple[str, dict[str, str]] | None:
    hit = routes.find(table, method, path)
    return (hit[0].function.name, hit[1]) if hit else None


def test_the_first_name_wins_not_the_more_special_route() -> None:
    table = built(function("zzz", "jobs/list"), function("aaa", "jobs/{id}"))
    assert matched(table, "/api/jobs/list") == ("aaa", {"id": "list"})


def test_a_later_route_answers_what_the_first_does_not() -> None:
    table = built(function("a", "jobs/{id}", ("POST",)), function("b", "jobs/{name}"))
    assert matched(table, "/api/jobs/7") == ("b", {"name": "7"})


@pytest.mark.parametrize(
    ("template", "path", "parameters"),
    [
        ("jobs/{id}", "/api/jobs/a%20b%C3%A9", {"id": "a bé"}),
        ("jobs/{id}", "/api/jobs/a%2Fb", {"id": "a%2Fb"}),
        ("jobs/{id}", "/api/JOBS/7/", {"id": "7"}),
        ("jobs/{id}", "/api/jobs/", None),
        ("jobs/{id}", "/api/jobs/7/8", None),
        ("jobs/{id?}", "/api/jobs", {}),
        ("jobs/{id:int}", "/api/jobs/12", {"id": "12"}),
        ("jobs/{id:int}", "/api/jobs/x", None),
        ("jobs/{id:guid?}", "/api/jobs", {}),
        ("files/{*rest}", "/api/files/a/b", {"rest": "a/b"}),
        ("files/{*rest}", "/api/files", {}),
        ("out/{id}.csv", "/api/out/7.csv", {"id": "7"}),
        ("out/{id}.csv", "/api/out/7-csv", None),
    ],
)
def test_templates(template: str, path: str, parameters: dict[str, str] | None) -> None:
    hit = matched(built(function("f", template)), path)
    assert hit == (None if parameters is None else ("f", parameters))


def test_without_a_route_the_name_is_the_route() -> None:
    assert matched(built(function("health")), "/api/health") == ("health", {})


def test_without_a_prefix() -> None:
    assert matched(built(function("f", "jobs"), prefix=""), "/jobs") == ("f", {})


def test_the_wrong_method_is_not_found() -> None:
    assert matched(built(function("f", "jobs")), "/api/jobs", "HEAD") is None


def test_no_methods_means_all() -> None:
    assert matched(built(function("f", "jobs", ())), "/api/jobs", "DELETE") == ("f", {})


def test_bad_templates_are_refused() -> None:
    with pytest.raises(StartupError, match=r"\{id:date\}"):
        built(function("f", "jobs/{id:date}"))
    with pytest.raises(StartupError, match="no valid template"):
        built(function("f", "jobs/{id"))


def test_clashes_name_both_functions() -> None:
    [warning] = routes.clashes(built(function("b", "jobs/{x}"), function("a", "jobs/{id}")))
    assert "of function b is answered by a" in warning
    [hidden] = routes.clashes(built(function("zzz", "jobs/list"), function("aaa", "jobs/{id}")))
    assert "zzz" in hidden


def test_no_clash_between_methods_or_when_the_special_route_comes_first() -> None:
    assert routes.clashes(built(function("a", "jobs"), function("b", "jobs", ("POST",)))) == []
    assert routes.clashes(built(function("a", "jobs/list"), function("b", "jobs/{id}"))) == []
