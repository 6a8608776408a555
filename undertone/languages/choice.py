"""Reads the setting ANALYZER where it names several: `compact;es,pt=azure;*=xlm-t`.

The first one reads what it can. A part with languages before a `=` names who reads these instead;
`*` is everything that the first one does not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from model.analyzer import UnknownAnalyzer

REST = "*"
"""All languages that the first analyzer does not read."""
MAX_PARTS = 20
_CODES = re.compile(r"\*|[a-z]{2,3}(?:,[a-z]{2,3})*")


class Choice(NamedTuple):
    """Which analyzer reads which language; all are names as `model.factory.build` takes them."""

    first: str
    others: Mapping[str, str]
    """Language, or REST, to the analyzer that reads it."""


def parse_choice(setting: str) -> Choice:
    """Raises UnknownAnalyzer, which says what is wrong with the setting."""
    first, *parts = (part.strip() for part in setting.split(";"))
    if len(parts) > MAX_PARTS:
        raise UnknownAnalyzer(f"ANALYZER has {len(parts)} parts; at most {MAX_PARTS} are read")
    others: dict[str, str] = {}
    for part in parts:
        codes, equals, name = (word.strip() for word in part.partition("="))
        codes = codes.replace(" ", "")
        if not (equals and name and _CODES.fullmatch(codes)):
            raise UnknownAnalyzer(
                f"ANALYZER: {part!r} must be languages and an analyzer, such as `es,pt=xlm-t` or "
                f"`{REST}=xlm-t`"
            )
        for code in codes.split(","):
            if code in others:
                raise UnknownAnalyzer(f"ANALYZER names two analyzers for {code!r}: leave one")
            others[code] = name
    return Choice(first, others)
