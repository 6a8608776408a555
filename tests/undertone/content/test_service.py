"""Requests for content: taken, shown, nobody else's."""

from __future__ import annotations

import pytest

from tests.undertone.content.conftest import Setting
from undertone.content.material import Place
from undertone.content.records import Tag
from undertone.content.service import QUEUES
from undertone.errors import NotFound, Transient
from undertone.storage.memory import MemoryQueues


@pytest.mark.parametrize(
    ("tag", "queues"),
    [
        ("text", ["content-text"]),
        ("image", ["content-image"]),
        ("instagram", ["content-text", "content-image"]),
    ],
)
def test_a_request_is_a_message_for_each_part(
    setting: Setting, tag: Tag, queues: list[str]
) -> None:
    id_ = setting.content.accept("ann", "price", tag, Place(job="shoes"))
    sent = setting.messages()
    assert [queue for queue, _ in sent] == queues
    assert all(id_.encode() in body and b"price" not in body for _, body in sent)


def test_it_is_queued_then_running_then_done(setting: Setting) -> None:
    id_ = setting.content.accept("ann", "price", "instagram", Place(job="shoes"))
    assert setting.content.view("ann", id_).status == "queued"
    text, image = setting.messages()
    setting.deliver(*image)
    assert setting.content.view("ann", id_).status == "running"
    setting.deliver(*text)
    found = setting.content.view("ann", id_)
    assert found.status == "done"
    assert "price" in found.parts["text"].text
    assert found.parts["image"].sizes == ("1080x1080",)


def test_another_owners_request_is_not_there(setting: Setting) -> None:
    id_ = setting.content.accept("ann", "price", "text", Place(job="shoes"))
    for owner, asked in (("bob", id_), ("ann", "0" * 32), ("ann", "../" + id_), ("ann", "")):
        with pytest.raises(NotFound):
            setting.content.view(owner, asked)


def test_what_is_no_id_names_no_blob(setting: Setting) -> None:
    setting.content.accept("ann", "price", "text", Place(job="shoes"))
    (name,) = setting.blobs.names("")
    owner, _, _ = name.split("/")
    setting.blobs.write(f"{owner}/elsewhere/request.json", setting.blobs.read(name))
    with pytest.raises(NotFound):
        setting.content.view("ann", "elsewhere")


@pytest.mark.parametrize("place", [Place(job="shoes"), Place(job="none"), Place(post="ann's")])
def test_what_is_anothers_is_refused_and_nothing_kept(setting: Setting, place: Place) -> None:
    with pytest.raises(NotFound):
        setting.content.accept("bob", "price", "text", place)
    assert setting.blobs.names("") == []
    assert setting.messages() == []


def test_names_hold_no_owner(setting: Setting) -> None:
    setting.content.accept("ann", "price", "text", Place())
    assert not any("ann" in name for name in setting.blobs.names(""))


def test_a_queue_that_fails_is_told(setting: Setting) -> None:
    class Broken(MemoryQueues):
        def send(self, queue: str, body: bytes, *, delay: float = 0) -> None:
            raise Transient("no queue")

    setting.content._queues = Broken()
    with pytest.raises(Transient):
        setting.content.accept("ann", "price", "text", Place())
    assert set(QUEUES.values()) == {"content-text", "content-image"}
