"""Ready: each thing the app needs by name, and what is wrong with it, from a running app."""

from __future__ import annotations

import pytest

from tests.fakes.storage_server import Asked, Told, serving
from tests.functions.running_app import App, running_app

pytestmark = pytest.mark.azurite


def test_an_app_that_can_work_says_so(app: App) -> None:
    answer = app.http("GET", "/api/ready")
    checks = dict.fromkeys(("settings", "vault", "storage", "model"), "ok")
    assert (answer.status, answer.json) == (200, {"status": "ready", "checks": checks})
    assert answer.headers["cache-control"] == "no-store"


def test_what_is_wrong_is_named_and_the_rest_is_fine() -> None:
    def forbidding(asked: Asked) -> Told:
        if "restype=container" in asked.path:
            return Told(201)
        return Told(403, code="AuthorizationPermissionMismatch")

    with serving(forbidding) as storage:
        settings = {
            "AzureWebJobsStorage": storage.connection,
            "ANALYZER": "no-such-model",
            "AUTHORS": "plain",
        }
        with running_app(settings) as app:
            answer = app.http("GET", "/api/ready")
            alive = app.http("GET", "/api/health")
    checks = answer.json["checks"]
    assert (answer.status, answer.json["status"]) == (503, "not_ready")
    assert answer.headers["retry-after"] == "5"
    assert (checks["settings"], checks["vault"]) == ("ok", "ok")
    assert "403 AuthorizationPermissionMismatch" in checks["storage"]
    assert checks["model"] != "ok"
    assert "a2V5" not in answer.body.decode(), "the account's key"
    assert alive.status == 200


def test_wrong_settings_are_named() -> None:
    with running_app({"AzureWebJobsStorage": "", "LINK_MINUTES": "soon"}) as app:
        answer = app.http("GET", "/api/ready")
    assert answer.status == 503
    assert "AzureWebJobsStorage" in answer.json["checks"]["settings"]


def test_secrets_come_from_a_vault_that_answers() -> None:
    address = "https://127.0.0.1:9"
    with running_app(
        {"AzureWebJobsStorage": "UseDevelopmentStorage=true", "KEY_VAULT_URL": address}
    ) as app:
        answer = app.http("GET", "/api/ready")
    assert answer.status == 503
    assert answer.json["checks"]["settings"] == "ok"
    assert answer.json["checks"]["vault"] != "ok"
