"""Every address as everybody: nobody, another user, the owner, analyst, admin, a program's key."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import azure.functions as func
import pytest
from azure.storage.queue import QueueServiceClient

import function_app
from functions import endpoints
from functions.access import ADMIN, ANALYST, PUBLIC, USER
from tests.fakes.oidc import AUDIENCE, Provider, provider
from tests.functions.access_rules import ACTORS, FURTHER, JOB, RULES, Rule
from tests.functions.conftest import Host, refused
from tests.functions.running_app import Answer, App, running_app
from undertone.identity.callers import token_owner

pytestmark = pytest.mark.azurite

KEY = "a-key-of-forty-characters-and-some-more-0"
SUBJECTS = {
    "owner": ("anna@example.org", "user"),
    "other": ("bert@example.org", "user"),
    "analyst": ("cleo@example.org", "analyst"),
    "admin": ("dora@example.org", "admin"),
}


@dataclass
class Asker:
    """Calls the app as one of `ACTORS`."""

    app: App
    issuer: Provider

    def headers(self, actor: str) -> dict[str, str]:
        if actor == "none":
            return {}
        if actor == "key":
            return {"x-functions-key": KEY}
        subject, role = SUBJECTS[actor]
        return {"authorization": f"Bearer {self.issuer.token(sub=subject, roles=[role])}"}

    def ask(self, actor: str, method: str, path: str, body: bytes = b"", **more: str) -> Answer:
        headers = self.headers(actor) | {name.replace("_", "-"): v for name, v in more.items()}
        if body:
            headers["content-type"] = "application/json"
        return self.app.http(method, f"/api/{path}", body, headers=headers)

    def create(self, actor: str, body: bytes = JOB, **more: str) -> str:
        answer = self.ask(actor, "POST", "jobs/create", body, **more)
        assert answer.status == 202, answer.body
        job: str = answer.json["job_id"]
        return job


@pytest.fixture(scope="module")
def issuer() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture(scope="module")
def guarded_app(azurite: str, issuer: Provider) -> Iterator[App]:
    settings = {
        "AzureWebJobsStorage": azurite,
        "ANALYZER": "vader",
        "OIDC_ISSUERS": issuer.issuer,
        "OIDC_AUDIENCES": AUDIENCE,
        "API_KEYS": f"nightly:{hashlib.sha256(KEY.encode()).hexdigest()}",
    }
    with running_app(settings) as started:
        yield started


@pytest.fixture(scope="module")
def asker(guarded_app: App, issuer: Provider) -> Asker:
    return Asker(guarded_app, issuer)


@pytest.fixture
def done(asker: Asker, azurite: str) -> str:
    """A job of the owner's that has ended."""
    job = asker.create("owner")
    with QueueServiceClient.from_connection_string(azurite) as queues:
        Host(asker.app, queues).drain()
    return job


@cache
def http_functions() -> dict[str, dict[str, Any]]:
    """The app's own list."""
    found: dict[str, dict[str, Any]] = {}
    for each in function_app.app.get_functions():
        trigger = each.get_trigger()
        if trigger is not None and trigger.get_binding_name() == "httpTrigger":
            found[str(each.get_function_name())] = trigger.get_dict_repr()
    return found


def is_for_other_methods(name: str) -> bool:
    return name.startswith(("allow_", "wrong_method_"))


# Every route has a rule


def test_every_route_has_a_rule() -> None:
    routes = {name for name in http_functions() if not is_for_other_methods(name)}
    assert routes - RULES.keys() == set(), "add a rule to tests/functions/access_rules.py"
    assert RULES.keys() - routes == set(), "these are gone"


@pytest.mark.parametrize("name", http_functions())
def test_the_rule_is_about_that_route(name: str) -> None:
    if is_for_other_methods(name):
        return
    trigger, rule = http_functions()[name], RULES[name]
    assert [method.value for method in trigger["methods"]] == [rule.method]
    asked = rule.path.partition("?")[0].replace("{job}", "{job_id}")
    wanted = re.sub(r"\\{(?!job_id)\w+\\}", "[^/]+", re.escape(trigger["route"]))
    assert re.fullmatch(wanted, asked), f"{asked} is not {trigger['route']}"
    assert set(rule.statuses) == set(ACTORS)


