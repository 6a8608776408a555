from __future__ import annotations

from training.vocabulary import kept_ids


def test_a_latin_vocabulary_drops_other_scripts_only() -> None:
    tokens = ["[PAD]", "[unused3]", "[CLS]", "love", "##ing", "é", "привет", "愛", "€", "##5", "—"]
    kept = kept_ids({token: place for place, token in enumerate(tokens)})
    assert [tokens[place] for place in kept] == [
        "[PAD]", "[CLS]", "love", "##ing", "é", "€", "##5", "—",
    ]  # fmt: skip
