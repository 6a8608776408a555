"""The workers: each part once, whatever is delivered how often and wherever storage fails."""

from __future__ import annotations

import random

import msgspec
import pytest

from tests.undertone.content.conftest import Setting
from undertone.content.material import Place
from undertone.content.records import Part, Tag
from undertone.content.workers import NOTHING_TO_WRITE_FROM
from undertone.errors import NewerVersion, Transient
from undertone.ports import Versioned
from undertone.results.cards import Card
from undertone.storage.memory import MemoryBlobs


class Crashing(MemoryBlobs):
    """Fails at chosen calls, some of them after they have been done, as lost answers do."""

    fail_at: frozenset[int] = frozenset()
    calls = 0

    def _maybe(self) -> bool:
        self.calls += 1
        return self.calls in self.fail_at

    def read_versioned(self, name: str) -> Versioned:
        if self._maybe():
            raise Transient("no answer")
        return super().read_versioned(name)

    def create(self, name: str, data: bytes) -> bool:
        fails = self._maybe()
        if fails and self.calls % 2:
            raise Transient("not done")
        created = super().create(name, data)
        if fails:
            raise Transient("done, and the answer is lost")
        return created

    def write(self, name: str, data: bytes, content_type: str = "application/json") -> None:
        fails = self._maybe()
        if fails and self.calls % 2:
            raise Transient("not done")
        super().write(name, data, content_type)
        if fails:
            raise Transient("done, and the answer is lost")


def contents(setting: Setting) -> dict[str, bytes]:
    """All blobs; a request's id, which is random, left out of their names."""
    names = setting.blobs.names("")
    return {name.rpartition("/")[2]: setting.blobs.read(name) for name in names}


def quiet() -> dict[str, bytes]:
    setting = Setting()
    setting.content.accept("ann", "price", "instagram", Place(job="shoes"))
    setting.drain()
    return contents(setting)


@pytest.mark.parametrize("seed", range(30))
def test_storage_errors_and_repeats_change_nothing(seed: int) -> None:
    chance = random.Random(seed)
    blobs = Crashing()
    setting = Setting(blobs)
    setting.content.accept("ann", "price", "instagram", Place(job="shoes"))
    blobs.fail_at = frozenset(chance.sample(range(1, 40), 12))
    waiting = setting.messages() * 2
    while waiting:
        chance.shuffle(waiting)
        message = waiting.pop()
        try:
            setting.deliver(*message)
        except Transient:
            waiting.append(message)
    blobs.fail_at = frozenset()
    assert contents(setting) == quiet()


@pytest.mark.parametrize("call", range(1, 9))
def test_a_kill_at_each_call_is_made_good(call: int) -> None:
    blobs = Crashing()
    setting = Setting(blobs)
    setting.content.accept("ann", "price", "instagram", Place(job="shoes"))
    messages = setting.messages()
    for message in messages:
        blobs.calls, blobs.fail_at = 0, frozenset({call})
        try:
            setting.deliver(*message)
        except Transient:
            blobs.fail_at = frozenset()
            setting.deliver(*message)
    blobs.fail_at = frozenset()
    assert contents(setting) == quiet()


def test_what_is_done_is_not_done_again(setting: Setting) -> None:
    setting.content.accept("ann", "price", "image", Place(job="shoes"))
    (message,) = setting.messages()
    setting.deliver(*message)
    setting.deliver(*message)
    assert len(setting.drawn) == 1


@pytest.mark.parametrize(
    ("tag", "place", "is_card"),
    [
        ("image", Place(job="shoes"), True),
        ("image", Place(), False),
        ("instagram", Place(job="cafe"), True),
    ],
)
def test_a_card_where_a_job_is_named_else_a_poster(
    setting: Setting, tag: Tag, place: Place, is_card: bool
) -> None:
    setting.content.accept("ann", "price", tag, place)
    setting.drain()
    (drawn,) = setting.drawn
    assert isinstance(drawn, Card) == is_card
    assert is_card or drawn == "price"


def test_without_a_job_the_newest_is_written_about_and_without_any_it_is_told(
    setting: Setting,
) -> None:
    by_ann = setting.content.accept("ann", "price", "text", Place())
    by_bob = setting.content.accept("bob", "price", "text", Place())
    setting.drain()
    assert "Spring shoes" in setting.content.view("ann", by_ann).parts["text"].text
    assert setting.content.view("bob", by_bob).parts["text"].text == NOTHING_TO_WRITE_FROM


@pytest.mark.parametrize("part", ["text", "image"])
def test_a_poisoned_message_ends_its_request(setting: Setting, part: Part) -> None:
    id_ = setting.content.accept("ann", "price", part, Place(job="shoes"))
    ((queue, body),) = setting.messages()
    setting.workers.fail(part, body)
    found = setting.content.view("ann", id_)
    assert found.status == "failed"
    assert "ask again" in found.parts[part].error
    setting.deliver(queue, body)
    assert setting.content.view("ann", id_) == found


def test_a_message_poisoned_after_all_was_done_changes_nothing(setting: Setting) -> None:
    id_ = setting.content.accept("ann", "price", "text", Place(job="shoes"))
    ((queue, body),) = setting.messages()
    setting.deliver(queue, body)
    setting.workers.fail("text", body)
    assert setting.content.view("ann", id_).status == "done"


def test_a_request_that_was_removed_is_passed_over(setting: Setting) -> None:
    setting.content.accept("ann", "price", "text", Place(job="shoes"))
    ((queue, body),) = setting.messages()
    setting.blobs.remove_many(setting.blobs.names(""))
    setting.deliver(queue, body)
    setting.workers.fail("text", body)
    assert setting.blobs.names("") == []


@pytest.mark.parametrize("body", [b"", b"{}", b"no JSON"])
def test_what_is_no_message_is_refused(setting: Setting, body: bytes) -> None:
    with pytest.raises(Transient, match="not a message"):
        setting.workers.text(body)


def test_a_newer_message_is_left_to_a_newer_app(setting: Setting) -> None:
    body = msgspec.json.encode({"owner": "ann", "id": "0" * 32, "v": 99})
    with pytest.raises(NewerVersion):
        setting.workers.image(body)