def test_what_a_route_declares_fits_its_rule() -> None:
    for name, rule in RULES.items():
        declared = endpoints.RULES[name]
        refused_roles = {actor for actor in ACTORS if rule.statuses[actor] in {401, 403}}
        assert declared in {PUBLIC, USER, ANALYST, ADMIN} or declared.policies
        assert (declared.roles == PUBLIC.roles) == ("none" not in refused_roles), name
        assert (declared.roles == USER.roles) == (refused_roles == {"none"}), name


def test_a_route_without_a_rule_does_not_even_import() -> None:
    with pytest.raises(TypeError, match="access"):
        endpoints.endpoint(func.Blueprint(), "new", "GET", "new")  # type: ignore[call-arg]


# The matrix


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("rule", (RULES | FURTHER).values(), ids=(RULES | FURTHER).keys())
def test_the_matrix(asker: Asker, done: str, rule: Rule, actor: str) -> None:
    answer = asker.ask(actor, *rule.about(done))
    assert answer.status == rule.statuses[actor], answer.body
    if answer.status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"
    if answer.status in {401, 403, 404}:
        problem = refused(answer, answer.status)
        assert "example.org" not in json.dumps(problem)
        assert asker.ask("owner", "GET", f"jobs/{done}").status == 200, "and nothing happened"


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("name", [name for name in http_functions() if is_for_other_methods(name)])
def test_other_methods_answer_everybody_alike(asker: Asker, name: str, actor: str) -> None:
    trigger = http_functions()[name]
    path = trigger["route"].replace("{job_id}", "0123456789")
    for method in trigger["methods"]:
        expected = 204 if method.value == "OPTIONS" else 405
        assert asker.ask(actor, method.value, path).status == expected


# What belongs to whom


@pytest.mark.parametrize("actor", ["other", "analyst", "key"])
def test_anothers_job_is_as_if_it_never_was(asker: Asker, done: str, actor: str) -> None:
    never = "0" * 25
    for rule in RULES.values():
        if "{job}" in rule.path or b"{job}" in rule.body:
            theirs, none = (asker.ask(actor, *rule.about(job)) for job in (done, never))
            assert (theirs.status, theirs.headers) == (none.status, none.headers)
            assert theirs.body.replace(done.encode(), never.encode()) == none.body


def test_a_list_has_ones_own_jobs_alone(asker: Asker) -> None:
    mine, theirs = asker.create("owner"), asker.create("other")
    listed = {job["job_id"] for job in asker.ask("owner", "GET", "jobs?limit=100").json["jobs"]}
    assert mine in listed
    assert theirs not in listed
    after = asker.ask("owner", "GET", f"jobs?after=../{theirs}").json["jobs"]
    assert theirs not in {job["job_id"] for job in after}


def test_an_idempotency_key_is_its_owners(asker: Asker) -> None:
    first = asker.create("owner", idempotency_key="the same")
    assert asker.create("owner", idempotency_key="the same") == first
    theirs = asker.create("other", idempotency_key="the same")
    by_key = asker.create("key", idempotency_key="the same")
    assert len({first, theirs, by_key}) == 3
    another_body = JOB.replace(b"good", b"bad")
    answer = asker.ask("analyst", "POST", "jobs/create", another_body, idempotency_key="the same")
    assert answer.status == 202, "no word of the job that another made with this key"


