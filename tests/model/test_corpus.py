from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

from model import corpus
from model.augment import augmented
from model.corpus import Example
from model.slices import SLICES, with_typos
from model.vocabulary import kept_ids


def test_no_text_is_trained_on_and_measured_with(data: Path) -> None:
    parts = corpus.training_data(data)
    measured = [corpus.semeval(data, "test"), corpus.goemotions(data, "dev"), probe()]
    keys = [{corpus.key(one.text) for one in part} for part in parts]
    for one in measured:
        seen = {corpus.key(example.text) for example in one}
        assert not any(seen & part for index, part in enumerate(keys) if index != 3)
    for trained, chosen_on in ((0, 3), (1, 4), (2, 5)):
        assert not keys[trained] & keys[chosen_on]


def test_the_sets_have_their_known_sizes(data: Path) -> None:
    assert len(corpus.semeval(data, "test")) == 12_284
    assert len(corpus.semeval(data, "val")) == 2_000
    assert len(corpus.goemotions(data, "dev")) == 4_547


def test_escapes_quotes_and_tabs_of_semeval_are_gone(data: Path) -> None:
    texts = [one.text for one in corpus.semeval_train(data)]
    assert not any("\\u2019" in text or text.endswith("\t") for text in texts)
    assert len({corpus.key(text) for text in texts}) == len(texts)


def probe() -> list[Example]:
    return corpus.tab_separated(corpus.PROBE)


def test_the_probe_is_large_enough_and_not_in_our_training_texts() -> None:
    own = {corpus.key(one.text) for one in corpus.tab_separated(corpus.OWN_COMMENTS)}
    assert len(probe()) >= 120
    assert not own & {corpus.key(one.text) for one in probe()}


def test_key_ignores_case_marks_and_names_but_not_words() -> None:
    same = ["Love it!!", "love it", "LOVE  it."]
    assert len({corpus.key(text) for text in same}) == 1
    for one, other in combinations(["love it", "love", "❤️", "🔥", "!!"], 2):
        assert corpus.key(one) != corpus.key(other)


def test_part_is_stable_and_loses_nothing() -> None:
    examples = [Example(f"text {number}", 0) for number in range(600)]
    kept, held = corpus.part(examples, 20)
    assert sorted(kept + held) == sorted(examples)
    assert 10 < len(held) < 60
    assert corpus.part(examples[::-1], 20)[1] == held[::-1]


def test_without_keeps_the_first_of_equal_texts() -> None:
    examples = [Example("a b", 0), Example("A B!", 2), Example("c", 1)]
    assert corpus.without(examples, {"c"}) == [Example("a b", 0)]


def test_augmenting_keeps_the_words_and_is_seeded() -> None:
    once = [augmented("nice :) [NAME] <3", 2, random.Random(seed)) for seed in range(50)]
    assert once == [augmented("nice :) [NAME] <3", 2, random.Random(seed)) for seed in range(50)]
    assert all(text.startswith("nice ") for text in once)
    assert any("🙂" in text for text in once)
    assert any(":)" in text for text in once)
    assert any("[NAME]" not in text for text in once)


def test_a_latin_vocabulary_drops_other_scripts_only() -> None:
    tokens = ["[PAD]", "[unused3]", "[CLS]", "love", "##ing", "é", "привет", "愛", "€", "##5", "—"]
    kept = kept_ids({token: place for place, token in enumerate(tokens)})
    assert [tokens[place] for place in kept] == [
        "[PAD]", "[CLS]", "love", "##ing", "é", "€", "##5", "—",
    ]  # fmt: skip


def test_slices_find_what_they_are_called() -> None:
    found = {name for name, belongs in SLICES.items() if belongs("WHY DON'T YOU #reply 😡?")}
    assert found == {"up to 8 words", "emoji", "negation", "question", "hashtag", "upper case"}


def test_typos_are_seeded_and_leave_short_words_alone() -> None:
    text = "this is really the nicest comment that anyone ever wrote " * 5
    typed = with_typos(text, random.Random(1))
    assert typed != text
    assert typed == with_typos(text, random.Random(1))
    assert typed.split().count("is") == 5
