"""What settings may be, their defaults, and the errors about wrong ones."""

from __future__ import annotations

import pytest

from undertone.settings import (
    DEVELOPMENT_AUTHORS_KEY,
    EMULATOR_CONNECTION,
    STORAGE,
    Settings,
    SettingsError,
)

EMULATED = {STORAGE: "UseDevelopmentStorage=true"}


@pytest.mark.parametrize(
    "text",
    ["UseDevelopmentStorage=true", "usedevelopmentstorage=TRUE;", "  UseDevelopmentStorage=true "],
)
def test_the_emulator_has_a_short_name(text: str) -> None:
    assert Settings.from_mapping({STORAGE: text}).storage.connection == EMULATOR_CONNECTION


def test_without_more_everything_has_its_default() -> None:
    settings = Settings.from_mapping(EMULATED)
    assert (settings.comments_per_chunk, settings.link_minutes) == (250, 15)
    assert settings.key_vault_url == settings.language.key == settings.sources.apify_token == ""


def test_an_identity_needs_only_the_accounts_name() -> None:
    storage = Settings.from_mapping(
        {f"{STORAGE}__accountName": "acct", f"{STORAGE}__clientId": "c"}
    ).storage
    assert storage.connection == ""
    assert storage.blob_url == "https://acct.blob.core.windows.net"
    assert storage.queue_url == "https://acct.queue.core.windows.net"
    assert storage.client_id == "c"


def test_an_identity_may_be_given_the_addresses() -> None:
    addresses = {
        f"{STORAGE}__blobServiceUri": "https://b.example",
        f"{STORAGE}__queueServiceUri": "https://q.example",
    }
    storage = Settings.from_mapping(addresses).storage
    assert (storage.blob_url, storage.queue_url) == ("https://b.example", "https://q.example")
    addresses.popitem()
    with pytest.raises(SettingsError, match="no storage"):
        Settings.from_mapping(addresses)