def test_a_collection_is_its_owners(asker: Asker) -> None:
    text = b'{"collection": "mine", "text": "good"}'
    assert asker.ask("owner", "PUT", "collections/mine", b"{}").status == 200
    assert asker.ask("owner", "POST", "texts", text).status == 202
    for actor in ("other", "analyst", "admin", "key"):
        assert asker.ask(actor, "POST", "texts", text).status == 404
        assert asker.ask(actor, "GET", "collections/mine").status == 404
        assert asker.ask(actor, "DELETE", "collections/mine").status == 404
    assert asker.ask("owner", "GET", "collections/mine").json["windows"] == 0
    assert asker.ask("owner", "DELETE", "collections/mine").status == 204


def test_an_admin_sees_the_jobs_of_all(asker: Asker, issuer: Provider) -> None:
    jobs = {actor: asker.create(actor) for actor in ("owner", "key", "other")}
    newest = asker.ask("admin", "GET", "jobs?all=true&limit=2").json
    assert [job["job_id"] for job in newest["jobs"]] == [jobs["other"], jobs["key"]]
    owners = [job["owner"] for job in newest["jobs"]]
    assert owners == [token_owner(issuer.issuer, "bert@example.org"), "key-nightly"]
    following = newest["next"].partition("/api/")[2]
    assert asker.ask("admin", "GET", following).json["jobs"][0]["job_id"] == jobs["owner"]
    own = {job["job_id"] for job in asker.ask("admin", "GET", "jobs").json["jobs"]}
    assert not own & set(jobs.values())


def test_pages_of_all_jobs_hold_each_job_once(asker: Asker) -> None:
    made = [asker.create(actor) for actor in ("owner", "other", "key", "analyst")]
    path, found = "jobs?all=true&limit=1", []
    for _ in made:
        page = asker.ask("admin", "GET", path).json
        found += [job["job_id"] for job in page["jobs"]]
        path = page["next"].partition("/api/")[2]
    assert found == made[::-1]


def test_jobs_from_before_identity_are_an_admins(app: App, asker: Asker) -> None:
    """Whoever made them on the emulator: they belong to nobody who can be known."""
    answer = app.post({"posts": [{"id": "p", "comments": [{"text": "good"}]}]})
    shared: str = answer.json["job_id"]
    for actor in ("owner", "other", "analyst", "key"):
        assert asker.ask(actor, "GET", f"jobs/{shared}/status").status == 404
    listed = asker.ask("admin", "GET", "jobs?all=true").json["jobs"]
    assert {"job_id": shared, "owner": "shared"}.items() <= listed[0].items()
    assert asker.ask("admin", "DELETE", f"jobs/{shared}").status == 204
    assert app.http("GET", f"/api/jobs/{shared}").status == 404


def test_a_key_in_the_address_opens_nothing(asker: Asker) -> None:
    token = asker.headers("owner")["authorization"].partition(" ")[2]
    for query in (f"code={KEY}", f"x-functions-key={KEY}", f"access_token={token}"):
        assert asker.ask("none", "GET", f"jobs?{query}").status == 401
    assert asker.ask("key", "GET", "jobs").status == 200


# No silent open mode


def test_off_the_emulator_without_identity_nobody_is_served() -> None:
    connection = (
        "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=QUJD;"
        "EndpointSuffix=core.windows.net"
    )
    settings = {"AzureWebJobsStorage": connection, "ANALYZER": "vader", "AUTHORS": "plain"}
    with running_app(settings) as started:
        assert started.http("GET", "/api/health").status == 200
        for rule in RULES.values():
            if rule.statuses["none"] == 401:
                path = rule.path.replace("{job}", "0" * 25)
                answer = started.http(
                    rule.method, f"/api/{path}", rule.body, headers={"x-functions-key": "x"}
                )
                assert "OIDC_ISSUERS" in refused(answer, 503)["detail"]


def test_a_storage_that_calls_itself_the_emulator_must_be_on_this_machine() -> None:
    connection = (
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=QUJD;"
        "BlobEndpoint=http://storage.example/devstoreaccount1;"
        "QueueEndpoint=http://storage.example/devstoreaccount1"
    )
    with running_app({"AzureWebJobsStorage": connection, "ANALYZER": "vader"}) as started:
        assert started.http("GET", "/api/jobs").status == 503
