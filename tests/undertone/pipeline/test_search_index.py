"""How much is searched, and what an index holds of a job."""

from __future__ import annotations

import msgspec
import pytest

from tests.undertone.pipeline.insightful import TEXTS, Insightful
from undertone.errors import Conflict
from undertone.pipeline.search_index import MOST_SEARCHED, read_index, searched_size


def test_an_index_holds_every_comment_with_words_once() -> None:
    bench = Insightful()
    request = bench.job()
    bench.drain()
    index = read_index(bench.services, request)
    full = [text for text in (*TEXTS, *TEXTS[:3]) if text.strip()]
    assert [entry.text for entry in index.entries] == full
    assert len(index.places) == len(full) == searched_size(bench.services, request)
    assert [post.post_id for post in index.posts.values()] == ["first", "second"]


def test_a_job_that_is_too_large_says_so() -> None:
    bench = Insightful()
    request = bench.job()
    bench.drain()
    made = bench.store.facts.read(request.job)
    large = msgspec.structs.replace(made, comments=MOST_SEARCHED + 1)
    bench.store.facts.write(large, request.job)
    with pytest.raises(Conflict, match="300,001"):
        searched_size(bench.services, request)
