"""All that is stored of a user's collections, in stretches that are bounded."""

from __future__ import annotations

import pytest

from tests.undertone.pipeline import insightful
from tests.undertone.pipeline.insightful import Insightful
from undertone.errors import Rejected
from undertone.insights.asked import Insights
from undertone.pipeline import names
from undertone.pipeline.erasure import erase
from undertone.pipeline.personal_data import stored_data
from undertone.pipeline.stream_data import MOST_BYTES, stream_data
from undertone.pipeline.streams import add_texts, find_collection, put_collection
from undertone.records import Comment

LONG = "snow " * 100_000


@pytest.fixture
def bench() -> Insightful:
    made = Insightful()
    for owner, name in (("me", "a"), ("me", "a-b"), ("me", "a0"), ("you", "a")):
        put_collection(made.services, owner, name, insightful.ASKED)
        add_texts(made.services, owner, name, [Comment(id=f"{owner} {name}", text="snow")])
    return made


def all_of(bench: Insightful, owner: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    after = "collections:"
    while after:
        page = stored_data(bench.services, owner, after)
        found += page.collections
        after = page.after
        assert len(found) < 100
    return found


def texts_of(bench: Insightful, owner: str) -> list[tuple[object, str]]:
    return [
        (stretch["name"], text["id"])
        for stretch in all_of(bench, owner)
        if isinstance(texts := stretch["texts"], list)
        for text in texts
    ]


def test_every_text_of_ones_own_collections_once(bench: Insightful) -> None:
    expected = {("a", "me a"), ("a-b", "me a-b"), ("a0", "me a0")}
    assert len(texts_of(bench, "me")) == len(expected)
    assert {*texts_of(bench, "me")} == expected
    assert texts_of(bench, "you") == [("a", "you a")]
    assert texts_of(bench, "nobody") == []


def test_what_is_asked_and_how_far_it_is_comes_first(bench: Insightful) -> None:
    bench.drain()
    put_collection(bench.services, "you", "a", Insights(match_case=True))
    first, *_ = all_of(bench, "you")
    _, window = find_collection(bench.services, "you", "a")
    assert isinstance(first["window"], dict)
    assert isinstance(first["collection"], dict)
    assert first["window"]["job"] == window.job != ""
    assert first["collection"]["insights"]["match_case"] is True


def test_many_texts_come_in_stretches(bench: Insightful) -> None:
    for number in range(40):
        add_texts(bench.services, "you", "a", [Comment(id=str(number), text=LONG)])
    assert [name for _, name in texts_of(bench, "you")] == ["you a", *map(str, range(40))]
    sizes = [len(repr(stretch)) for stretch in all_of(bench, "you")]
    assert len(sizes) >= 40 * len(LONG) // MOST_BYTES
    assert max(sizes) <= MOST_BYTES + 100_000


@pytest.mark.parametrize(
    "last", ["../x", "a/1", "a/1/2/3/4", "A", "~", "zzz", "a/7/0/0", "none/7/0/0"]
)
def test_places_that_hold_nothing_lead_nowhere(bench: Insightful, last: str) -> None:
    found = stream_data(bench.services, "me", last)
    assert found is None or found.collection["texts"] == []


def test_a_place_amid_a_line_is_refused(bench: Insightful) -> None:
    with pytest.raises(Rejected, match="next"):
        stream_data(bench.services, "me", "a/0/3/0")


def test_erasing_a_user_leaves_nothing_of_the_collections(bench: Insightful) -> None:
    assert erase(bench.services, "me")
    assert all_of(bench, "me") == []
    assert bench.jobs.names(names.collections_prefix("me")) == []
    assert texts_of(bench, "you") == [("a", "you a")]
    bench.drain()
    assert bench.jobs.names(names.collections_prefix("me")) == []
    assert bench.jobs.names(names.index_prefix("me")) == []
