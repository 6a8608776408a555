"""Texts for the benchmarks: seeded comments and tweet-like texts, or real tweets."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from training import corpus

_OPENINGS = [
    "I love how", "Honestly,", "Can someone tell me why", "Not sure if", "So tired of how",
    "Wow,", "Every time I watch this", "My sister said that", "Unpopular opinion:", "Wait,",
]  # fmt: skip
_MIDDLES = [
    "the new version", "this song", "the ending at 3:45", "their support", "the blue one",
    "this recipe", "the second part", "that guy in the back", "the price of $49", "your channel",
]  # fmt: skip
_ENDINGS = [
    "made my whole week 😍", "is broken again", "never gets old", "was a waste of money",
    "sounds exactly like the old one", "deserves more views", "isn't bad at all",
    "took me three hours to understand", "🔥🔥🔥", "and nobody talks about it?",
]  # fmt: skip
_MORE = " Also the part where they explain how it was made is worth watching twice."

_COMMON_WORDS = (
    "the to and a of in is on for i you it that this with my be at have just was so are not me "
    "but all we will up what out like when if from they do get no can your going about now one "
    "his he see how who more want new good time day know tomorrow think by as an or night still "
    "some has people her she our today best after really them there make love great back why "
    "would first had game last right never then need than being way over only tonight down did "
    "watch next off much here even happy say could show because too sunday friday year were "
    "been live before got their most team better any please very come big come always life "
    "other thing again world let man feel hope play into home every hate may thanks win another "
    "where work"
)
_COMMON = _COMMON_WORDS.split()
_WORD_COUNTS = (1, 6, 7, 9, 10, 11, 11, 12, 13, 14, 15, 16, 17, 17, 18, 19, 20, 21, 22, 24, 32)
"""Words in a tweet of TweetEval's sentiment test set: every fifth percentile, from 0 to 100."""
_MENTION_SHARE, _HASHTAG_SHARE, _NUMBER_SHARE = 0.045, 0.055, 0.02
"""Of the words, as in that set."""
_COMPOUND_SHARE = 0.04
_PUNCTUATED_SHARE = 0.35
"""Of the words. These two give a text about as many tokens as a tweet has: docs/model.md."""
_EMOJI_SHARE = 0.065
"""Of the texts, as in that set."""
SCORED, FOR_TOKENIZER = 12_284, 49_478
"""Generated texts: as many as there are tweets in TweetEval test and in SemEval train."""


class ModelTexts(NamedTuple):
    """The texts of the benchmark of the models."""

    name: str
    """`tweets` or `generated`: the folder of the model whose tokenizer was trained on them."""
    description: str
    """Which texts these are, for people."""
    scored: list[str]
    for_tokenizer: list[str]
    """What the byte-level tokenizer of the RoBERTa-sized model is trained on."""


def model_texts(data: Path | None) -> ModelTexts:
    """Real tweets from the data folder (see training/corpus.py), or generated texts without one."""
    if data is None:
        texts = tweet_like_texts(SCORED + FOR_TOKENIZER)
        description = f"{SCORED:,} generated texts, about as long as the tweets of TweetEval test"
        return ModelTexts("generated", description, texts[:SCORED], texts[SCORED:])
    scored = [example.text for example in corpus.semeval(data, "test")]
    for_tokenizer = [example.text for example in corpus.semeval_train(data)]
    description = f"the {len(scored):,} tweets of TweetEval test"
    return ModelTexts("tweets", description, scored, for_tokenizer)


def equal_parts(texts: Sequence[str], size: int, parts: int, seed: int = 5) -> list[list[str]]:
    """`parts` lists of `size` different texts; the lists have nearly the same length in characters.

    Each list is in random order.
    """
    rng = random.Random(seed)
    chosen = sorted(rng.sample(texts, size * parts), key=len)
    dealt = [chosen[start : start + parts] for start in range(0, len(chosen), parts)]
    for hand in dealt:
        rng.shuffle(hand)
    lists = [list(part) for part in zip(*dealt, strict=True)]
    for part in lists:
        rng.shuffle(part)
    return lists


def comment_texts(count: int, seed: int = 1) -> list[str]:
    """`count` texts, nearly all different, of 4 to about 45 words."""
    rng = random.Random(seed)
    return [
        f"{rng.choice(_OPENINGS)} {rng.choice(_MIDDLES)} {rng.choice(_ENDINGS)}"
        f"{_MORE * rng.choice([0, 0, 0, 1, 2])} {rng.randrange(count)}"
        for _ in range(count)
    ]


def tweet_like_texts(count: int, seed: int = 1) -> list[str]:
    """`count` texts that mean nothing, with about as many words and tokens as tweets have.

    They consist of common English words and of compounds of them, such as "TomorrowNight", which
    tokenizers split as they split names and rare words.
    """
    rng = random.Random(seed)
    return [_tweet_like_text(rng) for _ in range(count)]


def _tweet_like_text(rng: random.Random) -> str:
    low, high = rng.choice(list(pairwise(_WORD_COUNTS)))
    words = [_word(rng) for _ in range(rng.randint(low, high))]
    emoji = f" {rng.choice('😍🔥😂👏💔')}" if rng.random() < _EMOJI_SHARE else ""
    return " ".join(words) + emoji


def _word(rng: random.Random) -> str:
    kinds = ("mention", "hashtag", "number", "compound", "common")
    shares = (_MENTION_SHARE, _HASHTAG_SHARE, _NUMBER_SHARE, _COMPOUND_SHARE)
    (kind,) = rng.choices(kinds, (*shares, 1 - sum(shares)))
    mark = rng.choice(",.!?") if rng.random() < _PUNCTUATED_SHARE else ""
    if kind == "mention":
        return "@user"
    if kind == "hashtag":
        return f"#{_compound(rng)}"
    if kind == "number":
        return f"{rng.randint(1, 2017)}{mark}"
    return f"{_compound(rng) if kind == 'compound' else rng.choice(_COMMON)}{mark}"


def _compound(rng: random.Random) -> str:
    parts = rng.choices(_COMMON, k=rng.choice([2, 2, 3]))
    return "".join(map(str.capitalize, parts)) if rng.random() < 0.5 else "".join(parts)
