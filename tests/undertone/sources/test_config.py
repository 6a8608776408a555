from dataclasses import fields
from pathlib import Path

import pytest

from undertone.records import State
from undertone.sources.config import PAID_SECRETS, SourcesConfig, paid_platforms

DOCS = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_every_state_and_setting_is_documented() -> None:
    for state in State:
        assert f"| `{state}` |" in DOCS
    for setting in fields(SourcesConfig):
        if setting.name != "platforms_base":
            assert setting.name.upper() in DOCS


@pytest.mark.parametrize(
    ("given", "paid"),
    [
        ("", set()),
        ("APIFY_TOKEN", {"instagram", "tiktok"}),
        ("APIFY_TOKEN TIKTOK_CLIENT_KEY", {"instagram", "tiktok"}),
        ("APIFY_TOKEN TIKTOK_CLIENT_KEY TIKTOK_CLIENT_SECRET", {"instagram"}),
        ("TIKTOK_CLIENT_KEY TIKTOK_CLIENT_SECRET", set()),
    ],
)
def test_which_platforms_cost_money(given: str, paid: set[str]) -> None:
    secrets = dict.fromkeys(PAID_SECRETS, "") | dict.fromkeys(given.split(), "x")
    assert paid_platforms(secrets) == paid
