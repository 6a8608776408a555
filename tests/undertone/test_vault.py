"""Platform keys from Key Vault."""

from __future__ import annotations

from dataclasses import fields

import pytest

from undertone.errors import Transient
from undertone.settings import ContentSettings, LanguageSettings
from undertone.sources.config import SourcesConfig
from undertone.vault import SECRET_SETTINGS, with_secrets


def test_what_is_missing_comes_from_the_vault_under_its_name_there() -> None:
    vault = {"YOUTUBE-API-KEY": "from vault", "APIFY-TOKEN": "never asked"}
    asked: list[str] = []

    def get(name: str) -> str | None:
        asked.append(name)
        return vault.get(name)

    settings = {"APIFY_TOKEN": "from app", "REDDIT_CLIENT_ID": "  ", "ANALYZER": "vader"}
    filled = with_secrets(settings, get)
    assert filled == {**settings, "YOUTUBE_API_KEY": "from vault"}
    assert "APIFY-TOKEN" not in asked
    assert "REDDIT-CLIENT-ID" in asked
    assert all("_" not in name for name in asked)


def test_the_secrets_are_the_settings_that_no_repr_shows() -> None:
    hidden = {entry.name.upper() for entry in fields(SourcesConfig) if not entry.repr}
    language = {f"LANGUAGE_{entry.name}".upper() for entry in fields(LanguageSettings)
                if not entry.repr}  # fmt: skip
    content = {f"CONTENT_MODEL_{entry.name}".upper() for entry in fields(ContentSettings)
               if not entry.repr}  # fmt: skip
    assert set(SECRET_SETTINGS) == hidden | language | content
    assert "YOUTUBE_API_KEY" in SECRET_SETTINGS


def test_a_vault_that_does_not_answer_is_no_empty_vault() -> None:
    def get(name: str) -> str | None:
        raise Transient("no answer")

    with pytest.raises(Transient):
        with_secrets({}, get)
