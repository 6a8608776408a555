"""A packed encoder, made here byte by byte."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from training.packed_encoder import BLOCK, read_packed, unpacked

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁é"]
HIDDEN, INNER = 32, 64


def packed_row(scale: float, steps: list[int]) -> bytes:
    """A block by hand: the first sixteen weights in the low halves of the bytes."""
    return np.float16(scale).tobytes() + bytes(
        (low + 8) | ((high + 8) << 4) for low, high in zip(steps[:16], steps[16:], strict=True)
    )


STEPS = [(number % 16) - 8 for number in range(BLOCK)]


def packed_file(file: Path) -> Path:
    names = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, names)]).astype("<u4").tobytes()
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, 1, 2, INNER, len(PIECES), 8, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, names))) + ends
    head += np.arange(len(PIECES), dtype="<f4").tobytes() + b"".join(names)
    head += struct.pack("<iI", 1, 3) + b"map"
    tensors = [
        ("emb.word", 1, packed_row(0.5, STEPS) * len(PIECES)),
        ("l0.fo.w", 1, packed_row(0.25, STEPS) * 2 * HIDDEN),
        ("l0.fo.b", 0, np.ones(HIDDEN, "<f4").tobytes()),
    ]
    size = 4 + sum(2 + len(name) + 21 for name, _, _ in tensors)
    directory, content = struct.pack("<i", len(tensors)), b""
    for name, kind, raw in tensors:
        offset = len(head) + size + len(content)
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, 0, offset, len(raw))
        content += raw
    file.write_bytes(head + directory + content)
    return file


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    encoder = read_packed(packed_file(tmp_path / "encoder.bin"))
    assert (encoder.hidden, encoder.layers, encoder.heads, encoder.inner) == (HIDDEN, 1, 2, INNER)
    assert (encoder.positions, encoder.pieces) == (8, PIECES)
    assert encoder.scores.tolist() == [0, 1, 2, 3, 4]
    assert encoder.tensors["emb.word"].shape == (len(PIECES), HIDDEN)
    assert encoder.tensors["emb.word"][3].tolist() == [0.5 * step for step in STEPS]
    assert encoder.tensors["l0.fo.w"].shape == (HIDDEN, INNER)
    assert encoder.tensors["l0.fo.b"].tolist() == [1.0] * HIDDEN


def test_a_block_is_a_scale_and_thirty_two_steps() -> None:
    assert unpacked(packed_row(2.0, STEPS)).tolist() == [2.0 * step for step in STEPS]


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="no packed encoder"):
        read_packed(tmp_path / "x")
