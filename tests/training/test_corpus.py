from __future__ import annotations

from itertools import combinations
from pathlib import Path

from training import corpus
from training.corpus import Example


def test_no_text_is_trained_on_and_measured_with(data: Path) -> None:
    parts = corpus.training_data(data)
    measured = [corpus.semeval(data, "test"), corpus.goemotions(data, "dev"), probe()]
    keys = [{corpus.text_key(one.text) for one in part} for part in parts]
    for one in measured:
        seen = {corpus.text_key(example.text) for example in one}
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
    assert len({corpus.text_key(text) for text in texts}) == len(texts)


def probe() -> list[Example]:
    return corpus.read_tsv(corpus.PROBE)


def test_the_probe_is_large_enough_and_not_in_our_training_texts() -> None:
    own = {corpus.text_key(one.text) for one in corpus.read_tsv(corpus.OWN_COMMENTS)}
    assert len(probe()) >= 120
    assert not own & {corpus.text_key(one.text) for one in probe()}


def test_the_text_key_ignores_case_marks_and_names_but_not_words() -> None:
    same = ["Love it!!", "love it", "LOVE  it."]
    assert len({corpus.text_key(text) for text in same}) == 1
    for one, other in combinations(["love it", "love", "❤️", "🔥", "!!"], 2):
        assert corpus.text_key(one) != corpus.text_key(other)


def test_holding_out_is_stable_and_loses_nothing() -> None:
    examples = [Example(f"text {number}", 0) for number in range(600)]
    kept, held = corpus.hold_out(examples, 20)
    assert sorted(kept + held) == sorted(examples)
    assert 10 < len(held) < 60
    assert corpus.hold_out(examples[::-1], 20)[1] == held[::-1]


def test_of_equal_texts_the_first_is_kept() -> None:
    examples = [Example("a b", 0), Example("A B!", 2), Example("c", 1)]
    assert corpus.deduplicated(examples, {"c"}) == [Example("a b", 0)]
