"""Tokenizes comments; one that is longer than a model's window becomes several windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tokenizers import Tokenizer

MAX_WINDOWS = 32
"""The most that is read of one comment: about 3,000 words with a window of 128 tokens. Bounds the
time that one comment can take."""


class Window(NamedTuple):
    """A part of a text as token ids, special tokens included."""

    text_index: int
    """Which of the tokenized texts it is a part of."""
    ids: list[int]


def windows(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Window]:
    """Every text in one window or more, in order; `tokenizer` truncates at the model's window."""
    found = []
    for index, encoding in enumerate(tokenizer.encode_batch(list(texts))):
        parts = [encoding, *encoding.overflowing][:MAX_WINDOWS]
        found += [Window(index, part.ids) for part in parts]
    return found


def truncating_tokenizer(file: str, max_tokens: int) -> Tokenizer:
    """The tokenizer of a tokenizer.json, set to truncate at `max_tokens` and not to pad."""
    tokenizer = Tokenizer.from_file(file)
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
