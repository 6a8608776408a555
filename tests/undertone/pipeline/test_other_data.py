"""What else is kept of a user: all of it, page by page, and nothing of another."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from tests.undertone.pipeline.conftest import NOW, Bench
from undertone.errors import Rejected
from undertone.pipeline import names, other_data
from undertone.pipeline.erasure import erase
from undertone.pipeline.feedback_records import FeedbackLine, Judged, Shown
from undertone.pipeline.personal_data import stored_data
from undertone.storage.memory import MemoryBlobs
from undertone.text import digest

ME = digest("me")


@pytest.fixture
def elsewhere(bench: Bench) -> MemoryBlobs:
    """A container of another room, and the place of its owners there."""
    blobs = MemoryBlobs()
    bench.services = dataclasses.replace(bench.services, personal=((blobs, "posts/"),))
    return blobs


def all_of(bench: Bench, owner: str) -> list[dict[str, Any]]:
    page = stored_data(bench.services, owner)
    found = list(page.other)
    for _ in range(1_000):
        if not page.after:
            return found
        page = stored_data(bench.services, owner, page.after)
        assert len(page.other) <= other_data.MOST_BLOBS
        found += page.other
    raise AssertionError("the pages never end")


def test_every_blob_is_there_once_and_none_of_another(bench: Bench, elsewhere: MemoryBlobs) -> None:
    judged = Judged(query="shoes", item="x", good=True)
    bench.store.feedback.create("me")
    bench.store.feedback.append(FeedbackLine(at=NOW, judged=(judged,)), "me")
    bench.store.shown.write(Shown(query="shoes", at=NOW, items=("x",)), "me", "shoes")
    bench.store.shown.write(Shown(query="hats", at=NOW, items=("x",)), "you", "hats")
    expected = {f"posts/{ME}/{number:03d}.json" for number in range(other_data.MOST_BLOBS * 2)}
    for name in expected:
        elsewhere.write(name, json.dumps({"name": name}).encode())
    elsewhere.write(f"posts/{digest('you')}/1.json", b"{}")
    elsewhere.write(f"posts/{ME}/card.png", b"\x89PNG")
    found = all_of(bench, "me")
    blobs = [entry["blob"] for entry in found]
    assert len(blobs) == len(set(blobs))
    mine = {names.feedback("me"), names.shown("me", "shoes"), f"posts/{ME}/card.png"}
    assert set(blobs) == expected | mine
    lines = {entry["blob"]: entry["lines"] for entry in found}
    assert lines[names.feedback("me")][0]["judged"] == [
        {"query": "shoes", "item": "x", "good": True}
    ]
    assert lines[f"posts/{ME}/007.json"] == [{"name": f"posts/{ME}/007.json"}]
    assert lines[f"posts/{ME}/card.png"] == []


def test_a_long_log_is_given_in_parts(bench: Bench, elsewhere: MemoryBlobs) -> None:
    padding = "x" * (other_data.MOST_BYTES // 20)
    lines = [json.dumps({"number": number, "": padding}).encode() for number in range(50)]
    elsewhere.write(f"posts/{ME}/a.log", b"\n".join(lines) + b"\n")
    elsewhere.write(f"posts/{ME}/b.json", b'{"number": 50}')
    found = [line["number"] for entry in all_of(bench, "me") for line in entry["lines"]]
    assert found == list(range(51))


def test_what_is_given_is_what_is_erased(bench: Bench, elsewhere: MemoryBlobs) -> None:
    bench.store.shown.write(Shown(query="shoes", at=NOW, items=("x",)), "me", "shoes")
    elsewhere.write(f"posts/{ME}/1.json", b"{}")
    assert len(all_of(bench, "me")) == 2
    erase(bench.services, "me")
    bench.drain()
    assert all_of(bench, "me") == []
    assert elsewhere.names("") == []


@pytest.mark.parametrize("after", ["other:x", "other:99/", "other:0/../x@", "other:-1/"])
def test_where_to_go_on_is_what_a_page_said(bench: Bench, after: str) -> None:
    with pytest.raises(Rejected, match="after"):
        stored_data(bench.services, "me", after)
