"""What the two mechanisms of the fan-in rest on: append blobs and staged blocks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from undertone.errors import Full, Missing, MissingBlocks
from undertone.pipeline.score import block_id, header_block_id
from undertone.ports import Blobs
from undertone.storage.memory import MemoryBlobs

CLIENTS = 8


def test_append_counts_from_one(blobs: Blobs) -> None:
    assert blobs.create_append("log")
    assert [blobs.append("log", b"a\n"), blobs.append("log", b"b\n")] == [1, 2]
    assert blobs.read("log") == b"a\nb\n"
    assert blobs.read_range("log", 2) == b"b\n"


def test_create_append_does_not_empty_what_is_there(blobs: Blobs) -> None:
    blobs.create_append("log")
    blobs.append("log", b"a\n")
    assert not blobs.create_append("log")
    assert blobs.read("log") == b"a\n"
    assert blobs.append("log", b"b\n") == 2


def test_appends_of_many_are_all_there_and_counted(blobs: Blobs) -> None:
    """In memory, as in Azure, each gets a count of its own; Azurite may tell two the later one."""
    blobs.create_append("log")

    def client(number: int) -> list[int]:
        return [blobs.append("log", b"%d.%d\n" % (number, turn)) for turn in range(10)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        counts = [count for each in pool.map(client, range(CLIENTS)) for count in each]
    if isinstance(blobs, MemoryBlobs):
        assert sorted(counts) == list(range(1, 10 * CLIENTS + 1))
    assert max(counts) == 10 * CLIENTS, "nobody was told that all are there"
    lines = blobs.read("log").decode().split()
    assert sorted(lines) == sorted(f"{n}.{turn}" for n in range(CLIENTS) for turn in range(10))


def test_whoever_sees_the_full_count_sees_every_line(blobs: Blobs) -> None:
    """The barrier's argument: the count is that of the blob that a read then gives."""
    blobs.create_append("log")

    def client(number: int) -> bool:
        count = blobs.append("log", b"%d\n" % number)
        return len(blobs.read("log").split()) >= count

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert all(pool.map(client, range(40)))


def test_of_two_that_append_at_once_one_is_told_of_both(blobs: Blobs) -> None:
    """As often as it takes to see an emulator that counts before it appends."""
    with ThreadPoolExecutor(2) as pool:
        for turn in range(60):
            blobs.create_append(f"log {turn}")
            counts = pool.map(lambda _, turn=turn: blobs.append(f"log {turn}", b"x\n"), range(2))
            assert max(counts) == 2


def test_after_50_000_appends_it_is_full() -> None:
    blobs = MemoryBlobs()
    blobs.create_append("log")
    assert [blobs.append("log", b"") for _ in range(50_000)][-1] == 50_000
    with pytest.raises(Full, match="log"):
        blobs.append("log", b"")


def test_blocks_of_many_clients_are_committed_by_another(blobs: Blobs) -> None:
    ids = [block_id(post, 0, b"%d" % post) for post in range(40)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda post: blobs.stage("file", ids[post], b"%d," % post), range(40)))
    order = ids[::-1]
    blobs.commit("file", order, "text/csv")
    assert blobs.read("file").decode() == "".join(f"{post}," for post in reversed(range(40)))


def test_the_header_is_a_block_like_the_others(blobs: Blobs) -> None:
    header, row = header_block_id(b"head"), block_id(9_999, 44_999, b"row")
    blobs.stage("file", row, b"row")
    blobs.stage("file", header, b"head")
    blobs.commit("file", [header, row], "text/csv")
    assert blobs.read("file") == b"headrow"


def test_block_ids_are_always_equally_long() -> None:
    ids = [block_id(0, 0, b""), block_id(9_999, 44_999, b"x" * 99), header_block_id(b"y")]
    assert {len(each) for each in ids} == {28}


