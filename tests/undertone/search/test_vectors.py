"""The exact scan, against cosines of whole matrices."""

from __future__ import annotations

import numpy as np

from undertone.insights.part import to_int8
from undertone.search.vectors import BLOCK, ScannedVectors


def unit(rows: int, size: int, seed: int) -> np.ndarray:
    made = np.random.default_rng(seed).normal(size=(rows, size))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def test_scores_are_cosines_over_all_blocks() -> None:
    rows = np.random.default_rng(1).integers(-127, 128, (2 * BLOCK + 5, 7)).astype(np.int8)
    rows[3] = 0
    query = unit(1, 7, 2)[0]
    whole = rows.astype(np.float64)
    expected = whole @ query / np.maximum(np.linalg.norm(whole, axis=1), 1e-9)
    found = ScannedVectors(rows).scores(query)
    assert np.allclose(found, expected, atol=1e-5)
    assert found[3] == 0, "a text without a vector is like none"


def test_int8_finds_what_floats_find() -> None:
    vectors, queries = unit(20_000, 384, 3), unit(50, 384, 4)
    data = to_int8(vectors, range(len(vectors)), len(vectors), 384)
    scanned = ScannedVectors(np.frombuffer(data, dtype=np.int8).reshape(-1, 384))
    shared = 0
    for query in queries:
        exact = set(np.argsort(-(vectors @ query))[:10].tolist())
        shared += len(exact & set(np.argsort(-scanned.scores(query))[:10].tolist()))
    assert shared / (10 * len(queries)) >= 0.97


def test_no_rows() -> None:
    assert ScannedVectors(np.zeros((0, 3), np.int8)).scores(unit(1, 3, 1)[0]).tolist() == []
