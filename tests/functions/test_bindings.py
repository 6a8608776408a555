"""What the app registers: functions, routes, queues, schedules, and who may call."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from devhost import routes
from devhost.timer_triggers import Schedule
from devhost.worker import Function
from tests.functions.conftest import refused
from tests.functions.running_app import APP, App, NoRoute
from undertone.pipeline.deletion import SWEEP_TIME
from undertone.pipeline.paging import YIELD_AFTER
from undertone.pipeline.stalls import STALLED
from undertone.settings import STORAGE, Settings
from undertone.storage.containers import ALL

pytestmark = pytest.mark.azurite

HTTP = {
    "submit": ("jobs/create", ["POST"], "ANONYMOUS"),
    "list_jobs": ("jobs", ["GET"], "ANONYMOUS"),
    "job_results": ("jobs/{job_id}", ["GET"], "ANONYMOUS"),
    "delete": ("jobs/{job_id}", ["DELETE"], "ANONYMOUS"),
    "job_status": ("jobs/{job_id}/status", ["GET"], "ANONYMOUS"),
    "download": ("jobs/{job_id}/download", ["GET"], "ANONYMOUS"),
    "cancel": ("jobs/{job_id}/cancel", ["POST"], "ANONYMOUS"),
    "my_data": ("me/data", ["GET"], "ANONYMOUS"),
    "erase_me": ("me", ["DELETE"], "ANONYMOUS"),
    "sample": ("jobs/{job_id}/sample", ["GET"], "ANONYMOUS"),
    "labels": ("jobs/{job_id}/labels", ["POST"], "ANONYMOUS"),
    "figures": ("jobs/{job_id}/figures", ["GET"], "ANONYMOUS"),
    "insights_query": ("insights/query", ["POST"], "ANONYMOUS"),
    "insights_classify": ("insights/classify", ["POST"], "ANONYMOUS"),
    "counter": ("counter", ["GET"], "ANONYMOUS"),
    "put_collection": ("collections/{name}", ["PUT"], "ANONYMOUS"),
    "get_collection": ("collections/{name}", ["GET"], "ANONYMOUS"),
    "delete_collection": ("collections/{name}", ["DELETE"], "ANONYMOUS"),
    "add_texts": ("texts", ["POST"], "ANONYMOUS"),
    "search": ("search", ["GET"], "ANONYMOUS"),
    "feedback": ("feedback", ["POST"], "ANONYMOUS"),
    "analytics": ("analytics", ["GET"], "ANONYMOUS"),
    "health": ("health", ["GET"], "ANONYMOUS"),
    "create_posts": ("posts", ["POST"], "ANONYMOUS"),
    "put_post": ("posts/{post_id}", ["PUT"], "ANONYMOUS"),
    "get_post": ("posts/{post_id}", ["GET"], "ANONYMOUS"),
    "delete_post": ("posts/{post_id}", ["DELETE"], "ANONYMOUS"),
    "analyse_post": ("posts/{post_id}/analysis", ["GET"], "ANONYMOUS"),
    "create_posts_v1": ("v1/posts", ["POST"], "ANONYMOUS"),
    "put_post_v1": ("v1/posts/{post_id}", ["PUT"], "ANONYMOUS"),
    "get_post_v1": ("v1/posts/{post_id}", ["GET"], "ANONYMOUS"),
    "delete_post_v1": ("v1/posts/{post_id}", ["DELETE"], "ANONYMOUS"),
    "analyse_post_v1": ("v1/posts/{post_id}/analysis", ["GET"], "ANONYMOUS"),
    "get_post_batch": ("post-batches/{batch_id}", ["GET"], "ANONYMOUS"),
    "get_feed": ("feed", ["GET"], "ANONYMOUS"),
    "post_feed": ("feed", ["POST"], "ANONYMOUS"),
    "list_feed_sources": ("feed/sources", ["GET"], "ANONYMOUS"),
    "follow": ("feed/sources/{kind}/{source_id}", ["PUT"], "ANONYMOUS"),
    "leave": ("feed/sources/{kind}/{source_id}", ["DELETE"], "ANONYMOUS"),
    "ready": ("ready", ["GET"], "ANONYMOUS"),
    "create_content": ("content", ["POST"], "ANONYMOUS"),
    "view_content": ("content/view", ["GET"], "ANONYMOUS"),
    "view_content_by_body": ("content/view", ["POST"], "ANONYMOUS"),
}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
OTHER_METHODS = {
    "allow_jobs": ("jobs", "GET, OPTIONS"),
    "allow_jobs_create": ("jobs/create", "POST, OPTIONS"),
    "allow_health": ("health", "GET, OPTIONS"),
    "allow_insights_query": ("insights/query", "POST, OPTIONS"),
    "allow_insights_classify": ("insights/classify", "POST, OPTIONS"),
    "allow_counter": ("counter", "GET, OPTIONS"),
    "allow_search": ("search", "GET, OPTIONS"),
    "allow_feedback": ("feedback", "POST, OPTIONS"),
    "allow_analytics": ("analytics", "GET, OPTIONS"),
    "allow_texts": ("texts", "POST, OPTIONS"),
    "wrong_method_collections_name": ("collections/{name}", "PUT, GET, DELETE, OPTIONS"),
    "allow_me": ("me", "DELETE, OPTIONS"),
    "allow_me_data": ("me/data", "GET, OPTIONS"),
    "allow_ready": ("ready", "GET, OPTIONS"),
    "wrong_method_jobs_job_id": ("jobs/{job_id}", "GET, DELETE, OPTIONS"),
    "wrong_method_jobs_job_id_status": ("jobs/{job_id}/status", "GET, OPTIONS"),
    "wrong_method_jobs_job_id_download": ("jobs/{job_id}/download", "GET, OPTIONS"),
    "wrong_method_jobs_job_id_cancel": ("jobs/{job_id}/cancel", "POST, OPTIONS"),
    "allow_posts": ("posts", "POST, OPTIONS"),
    "wrong_method_posts_post_id": ("posts/{post_id}", "PUT, GET, DELETE, OPTIONS"),
    "wrong_method_posts_post_id_analysis": ("posts/{post_id}/analysis", "GET, OPTIONS"),
    "allow_v_posts": ("v1/posts", "POST, OPTIONS"),
    "wrong_method_v_posts_post_id": ("v1/posts/{post_id}", "PUT, GET, DELETE, OPTIONS"),
    "wrong_method_v_posts_post_id_analysis": ("v1/posts/{post_id}/analysis", "GET, OPTIONS"),
    "wrong_method_post_batches_batch_id": ("post-batches/{batch_id}", "GET, OPTIONS"),
    "allow_feed": ("feed", "GET, POST, OPTIONS"),
    "allow_feed_sources": ("feed/sources", "GET, OPTIONS"),
    "allow_content": ("content", "POST, OPTIONS"),
    "allow_content_view": ("content/view", "GET, POST, OPTIONS"),
    "wrong_method_feed_sources_kind_source_id": (
        "feed/sources/{kind}/{source_id}",
        "PUT, DELETE, OPTIONS",
    ),
    "wrong_method_jobs_job_id_sample": ("jobs/{job_id}/sample", "GET, OPTIONS"),
    "wrong_method_jobs_job_id_labels": ("jobs/{job_id}/labels", "POST, OPTIONS"),
    "wrong_method_jobs_job_id_figures": ("jobs/{job_id}/figures", "GET, OPTIONS"),
}
"""Function → its route, and what it says is allowed there."""
ALL_HTTP = HTTP | {
    name: (route, [m for m in METHODS if m == "OPTIONS" or m not in allow], "ANONYMOUS")
    for name, (route, allow) in OTHER_METHODS.items()
}
QUEUES = {
    "expand": "jobs",
    "fetch": "posts",
    "score": "comments",
    "aggregate": "finished",
    "facts": "facts",
    "windows": "windows",
    "poison_posts": "posts-poison",
    "poison_comments": "comments-poison",
    "poison_facts": "facts-poison",
    "poison_windows": "windows-poison",
    "keep_posts": "own-posts",
    "poison_keep_posts": "own-posts-poison",
    "write_content": "content-text",
    "draw_content": "content-image",
    "poison_write_content": "content-text-poison",
    "poison_draw_content": "content-image-poison",
}
TIMERS = {"reconcile": "0 */5 * * * *", "retention": "0 17 * * * *"}


@pytest.fixture(scope="module")
def functions(app: App) -> list[dict[str, Any]]:
    return app.functions()


def test_the_functions_are_these_and_no_others(functions: list[dict[str, Any]]) -> None:
    assert {f["name"] for f in functions} == ALL_HTTP.keys() | QUEUES.keys() | TIMERS.keys()


def test_routes_methods_and_keys(functions: list[dict[str, Any]]) -> None:
    found = {
        f["name"]: (f["route"], f["methods"], f["authLevel"])
        for f in functions
        if f["type"] == "httpTrigger"
    }
    assert found == ALL_HTTP


def test_queues(functions: list[dict[str, Any]]) -> None:
    found = {f["name"]: f["queueName"] for f in functions if f["type"] == "queueTrigger"}
    assert found == QUEUES


def test_every_connection_is_the_apps_storage(functions: list[dict[str, Any]]) -> None:
    used = {f["connection"] for f in functions if f["type"] == "queueTrigger"}
    assert used == {STORAGE}


def test_schedules_are_valid(functions: list[dict[str, Any]]) -> None:
    found = {f["name"]: f["schedule"] for f in functions if f["type"] == "timerTrigger"}
    assert found == TIMERS
    for name, expression in found.items():
        Schedule(expression, name)
        assert len(expression.split()) == 6


def test_no_route_hides_another(functions: list[dict[str, Any]]) -> None:
    table = routes.build([Function(f["name"], "", f) for f in functions], "api")
    assert routes.clashes(table) == []
    for name, (route, methods, _) in ALL_HTTP.items():
        path = "/api/" + re.sub(r"{\w+}", "0123456789", route)
        for method in methods:
            found = routes.find(table, method, path)
            assert found is not None
            assert found[0].function.name == name


def test_bindings_name_no_setting_that_is_not_there(functions: list[dict[str, Any]]) -> None:
    wanted = set(re.findall(r"%(\w+)%", json.dumps(functions)))
    assert wanted <= example().keys()


def example() -> dict[str, str]:
    values: dict[str, str] = json.loads((APP / "local.settings.example.json").read_text())["Values"]
    return values


class Asked(dict[str, str]):
    """Settings that remember which of them were read."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.read: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)


