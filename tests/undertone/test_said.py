"""The material of content: an owner's job that has ended, its rows and its comments."""

from __future__ import annotations

import pytest

from tests.undertone.pipeline.conftest import Bench, upload
from undertone import said
from undertone.content.material import Place
from undertone.errors import Conflict, NotFound
from undertone.own_posts.records import CommentsAt, OwnPost
from undertone.own_posts.store import OwnPosts
from undertone.said import Said
from undertone.storage.memory import MemoryBlobs


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def posts(bench: Bench) -> OwnPosts:
    return OwnPosts(MemoryBlobs(), lambda: bench.now)


@pytest.fixture
def found(bench: Bench, posts: OwnPosts) -> Said:
    return Said(bench.services, posts)


def ended(bench: Bench, *uploads: int) -> tuple[str, str]:
    """A job that has ended, and its owner."""
    sent = [upload(count, f"up{place}") for place, count in enumerate(uploads)]
    request = bench.submit(uploads=sent)
    bench.drain()
    return request.job, request.owner


def test_a_job_gives_its_rows_and_comments(bench: Bench, found: Said) -> None:
    job, owner = ended(bench, 3, 2)
    material = found.material(owner, Place(job=job))
    assert material is not None
    assert [row.row for row in material.rows] == [1, 2]
    assert [c.post for c in material.comments] == [1, 1, 1, 2, 2]
    lines = bench.services.results.read(f"{job}/comments.jsonl").splitlines()
    assert len(lines) == len(material.comments)
    assert material.left_out == 0


def test_another_owner_finds_nothing(bench: Bench, found: Said) -> None:
    job, owner = ended(bench, 1)
    with pytest.raises(NotFound):
        found.check(f"not {owner}", Place(job=job))
    with pytest.raises(NotFound):
        found.material(f"not {owner}", Place(job=job))
    assert found.material(f"not {owner}", Place()) is None


def test_a_job_under_way_is_waited_for(bench: Bench, found: Said) -> None:
    request = bench.submit(uploads=[upload(1)])
    with pytest.raises(Conflict, match="not ended"):
        found.check(request.owner, Place(job=request.job))
    assert found.material(request.owner, Place()) is None


def test_the_newest_job_that_has_ended(bench: Bench, found: Said) -> None:
    job, owner = ended(bench, 2)
    bench.submit(uploads=[upload(1, "still under way")])
    material = found.material(owner, Place())
    assert material is not None
    assert len(material.comments) == 2
    assert job


def test_an_own_post_is_its_row_alone(bench: Bench, found: Said, posts: OwnPosts) -> None:
    job, owner = ended(bench, 3, 2)
    at = CommentsAt(job=job, row=2)
    posts.create(owner, OwnPost(id="p", content="x", title="Mine", created_at="", comments=at))
    posts.create(owner, OwnPost(id="bare", content="Bare text", created_at=""))
    material = found.material(owner, Place(post="p"))
    assert material is not None
    assert (material.title, [c.post for c in material.comments]) == ("Mine", [2, 2])
    assert [row.row for row in material.rows] == [2]
    bare = found.material(owner, Place(post="bare"))
    assert bare is not None
    assert (bare.title, len(bare.comments)) == ("Bare text", 0)
    for post in ("p", "bare"):
        with pytest.raises(NotFound):
            found.material("another", Place(post=post))


def test_what_is_too_much_is_counted(bench: Bench, posts: OwnPosts) -> None:
    job, owner = ended(bench, 40)
    size = len(bench.services.results.read(f"{job}/comments.jsonl"))
    small = Said(bench.services, posts, most_bytes=size // 2, piece=size // 4)
    material = small.material(owner, Place(job=job))
    assert material is not None
    assert len(material.comments) + material.left_out == 40
    assert 0 < len(material.comments) < 40
    assert size < said.MOST_BYTES
