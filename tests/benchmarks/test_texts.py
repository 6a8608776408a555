from __future__ import annotations

from pathlib import Path
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks._texts import comment_texts, equal_parts, model_texts, tweet_like_texts
from model.factory import ARTIFACTS
from model.text import with_emoji_words
from model.windows import truncating_tokenizer
from training import corpus

TEXTS = [f"{number} " + "long " * (number % 40) for number in range(600)]
TWEET_WORDS, TWEET_TOKENS = 14.86, 25.39
"""Means over TweetEval's test set; the tokens are those of the bundled model."""


def words(texts: list[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def tokens(texts: list[str]) -> list[int]:
    tokenizer = truncating_tokenizer(str(ARTIFACTS / "compact" / "tokenizer.json"), 128)
    return [len(one.ids) for one in tokenizer.encode_batch(list(map(with_emoji_words, texts)))]


@given(st.integers(1, 30), st.integers(1, 10), st.integers(0, 99))
def test_parts_have_nearly_the_same_length(size: int, parts: int, seed: int) -> None:
    lists = equal_parts(TEXTS, size, parts, seed)
    assert [len(part) for part in lists] == [size] * parts
    assert len({text for part in lists for text in part}) == size * parts
    lengths = [sum(map(len, part)) for part in lists]
    longest = max(map(len, TEXTS))
    assert max(lengths) - min(lengths) <= longest


def test_generated_texts_are_seeded() -> None:
    assert tweet_like_texts(50) == tweet_like_texts(60)[:50]
    assert tweet_like_texts(50) != tweet_like_texts(50, seed=2)
    assert comment_texts(50) == comment_texts(50)


def test_generated_texts_are_as_long_as_tweets() -> None:
    texts = tweet_like_texts(4000)
    assert mean(words(texts)) == pytest.approx(TWEET_WORDS, rel=0.03)
    assert mean(tokens(texts)) == pytest.approx(TWEET_TOKENS, rel=0.06)
    assert max(words(texts)) <= 33
    assert len(set(texts)) > 0.99 * len(texts)


def test_without_data_texts_are_generated() -> None:
    texts = model_texts(None)
    assert texts.name == "generated"
    assert "generated" in texts.description
    assert (len(texts.scored), len(texts.for_tokenizer)) == (12_284, 49_478)
    assert texts.scored == tweet_like_texts(len(texts.scored))


def test_with_data_they_are_the_tweets(data: Path) -> None:
    texts = model_texts(data)
    assert texts.name == "tweets"
    assert texts.description == "the 12,284 tweets of TweetEval test"
    assert texts.scored[:3] == [one.text for one in corpus.semeval(data, "test")[:3]]


def test_the_lengths_are_those_of_the_tweets(data: Path) -> None:
    tweets = model_texts(data).scored
    assert mean(words(tweets)) == pytest.approx(TWEET_WORDS, abs=0.01)
    assert mean(tokens(tweets)) == pytest.approx(TWEET_TOKENS, abs=0.01)