def test_the_example_settings_are_those_that_are_read() -> None:
    with_string, with_identity = Asked(example()), Asked({f"{STORAGE}__accountName": "a"})
    Settings.from_mapping(with_string)
    Settings.from_mapping(with_identity)
    the_hosts = {"FUNCTIONS_WORKER_RUNTIME"}
    instead_of_a_string = {name for name in with_identity.read if name.startswith(f"{STORAGE}__")}
    read = with_string.read | with_identity.read
    assert read - instead_of_a_string == example().keys() - the_hosts
    assert len(instead_of_a_string) == 4


def test_the_example_settings_are_the_defaults() -> None:
    plain = Settings.from_mapping({STORAGE: "UseDevelopmentStorage=true"})
    assert Settings.from_mapping(example()) == plain


def test_host_json_fits_the_app() -> None:
    host = json.loads((APP / "host.json").read_text())
    queues = host["extensions"]["queues"]
    assert queues["messageEncoding"] == "base64"
    assert host["extensions"]["http"]["routePrefix"] == "api"
    assert host["extensionBundle"]["version"] == "[4.*, 5.0.0)"
    assert queues["visibilityTimeout"] == "00:00:30"
    assert queues["maxDequeueCount"] >= 5
    assert 1 <= queues["batchSize"] <= 32


