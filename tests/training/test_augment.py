from __future__ import annotations

import random

from training.augment import augment


def test_augmenting_keeps_the_words_and_is_seeded() -> None:
    once = [augment("nice :) [NAME] <3", 2, random.Random(seed)) for seed in range(50)]
    assert once == [augment("nice :) [NAME] <3", 2, random.Random(seed)) for seed in range(50)]
    assert all(text.startswith("nice ") for text in once)
    assert any("🙂" in text for text in once)
    assert any(":)" in text for text in once)
    assert any("[NAME]" not in text for text in once)
