"""Posts in bulk: a row for each, whatever is delivered twice or never."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from undertone.errors import NotFound, Transient
from undertone.own_posts.bulk import PAGE, QUEUE, Bulk, Sent
from undertone.own_posts.records import OwnPost
from undertone.own_posts.store import OwnPosts
from undertone.storage.memory import MemoryBlobs, MemoryQueues

NOW = datetime(2026, 11, 25, tzinfo=UTC)


class Setting:
    def __init__(self) -> None:
        self.queues = MemoryQueues()
        self.posts = OwnPosts(MemoryBlobs(), lambda: NOW)
        self.bulk = Bulk(self.posts, self.queues)

    def deliver(self) -> None:
        for body, _ in self.queues.sent.pop(QUEUE, []):
            self.bulk.handle(body)


@pytest.fixture
def setting() -> Setting:
    return Setting()


def sent(number: int) -> Sent:
    post = OwnPost(id=f"{number}", content=f"Post {number}", created_at="")
    return Sent(post=post, id=post.id)


def test_every_post_has_its_row(setting: Setting) -> None:
    setting.posts.create("ann", OwnPost(id="1", content="Another", created_at=""))
    setting.posts.create("ann", OwnPost(id="2", content="Post 2", created_at=""))
    late = Sent(post=OwnPost(id="3", content="x", created_at="2099-01-01T00:00:00.000Z"), id="3")
    bad = Sent(id="bad", problem="content is missing")
    batch = setting.bulk.accept("ann", [sent(1), sent(2), late, bad, sent(5)])
    assert setting.bulk.rows("ann", batch, 0) is None
    setting.deliver()
    rows = setting.bulk.rows("ann", batch, 0)
    assert rows is not None
    assert [(row.id, row.outcome) for row in rows] == [
        ("1", "conflict"),
        ("2", "unchanged"),
        ("3", "rejected"),
        ("bad", "rejected"),
        ("5", "created"),
    ]
    assert setting.posts.find("ann", "5").content == "Post 5"


def test_a_page_is_a_message(setting: Setting) -> None:
    batch = setting.bulk.accept("ann", [sent(number) for number in range(2 * PAGE + 1)])
    assert len(setting.queues.sent[QUEUE]) == setting.bulk.batch("ann", batch).pages == 3
    assert all(len(body) < 300 for body, _ in setting.queues.sent[QUEUE])
    setting.deliver()
    found = [setting.bulk.rows("ann", batch, page) or () for page in range(3)]
    assert [len(rows) for rows in found] == [PAGE, PAGE, 1]


def test_a_message_that_comes_twice_changes_nothing(setting: Setting) -> None:
    batch = setting.bulk.accept("ann", [sent(1)])
    (message,) = setting.queues.sent[QUEUE]
    setting.deliver()
    rows = setting.bulk.rows("ann", batch, 0)
    setting.bulk.handle(message[0])
    setting.bulk.fail(message[0])
    assert setting.bulk.rows("ann", batch, 0) == rows


def test_a_poisoned_page_says_that_its_posts_may_be_missing(setting: Setting) -> None:
    batch = setting.bulk.accept("ann", [sent(1), sent(2)])
    setting.bulk.fail(setting.queues.sent[QUEUE][0][0])
    rows = setting.bulk.rows("ann", batch, 0)
    assert rows is not None
    assert [row.outcome for row in rows] == ["failed", "failed"]


def test_a_page_whose_owner_has_removed_everything_is_passed_over(setting: Setting) -> None:
    setting.bulk.accept("ann", [sent(1)])
    message = setting.queues.sent[QUEUE][0][0]
    setting.posts.blobs.remove_many(setting.posts.blobs.names(""))
    setting.bulk.handle(message)
    setting.bulk.fail(message)
    assert setting.posts.blobs.names("") == []


@pytest.mark.parametrize("body", [b"", b"{}", b"not JSON"])
def test_what_is_no_message_of_ours_is_refused(setting: Setting, body: bytes) -> None:
    with pytest.raises(Transient, match="not a message"):
        setting.bulk.handle(body)


def test_a_newer_message_waits_for_a_newer_app(setting: Setting) -> None:
    body = msgspec.json.encode({"owner": "ann", "batch": "0" * 32, "page": 0, "v": 99})
    with pytest.raises(Transient, match="newer"):
        setting.bulk.handle(body)


@pytest.mark.parametrize("batch", ["", "../..", "0" * 32])
def test_unknown_batches_are_not_found(setting: Setting, batch: str) -> None:
    setting.bulk.accept("bob", [sent(1)])
    with pytest.raises(NotFound):
        setting.bulk.batch("ann", batch)
