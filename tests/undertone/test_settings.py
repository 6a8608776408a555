"""What settings may be, their defaults, and the errors about wrong ones."""

from __future__ import annotations

import pytest

from undertone.settings import (
    EMULATOR_CONNECTION,
    STORAGE,
    ContentSettings,
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
        name: f"secret-{name}"
        for name in (
            "YOUTUBE_API_KEY", "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "INSTAGRAM_GRAPH_TOKEN",
            "TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET", "APIFY_TOKEN", "LANGUAGE_KEY",
            "CONTENT_MODEL_KEY",
        )
    }  # fmt: skip
    model = {"CONTENT_MODEL": "m", "CONTENT_MODEL_ADDRESS": "https://m.example/v1/"}
    settings = Settings.from_mapping({STORAGE: "AccountKey=secret-key", **model, **secrets})
    assert settings.content.key == "secret-CONTENT_MODEL_KEY"
    assert "secret" not in repr(settings).replace("client_secret", "")


def test_the_bundled_model_is_the_default() -> None:
    assert Settings.from_mapping(EMULATED).analyzer == "compact"


# Content


def test_templates_write_content_by_default() -> None:
    assert Settings.from_mapping(EMULATED).content == ContentSettings()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (("", "key", "m"), "CONTENT_MODEL_ADDRESS"),
        (("http://m.example/v1", "key", "m"), "CONTENT_MODEL_ADDRESS must be the https"),
        (("https://m.example/v1", "", "m"), "CONTENT_MODEL_KEY"),
        (("https://m.example/v1", "key", ""), "CONTENT_IMAGE_MODEL"),
    ],
)
def test_a_model_needs_its_address_its_key_and_its_name(
    values: tuple[str, str, str], named: str
) -> None:
    names = ("CONTENT_MODEL_ADDRESS", "CONTENT_MODEL_KEY", "CONTENT_MODEL")
    with pytest.raises(SettingsError, match=named):
        Settings.from_mapping({**EMULATED, **dict(zip(names, values, strict=True))})
