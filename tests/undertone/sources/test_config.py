from dataclasses import fields
from pathlib import Path

import pytest

from undertone.records import State
from undertone.sources.config import SourcesConfig, paid_platforms

DOCS = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_every_state_and_setting_is_documented() -> None:
    for state in State:
        assert f"| `{state}` |" in DOCS
    for setting in fields(SourcesConfig):
        if setting.name != "platforms_base":
            assert setting.name.upper() in DOCS


@pytest.mark.parametrize(
    ("config", "paid"),
    [
        (SourcesConfig(), set()),
        (SourcesConfig(apify_token="t"), {"instagram", "tiktok"}),
        (SourcesConfig(apify_token="t", tiktok_client_key="k"), {"instagram", "tiktok"}),
        (SourcesConfig(apify_token="t", tiktok_client_key="k", tiktok_client_secret="s"),
         {"instagram"}),
        (SourcesConfig(tiktok_client_key="k", tiktok_client_secret="s"), set()),
    ],
)  # fmt: skip
def test_which_platforms_cost_money(config: SourcesConfig, paid: set[str]) -> None:
    assert paid_platforms(config) == paid