def test_what_goes_on_by_itself_ends_well_before_the_time_limit() -> None:
    """At the limit the host kills the process, and all that the others in it were doing."""
    host = json.loads((APP / "host.json").read_text())
    hours, minutes, seconds = map(int, host["functionTimeout"].split(":"))
    limit = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    for yields_after in (YIELD_AFTER, SWEEP_TIME):
        assert 2 * yields_after <= limit
    assert limit < STALLED, "a job would be taken for stalled while a function still works"


def test_the_containers_are_named_as_the_design_says() -> None:
    assert set(ALL) == {"jobs", "comments", "results", "models", "posts", "limits", "content"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/jobs/create/x"),
        ("POST", "/api/job"),
        ("OPTIONS", "/api/"),
        ("HEAD", "/api/jobs/0123/else"),
    ],
)
def test_what_is_not_there_is_the_hosts_to_refuse(app: App, method: str, path: str) -> None:
    with pytest.raises(NoRoute):
        app.http(method, path)


@pytest.mark.parametrize(
    ("route", "allow", "method"),
    [
        (route, allow, method)
        for route, allow in OTHER_METHODS.values()
        for method in METHODS
        if method not in allow
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    app: App, route: str, allow: str, method: str
) -> None:
    answer = app.http(method, "/api/" + re.sub(r"{\w+}", "0123456789", route))
    assert answer.headers["allow"] == allow
    if method == "HEAD":
        assert (answer.status, answer.body) == (405, b"")
    else:
        assert f"not {method}" in refused(answer, 405)["detail"]


@pytest.mark.parametrize(("route", "allow"), OTHER_METHODS.values())
def test_options_are_told(app: App, route: str, allow: str) -> None:
    answer = app.http("OPTIONS", "/api/" + re.sub(r"{\w+}", "0123456789", route))
    assert (answer.status, answer.body, answer.headers["allow"]) == (204, b"", allow)


def test_the_app_folder_is_the_project() -> None:
    assert (Path(APP) / "function_app.py").is_file()
