"""Chooses the pieces of a SentencePiece (unigram) vocabulary that comments need: a smaller file.

Letter case is dropped: `▁Love`, `▁love` and `▁LOVE` become one piece, with the vector of the lower
one where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")
"""The first pieces of the new vocabulary. Padding is 0, as in our other models."""
DECIMALS = 5
"""Of a piece's score: more would make the tokenizer's file half as large again."""
_UNKNOWN = SPECIAL.index("<unk>")
DROPPED = ("\ufe0f", "\u200d")
"""Emoji presentation and the joiner, which the vocabulary does not have."""


class Pieces(NamedTuple):
    """A vocabulary, and where each piece's vector stands in the old table."""

    scores: list[tuple[str, float]]
    """(piece, log probability), in the order of the new ids."""
    rows: list[int]


def lower_case(pieces: Sequence[str], scores: Iterable[float]) -> Pieces:
    """All pieces in lower case, each once; `pieces` begin with <s>, <pad>, </s>, <unk>."""
    best: dict[str, tuple[float, int]] = {}
    for row, (piece, score) in enumerate(zip(pieces, scores, strict=True)):
        if row < len(SPECIAL):
            continue
        lower = piece.lower()
        known = best.get(lower)
        if known is None:
            best[lower] = (float(score), row)
        else:
            best[lower] = (max(known[0], float(score)), row if piece == lower else known[1])
    special = [pieces.index(name) for name in SPECIAL]
    scored = [
        *((name, 0.0) for name in SPECIAL),
        *((name, round(one[0], DECIMALS)) for name, one in best.items()),
    ]
    return Pieces(scored, [*special, *(row for _, row in best.values())])


def chosen(pieces: Pieces, counts: NDArray[np.float64], most: int, always: set[int]) -> Pieces:
    """The special pieces, the `most` frequent ones, and those at `always`."""
    order = np.argsort(-counts, kind="stable")
    kept = {int(place) for place in order[:most] if counts[place] > 0} | always
    places = [*range(len(SPECIAL)), *sorted(kept - set(range(len(SPECIAL))))]
    return Pieces([pieces.scores[place] for place in places], [pieces.rows[p] for p in places])


def count_pieces(
    tokenizer: Tokenizer, words: Mapping[str, float], size: int
) -> NDArray[np.float64]:
    """How often each piece comes, in texts or words with these frequencies; sums to 1."""
    counts = np.zeros(size)
    encoded = tokenizer.encode_batch(list(words), add_special_tokens=False)
    for encoding, frequency in zip(encoded, words.values(), strict=True):
        for place in encoding.ids:
            counts[place] += frequency
    return counts / counts.sum()


def tokenizer_of(pieces: Pieces) -> Tokenizer:
    """A tokenizer that drops letter case and puts a text between <s> and </s>."""
    tokenizer = Tokenizer(models.Unigram(pieces.scores, unk_id=_UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            *(normalizers.Replace(sign, "") for sign in DROPPED),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        special_tokens=[(name, SPECIAL.index(name)) for name in ("<s>", "</s>")],
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer
