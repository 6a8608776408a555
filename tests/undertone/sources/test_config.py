from dataclasses import fields
from pathlib import Path

from undertone.records import State
from undertone.sources.config import SourcesConfig

DOCS = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_every_state_and_setting_is_documented() -> None:
    for state in State:
        assert f"| `{state}` |" in DOCS
    for setting in fields(SourcesConfig):
        if setting.name != "platforms_base":
            assert setting.name.upper() in DOCS