def test_without_storage_it_says_what_to_set() -> None:
    with pytest.raises(SettingsError, match=r"set AzureWebJobsStorage to .*__accountName"):
        Settings.from_mapping({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMMENTS_A_CHUNK", "9"),
        ("COMMENTS_A_CHUNK", "10001"),
        ("COMMENTS_A_CHUNK", "many"),
        ("LINK_MINUTES", "0"),
        ("LINK_MINUTES", "-5"),
        ("LINK_MINUTES", "1.5"),
        ("YOUTUBE_WHEN_USED_UP", "cry"),
        ("AUTHORS", "secret"),
        ("MASK_COMMENTS", "yes"),
        ("RETENTION_DAYS", "6"),
        ("RETENTION_DAYS", "3651"),
        ("MODEL_DIGEST", "abc"),
        ("MODEL_DIGEST", "g" * 64),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.5"),
        ("OTEL_TRACES_SAMPLER_ARG", "-0.5"),
        ("OTEL_TRACES_SAMPLER_ARG", "nan"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be"):
        Settings.from_mapping({**EMULATED, name: value})


def test_space_around_a_setting_is_nothing() -> None:
    given = {**EMULATED, "ANALYZER": " vader\n", "LINK_MINUTES": " 20 ", "APIFY_TOKEN": " t "}
    settings = Settings.from_mapping(given)
    assert (settings.analyzer, settings.link_minutes) == ("vader", 20)
    assert settings.sources.apify_token == "t"


def test_no_secret_shows_where_settings_are_printed() -> None:
    secrets = {
        name: f"secret-{name}-of-so-many-characters"
        for name in (
            "YOUTUBE_API_KEY", "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "INSTAGRAM_GRAPH_TOKEN",
            "TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET", "APIFY_TOKEN", "LANGUAGE_KEY",
            "AUTHORS_KEY",
            "APPLICATIONINSIGHTS_CONNECTION_STRING",
        )
    }  # fmt: skip
    settings = Settings.from_mapping({STORAGE: "AccountKey=secret-key", **secrets})
    assert "secret" not in repr(settings).replace("client_secret", "")
    assert {*settings.secrets} == {*secrets.values(), "secret-key"}


def test_the_bundled_model_is_the_default() -> None:
    assert Settings.from_mapping(EMULATED).analyzer == "compact;*=compact-multilingual"


@pytest.mark.parametrize(
    ("connection", "is_emulator"),
    [
        ("UseDevelopmentStorage=true", True),
        (EMULATOR_CONNECTION.replace("127.0.0.1", "localhost"), True),
        (EMULATOR_CONNECTION.replace("127.0.0.1", "storage.example"), False),
        (EMULATOR_CONNECTION.replace("127.0.0.1", "127.0.0.1.storage.example"), False),
        (EMULATOR_CONNECTION.replace("devstoreaccount1", "acct"), False),
        ("AccountName=acct;AccountKey=k;EndpointSuffix=core.windows.net", False),
    ],
)
def test_the_emulator_is_on_this_machine(connection: str, is_emulator: bool) -> None:
    settings = Settings.from_mapping({STORAGE: connection})
    assert settings.storage.is_emulator is is_emulator
    assert (settings.limits.comments_a_day == 0) is is_emulator
    assert (settings.limits.requests_a_minute == 0) is is_emulator


def test_an_account_in_the_cloud_is_not_the_emulator() -> None:
    assert not Settings.from_mapping({f"{STORAGE}__accountName": "acct"}).storage.is_emulator


@pytest.mark.parametrize("name", ["OIDC_ISSUERS", "API_KEYS", "JOBS_AT_ONCE"])
def test_a_wrong_setting_of_identity_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_mapping({**EMULATED, name: "-"})


CLOUD = {f"{STORAGE}__accountName": "acct"}


def test_authors_are_named_on_the_emulator_only() -> None:
    assert Settings.from_mapping(EMULATED).privacy.authors == "plain"
    assert Settings.from_mapping(CLOUD).privacy.authors == "hashed"
    real = {STORAGE: "AccountName=acct;AccountKey=k;EndpointSuffix=core.windows.net"}
    assert Settings.from_mapping(real).privacy.authors == "hashed"
    assert Settings.from_mapping({**CLOUD, "AUTHORS": "plain"}).privacy.authors == "plain"


def test_only_on_the_emulator_pseudonyms_have_a_key_that_is_public() -> None:
    assert Settings.from_mapping(EMULATED).privacy.authors_key == DEVELOPMENT_AUTHORS_KEY
    assert Settings.from_mapping(CLOUD).privacy.authors_key == ""


def test_a_key_that_can_be_guessed_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError, match="AUTHORS_KEY has 8 characters") as caught:
        Settings.from_mapping({**EMULATED, "AUTHORS_KEY": "hunter22"})
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    "connection",
    [
        "",
        "AccountName=acct;AccountKey=k",
        "AccountName=devstoreaccount1;BlobEndpoint=https://evil.example/devstoreaccount1",
    ],
)
def test_stand_in_platforms_are_refused_off_the_emulator(connection: str) -> None:
    given = {STORAGE: connection, "PLATFORMS_BASE": "http://127.0.0.1:9", **CLOUD}
    with pytest.raises(SettingsError, match="PLATFORMS_BASE"):
        Settings.from_mapping(given)
    assert Settings.from_mapping({**EMULATED, "PLATFORMS_BASE": "http://127.0.0.1:9"})


def test_telemetry_goes_nowhere_unless_it_is_told_where() -> None:
    quiet = {**EMULATED, "OTEL_TRACES_SAMPLER_ARG": "0.5"}
    assert not Settings.from_mapping(quiet).telemetry.is_on
    assert Settings.from_mapping(quiet).telemetry.traced_share == 0.5


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("", None),
        ("ClientId=7f-3;Authorization=AAD", "7f-3"),
        ("Authorization=aad", ""),
        (" Authorization=AAD ; ClientId=7f-3 ;", "7f-3"),
        ("ClientId=7f-3", None),
    ],
)
def test_who_publishes_to_application_insights(text: str, identity: str | None) -> None:
    names = ("APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING")
    telemetry = Settings.from_mapping(
        EMULATED | dict(zip(names, ("Key=k", text), strict=True))
    ).telemetry
    assert telemetry.is_on
    assert (telemetry.azure_connection, telemetry.azure_identity) == ("Key=k", identity)


def test_a_collector_has_an_address() -> None:
    name = "OTEL_EXPORTER_OTLP_ENDPOINT"
    telemetry = Settings.from_mapping({**EMULATED, name: "http://collector:4318/"}).telemetry
    assert (telemetry.otlp_endpoint, telemetry.traced_share) == ("http://collector:4318", 1.0)
