"""Comments longer than a model's window: scored in parts, and the parts' answers put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tokenizers import Tokenizer

MAX_WINDOWS = 32
"""What is read of one comment: about 3,000 words with a window of 128 tokens. Bounds the time that
one comment can take."""


class Window(NamedTuple):
    """A part of a text as token ids, special tokens included."""

    text: int
    """Which text it is a part of: its place in what was tokenized."""
    ids: list[int]


def windows(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Window]:
    """Every text in one window or more, in order; `tokenizer` cuts at the model's window."""
    cut = []
    for place, encoding in enumerate(tokenizer.encode_batch(list(texts))):
        parts = [encoding, *encoding.overflowing][:MAX_WINDOWS]
        cut += [Window(place, part.ids) for part in parts]
    return cut


def cutting_tokenizer(file: str, max_tokens: int) -> Tokenizer:
    """The tokenizer of a tokenizer.json, which cuts at `max_tokens` and does not pad."""
    tokenizer = Tokenizer.from_file(file)
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
