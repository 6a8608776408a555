"""One search over several jobs."""

from __future__ import annotations

import numpy as np

from undertone.search.index import Entry, JobIndex, Query, search
from undertone.search.lexical import WordIndex, words
from undertone.search.vectors import ScannedVectors


def index(job: str, texts: list[str], rows: list[list[int]]) -> JobIndex:
    entries = [Entry(n, 1, str(n), text, None, None, "") for n, text in enumerate(texts)]
    vectors = ScannedVectors(np.array(rows, dtype=np.int8).reshape(-1, 2))
    places = {one.key: n for n, one in enumerate(entries)}
    return JobIndex(job, entries, {}, vectors, WordIndex(texts), places)


NORTH = np.array([0, 1], dtype=np.float32)


def test_the_best_of_all_jobs_come_first() -> None:
    one = index("one", ["ann", "bo"], [[0, 9], [9, 0]])
    two = index("two", ["ann ann", "cy"], [[5, 5], [0, -9]])
    hits = search([one, two], Query(NORTH, words("Ann")), 10)
    assert [hit.id for hit in hits] == ["one.0", "two.0"]
    assert [hit.id for hit in search([two, one], Query(NORTH, []), 1)] == ["one.0"]
    assert search([], Query(NORTH, ["ann"]), 5) == []


def test_a_job_of_nothing_is_searched() -> None:
    assert search([index("none", [], [])], Query(NORTH, ["ann"]), 5) == []
