"""Random samples of closed jobs: everybody alike, always the same, and little is read."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from tests.undertone.pipeline.conftest import Bench, upload
from undertone.errors import Conflict, NotFound
from undertone.pipeline import sampling
from undertone.pipeline.job_records import Request
from undertone.pipeline.sampling import Drawn, draw, find, frame, random_order
from undertone.pipeline.score import fail
from undertone.records import UploadedPost
from undertone.results.tally import Tally


def closed(bench: Bench, *sizes: int) -> Request:
    """A job of uploads with so many comments each, in chunks of two, done."""
    posts = [
        UploadedPost(
            id=f"p{number}",
            comments=tuple(
                msgspec.structs.replace(comment, text=f"{comment.text} {number}")
                for comment in upload(size).comments
            ),
        )
        for number, size in enumerate(sizes)
    ]
    request = bench.submit(uploads=posts)
    bench.drain()
    return request


def sample(bench: Bench, request: Request, count: int, post: int | None = None) -> list[Drawn]:
    return draw(bench.services, frame(bench.services, request, post), count)


def test_a_drawn_comment_is_its_line_of_the_file(bench: Bench) -> None:
    request = closed(bench, 5, 4, 7)
    lines = bench.comments_jsonl(request)
    drawn = sample(bench, request, 16)
    assert sorted(one.line for one in drawn) == list(range(1, 17))
    for one in drawn:
        assert msgspec.to_builtins(one.comment) == lines[one.line - 1]


def test_a_larger_sample_begins_with_the_smaller_one(bench: Bench) -> None:
    request = closed(bench, 9, 9)
    whole = sample(bench, request, 18)
    assert [sample(bench, request, n) for n in (1, 5, 18)] == [whole[:1], whole[:5], whole]
    assert whole != sorted(whole, key=lambda one: one.line)


def test_a_post_s_sample_is_of_its_comments_alone(bench: Bench) -> None:
    request = closed(bench, 3, 6)
    drawn = sample(bench, request, 50, post=2)
    assert {one.comment.post for one in drawn} == {2}
    assert sorted(one.line for one in drawn) == [4, 5, 6, 7, 8, 9]


def test_every_comment_is_as_likely_to_come_first() -> None:
    """Over 3,000 jobs, each of five places: 600 with a standard deviation of 22."""
    blocks = (sampling.Block(0, 2, 0, 9), sampling.Block(2, 3, 9, 9))
    firsts = Counter(
        next(random_order(sampling.Frame(f"job {n}", None, blocks, Tally(), (), (2, 5))))
        for n in range(3_000)
    )
    assert sorted(firsts) == [0, 1, 2, 3, 4]
    assert all(abs(count - 600) < 110 for count in firsts.values())


def test_comments_without_a_score_are_passed_over(bench: Bench) -> None:
    request, messages = bench.fetch_upload(6)
    for message in messages:
        if message.chunk == 1:
            fail(bench.services, message, "out of memory")
        else:
            bench.deliver("comments", message)
    bench.drain()
    assert sorted(one.line for one in sample(bench, request, 6)) == [1, 2, 5, 6]


def test_only_the_blocks_of_what_is_drawn_are_read(bench: Bench) -> None:
    request = closed(bench, 40, 40)
    drawn_from = frame(bench.services, request)
    reads: list[int] = []
    read_range = bench.results.read_range

    def counting(name: str, start: int, length: int | None = None) -> bytes:
        reads.append(start)
        return read_range(name, start, length)

    bench.results.read_range = counting  # type: ignore[method-assign]
    draw(bench.services, drawn_from, 3)
    assert len(reads) <= 3
    assert len(drawn_from.blocks) == 40


def test_what_is_looked_for_is_found_if_it_is_in_the_sample(bench: Bench) -> None:
    request = closed(bench, 5, 5)
    drawn_from = frame(bench.services, request, post=2)
    found = find(bench.services, drawn_from, [2, 7, 10, 11])
    assert sorted(found) == [7, 10]
    assert found[7].comment.comment_id == bench.comments_jsonl(request)[6]["comment_id"]


def test_a_job_under_way_is_not_sampled(bench: Bench) -> None:
    request, _ = bench.fetch_upload(4)
    with pytest.raises(Conflict, match="not done"):
        frame(bench.services, request)


@pytest.mark.parametrize("post", [0, 3])
def test_a_post_that_is_not_there(bench: Bench, post: int) -> None:
    request = closed(bench, 2, 2)
    with pytest.raises(NotFound, match="rows 1 to 2"):
        frame(bench.services, request, post)


def test_a_job_scored_before_sizes_were_noted_says_so(bench: Bench) -> None:
    request, messages = bench.fetch_upload(2)
    for message in messages:
        bench.deliver("comments", message)
    barrier = f"{request.job}/barrier"
    lines = bench.jobs.read(barrier)
    (line,) = lines.splitlines()
    old = msgspec.json.decode(line)
    del old["sizes"]
    bench.jobs.remove(barrier)
    bench.jobs.create_append(barrier)
    bench.jobs.append(barrier, msgspec.json.encode(old) + b"\n")
    bench.drain()
    with pytest.raises(Conflict, match="make the job again"):
        frame(bench.services, request)
