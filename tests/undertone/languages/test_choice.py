"""The setting ANALYZER, where it names several."""

from __future__ import annotations

import pytest

from model.analyzer import UnknownAnalyzer
from undertone.languages.choice import MAX_PARTS, Choice, parse_choice


@pytest.mark.parametrize(
    ("setting", "choice"),
    [
        ("compact", Choice("compact", {})),
        ("compact;*=xlm-t", Choice("compact", {"*": "xlm-t"})),
        (" compact ; es, pt = azure; * = out/x=y ;tl=vader", Choice(
            "compact", {"es": "azure", "pt": "azure", "*": "out/x=y", "tl": "vader"}
        )),
        ("package.module:factory", Choice("package.module:factory", {})),
    ],
)  # fmt: skip
def test_what_is_chosen(setting: str, choice: Choice) -> None:
    assert parse_choice(setting) == choice


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("compact;xlm-t", r"'xlm-t' must be languages and an analyzer"),
        ("compact;es=", r"'es=' must be"),
        ("compact;=xlm-t", r"'=xlm-t' must be"),
        ("compact;", r"'' must be"),
        ("compact;Spanish=xlm-t", r"'Spanish=xlm-t' must be"),
        ("compact;es,=xlm-t", r"must be"),
        ("compact;es=a;pt,es=b", r"two analyzers for 'es'"),
        ("compact" + ";es=a" * (MAX_PARTS + 1), r"21 parts; at most 20"),
    ],
)
def test_what_is_wrong_is_said(setting: str, told: str) -> None:
    with pytest.raises(UnknownAnalyzer, match=told):
        parse_choice(setting)
