"""Languages by script."""

from __future__ import annotations

import pytest

from undertone.languages.scripts import OTHER, of_script


@pytest.mark.parametrize(
    ("text", "guess", "language"),
    [
        ("멋져", "en", "ko"),
        ("最高です", "zh", "ja"),
        ("すごい", "", "ja"),
        ("很好看", "en", "zh"),
        ("很好看", "ja", "ja"),
        ("Дуже гарно".lower(), "uk", "uk"),
        ("красиво", "en", "ru"),
        ("عالی بود", "fa", "fa"),
        ("جميل", "de", "ar"),
        ("खूप छान", "mr", "mr"),
        ("สวย", "en", "th"),
        ("ᏣᎳᎩ", "en", OTHER),
    ],
)
def test_the_script_decides_and_the_guess_chooses_within_it(
    text: str, guess: str, language: str
) -> None:
    assert of_script(text, guess) == language
