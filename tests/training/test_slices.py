from __future__ import annotations

import random

from training.slices import SLICES, with_typos


def test_slices_find_what_they_are_called() -> None:
    found = {name for name, belongs in SLICES.items() if belongs("WHY DON'T YOU #reply 😡?")}
    assert found == {"up to 8 words", "emoji", "negation", "question", "hashtag", "upper case"}


def test_typos_are_seeded_and_leave_short_words_alone() -> None:
    text = "this is really the nicest comment that anyone ever wrote " * 5
    typed = with_typos(text, random.Random(1))
    assert typed != text
    assert typed == with_typos(text, random.Random(1))
    assert typed.split().count("is") == 5
