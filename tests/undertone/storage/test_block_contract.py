"""What `ports.Blobs` promises of append blobs and staged blocks, for every implementation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from undertone.errors import Missing, MissingBlocks
from undertone.pipeline.score import block_id, header_block_id
from undertone.ports import Blobs
from undertone.storage.azurite_blobs import AzuriteBlobs

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


def test_create_append_leaves_a_blob_of_another_kind(blobs: Blobs) -> None:
    blobs.write("blob", b"whole")
    assert not blobs.create_append("blob")
    assert blobs.read("blob") == b"whole"


def test_an_append_makes_another_version(blobs: Blobs) -> None:
    blobs.create_append("log")
    _, empty = blobs.read_versioned("log")
    blobs.append("log", b"a\n")
    assert blobs.read_versioned("log").etag != empty
    assert not blobs.remove_if("log", empty)
    assert blobs.read("log") == b"a\n"


def test_a_log_made_again_is_counted_from_one(blobs: Blobs) -> None:
    blobs.create_append("log")
    blobs.append("log", b"a\n")
    assert blobs.read("log") == b"a\n"
    blobs.remove("log")
    with pytest.raises(Missing, match="log"):
        blobs.append("log", b"b\n")
    assert blobs.create_append("log")
    assert blobs.read("log") == b""
    assert blobs.append("log", b"c\n") == 1
    assert blobs.read("log") == b"c\n"


def test_appends_of_many_are_all_there_and_counted(blobs: Blobs) -> None:
    """In memory, as in Azure, each gets a count of its own; Azurite may tell two the later one."""
    blobs.create_append("log")

    def client(number: int) -> list[int]:
        return [blobs.append("log", b"%d.%d\n" % (number, turn)) for turn in range(10)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        counts = [count for each in pool.map(client, range(CLIENTS)) for count in each]
    if not isinstance(blobs, AzuriteBlobs):
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


def test_a_block_staged_again_replaces_the_first(blobs: Blobs) -> None:
    blobs.stage("file", "01", b"first")
    blobs.stage("file", "01", b"second")
    blobs.commit("file", ["01"], "text/csv")
    assert blobs.read("file") == b"second"


def test_a_commit_makes_another_version_and_staging_does_not(blobs: Blobs) -> None:
    blobs.write("file", b"whole")
    _, whole = blobs.read_versioned("file")
    blobs.stage("file", "01", b"one")
    assert blobs.read_versioned("file") == (b"whole", whole)
    blobs.commit("file", ["01"], "text/csv")
    assert blobs.read("file") == b"one"
    assert blobs.read_versioned("file").etag != whole


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


def test_removing_takes_committed_blocks_too(blobs: Blobs) -> None:
    blobs.stage("file", "01", b"one")
    blobs.commit("file", ["01"], "text/csv")
    blobs.stage("file", "02", b"two")
    blobs.remove("file")
    assert blobs.names("") == []
    assert blobs.missing("file", ["01", "02"]) == ["01", "02"]
    with pytest.raises(MissingBlocks, match="file"):
        blobs.commit("file", ["01"], "text/csv")


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


@pytest.mark.slow
def test_a_list_of_49_999_blocks_commits(blobs: Blobs) -> None:
    """The list is whole; its blocks repeat, because Azurite takes ten minutes to stage as many."""
    ids = [block_id(9_999, number, b"") for number in range(100)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda n: blobs.stage("file", ids[n], b"%02d\n" % n), range(100)))
    order = [number * 7 % 100 for number in range(49_999)]
    blobs.commit("file", [ids[n] for n in order], "text/csv")
    assert blobs.read("file") == b"".join(b"%02d\n" % n for n in order)
