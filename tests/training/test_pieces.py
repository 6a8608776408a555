"""A smaller vocabulary of pieces."""

from __future__ import annotations

import numpy as np
import pytest

from training.pieces import (
    SPECIAL,
    Pieces,
    chosen,
    count_pieces,
    lower_case,
    tokenizer_of,
)

OLD = ["<s>", "<pad>", "</s>", "<unk>", "▁Love", "▁love", "▁", "l", "o", "v", "e", "▁Haus", "s"]
SCORES = [0.0, 0.0, 0.0, 0.0, -3.0, -4.0, -2.0, -9.0, -9.0, -9.0, -9.0, -5.0, -6.0]


@pytest.fixture
def pieces() -> Pieces:
    return lower_case(OLD, SCORES)


def test_forms_of_a_piece_become_one_with_the_lower_ones_vector(pieces: Pieces) -> None:
    assert [name for name, _ in pieces.scores][:4] == list(SPECIAL)
    assert pieces.rows[:4] == [1, 0, 2, 3]
    names = dict(zip([name for name, _ in pieces.scores], pieces.rows, strict=True))
    assert (names["▁love"], names["▁haus"]) == (5, 11)
    assert dict(pieces.scores)["▁love"] == -3.0
    assert "▁Love" not in names


def test_the_tokenizer_reads_any_letter_case(pieces: Pieces) -> None:
    tokenizer = tokenizer_of(pieces)
    assert tokenizer.encode("LOVE love\ufe0f").tokens == ["<s>", "▁love", "▁love", "</s>"]
    assert tokenizer.encode("").ids == [1, 2]
    assert tokenizer.encode("loves").tokens == ["<s>", "▁love", "s", "</s>"]
    assert tokenizer.encode("愛").ids[-2] == 3


def test_what_is_frequent_stays_and_what_is_asked_for(pieces: Pieces) -> None:
    size = len(pieces.scores)
    counts = count_pieces(tokenizer_of(pieces), {"love": 0.7, "haus": 0.1, "loves": 0.2}, size)
    assert counts.sum() == pytest.approx(1)
    names = [name for name, _ in pieces.scores]
    assert counts[names.index("▁love")] == pytest.approx(0.9 / 1.2)
    kept = chosen(pieces, counts, 1, {names.index("v")})
    assert [name for name, _ in kept.scores] == [*SPECIAL, "▁love", "v"]
    assert kept.rows == [1, 0, 2, 3, 5, 9]
    assert np.array_equal(chosen(pieces, counts, 99, set()).rows[:5], [1, 0, 2, 3, 5])