def test_block_ids_tell_posts_chunks_and_contents_apart() -> None:
    ids = {block_id(1, 0, b"a"), block_id(0, 1, b"a"), block_id(0, 0, b"a"), block_id(0, 0, b"b")}
    assert len(ids) == 4


def test_what_is_committed_again_is_the_same(blobs: Blobs) -> None:
    for each in ("01", "02"):
        blobs.stage("file", each, each.encode())
    blobs.commit("file", ["01", "02"], "text/csv")
    blobs.commit("file", ["01", "02"], "text/csv")
    assert blobs.read("file") == b"0102"


def test_of_blocks_that_are_not_named_nothing_shows(blobs: Blobs) -> None:
    for each in ("01", "02", "03"):
        blobs.stage("file", each, each.encode())
    blobs.commit("file", ["01", "03"], "text/csv")
    assert blobs.read("file") == b"0103"


def test_an_empty_list_makes_an_empty_file(blobs: Blobs) -> None:
    blobs.commit("file", [], "text/csv")
    assert blobs.read("file") == b""


def test_missing_blocks_change_nothing(blobs: Blobs) -> None:
    blobs.stage("file", "01", b"one")
    blobs.commit("file", ["01"], "text/csv")
    blobs.stage("file", "02", b"two")
    with pytest.raises(MissingBlocks, match="file"):
        blobs.commit("file", ["01", "02", "03"], "text/csv")
    assert blobs.read("file") == b"one"
    blobs.commit("file", ["01", "02"], "text/csv")
    assert blobs.read("file") == b"onetwo"


def test_missing_names_those_neither_staged_nor_committed(blobs: Blobs) -> None:
    assert blobs.missing("file", ["01", "02"]) == ["01", "02"]
    blobs.stage("file", "01", b"one")
    assert blobs.missing("file", ["01", "02"]) == ["02"]
    blobs.commit("file", ["01"], "text/csv")
    blobs.stage("file", "02", b"two")
    assert blobs.missing("file", ["03", "02", "01", "00"]) == ["03", "00"]


def test_blobs_of_staged_blocks_alone_are_listed_but_not_read(blobs: Blobs) -> None:
    blobs.stage("job/file", "01", b"one")
    assert blobs.names("job/") == ["job/file"]
    with pytest.raises(Missing):
        blobs.read("job/file")


def test_removing_takes_staged_blocks_too(blobs: Blobs) -> None:
    blobs.stage("job/file", "01", b"one")
    blobs.remove("job/file")
    assert blobs.names("") == []
    assert blobs.missing("job/file", ["01"]) == ["01"]


def test_writing_over_discards_staged_blocks_in_memory() -> None:
    """As Put Blob does in Azure; Azurite keeps them, so nothing may depend on either."""
    blobs = MemoryBlobs()
    blobs.stage("file", "01", b"one")
    blobs.write("file", b"whole")
    assert blobs.missing("file", ["01"]) == ["01"]


@pytest.mark.slow
def test_a_list_of_49_999_blocks_commits(blobs: Blobs) -> None:
    """The list is whole; its blocks repeat, because Azurite takes ten minutes to stage as many."""
    ids = [block_id(9_999, number, b"") for number in range(100)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda n: blobs.stage("file", ids[n], b"%02d\n" % n), range(100)))
    order = [number * 7 % 100 for number in range(49_999)]
    blobs.commit("file", [ids[n] for n in order], "text/csv")
    assert blobs.read("file") == b"".join(b"%02d\n" % n for n in order)


def test_49_999_blocks_of_their_own_commit_in_memory() -> None:
    blobs = MemoryBlobs()
    ids = [block_id(number // 5, number % 5, b"") for number in range(49_999)]
    for number, each in enumerate(ids):
        blobs.stage("file", each, b"%05d\n" % number)
    blobs.commit("file", ids[::-1], "text/csv")
    assert blobs.read("file").startswith(b"49998\n49997\n")
    assert len(blobs.read("file")) == 49_999 * 6
