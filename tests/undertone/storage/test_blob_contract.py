"""What `ports.Blobs` promises of whole blobs and of conditions, for every implementation."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from undertone.errors import Missing
from undertone.ports import Blobs

RACERS = 8


def race(act: Callable[[int], bool]) -> list[int]:
    """The numbers of the racers for which `act`, called by all at once, returned True."""
    with ThreadPoolExecutor(RACERS) as pool:
        outcomes = list(pool.map(act, range(RACERS)))
    return [racer for racer, won in enumerate(outcomes) if won]


def test_write_creates_and_overwrites(blobs: Blobs) -> None:
    blobs.write("a/b", b"one")
    blobs.write("a/b", b"two", "text/csv")
    assert blobs.read("a/b") == b"two"


@pytest.mark.parametrize("data", [b"", b"\x00\xff\r\n", b"x" * 5_000_000])
def test_bytes_come_back_as_they_were(blobs: Blobs, data: bytes) -> None:
    blobs.write("blob", data)
    assert blobs.read("blob") == data


def test_names_are_any_text_with_slashes(blobs: Blobs) -> None:
    names = ["a b/c+d", "ü/😀", "per%20cent/#?&"]
    for name in names:
        blobs.write(name, name.encode())
    assert blobs.names("") == sorted(names)
    assert [blobs.read(name).decode() for name in names] == names


def test_what_is_not_there_is_missing(blobs: Blobs) -> None:
    for call in (
        lambda: blobs.read("no"),
        lambda: blobs.read_versioned("no"),
        lambda: blobs.read_range("no", 0),
        lambda: blobs.read_range("no", 5, 3),
        lambda: blobs.read_range("no", 0, 0),
        lambda: blobs.append("no", b"x"),
    ):
        with pytest.raises(Missing, match="no"):
            call()


@pytest.mark.parametrize("read_before", [False, True])
def test_read_range_gives_what_is_there(blobs: Blobs, read_before: bool) -> None:
    blobs.write("blob", b"0123456789")
    if read_before:
        blobs.read("blob")
    assert blobs.read_range("blob", 0) == b"0123456789"
    assert blobs.read_range("blob", 3, 4) == b"3456"
    assert blobs.read_range("blob", 8, 100) == b"89"
    assert blobs.read_range("blob", 9) == b"9"
    assert blobs.read_range("blob", 10) == b""
    assert blobs.read_range("blob", 11, 5) == b""
    assert blobs.read_range("blob", 3, 0) == b""


def test_read_range_of_an_empty_blob(blobs: Blobs) -> None:
    blobs.create_append("blob")
    assert blobs.read_range("blob", 0) == b""
    assert blobs.read_range("blob", 7) == b""


def test_create_leaves_what_is_there(blobs: Blobs) -> None:
    assert blobs.create("blob", b"first")
    assert not blobs.create("blob", b"second")
    assert blobs.read("blob") == b"first"


def test_what_is_gone_can_be_created_again(blobs: Blobs) -> None:
    blobs.create("blob", b"first")
    blobs.remove("blob")
    with pytest.raises(Missing):
        blobs.read("blob")
    assert blobs.create("blob", b"second")
    assert blobs.read("blob") == b"second"


def test_of_many_that_create_one_wins(blobs: Blobs) -> None:
    winners = race(lambda racer: blobs.create("blob", b"%d" % racer))
    assert len(winners) == 1
    assert blobs.read("blob") == b"%d" % winners[0]


def test_replace_wants_the_present_version(blobs: Blobs) -> None:
    blobs.write("blob", b"one")
    one = blobs.read_versioned("blob")
    assert one.data == b"one"
    assert blobs.replace("blob", b"two", one.etag)
    assert not blobs.replace("blob", b"three", one.etag)
    assert blobs.read("blob") == b"two"


def test_replace_of_what_is_gone_says_no(blobs: Blobs) -> None:
    blobs.write("blob", b"one")
    _, etag = blobs.read_versioned("blob")
    blobs.remove("blob")
    assert not blobs.replace("blob", b"two", etag)
    assert blobs.names("") == []


def test_the_same_content_written_again_is_another_version(blobs: Blobs) -> None:
    blobs.write("blob", b"same")
    _, first = blobs.read_versioned("blob")
    blobs.write("blob", b"same")
    assert blobs.read_versioned("blob").etag != first


def test_what_is_read_is_what_was_written_last(blobs: Blobs) -> None:
    """Each way to change a blob, after a read that a cache could answer from."""
    blobs.create("blob", b"created")
    assert blobs.read("blob") == b"created"
    blobs.write("blob", b"written")
    assert blobs.read("blob") == b"written"
    assert blobs.replace("blob", b"replaced", blobs.read_versioned("blob").etag)
    assert blobs.read("blob") == blobs.read_versioned("blob").data == b"replaced"
    assert blobs.remove_if("blob", blobs.read_versioned("blob").etag)
    for call in (
        lambda: blobs.read("blob"),
        lambda: blobs.read_versioned("blob"),
        lambda: blobs.read_range("blob", 0),
    ):
        with pytest.raises(Missing, match="blob"):
            call()


def test_of_many_that_replace_one_wins(blobs: Blobs) -> None:
    blobs.write("blob", b"old")
    _, etag = blobs.read_versioned("blob")
    winners = race(lambda racer: blobs.replace("blob", b"%d" % racer, etag))
    assert len(winners) == 1
    assert blobs.read("blob") == b"%d" % winners[0]


def test_remove_removes_once_and_for_all(blobs: Blobs) -> None:
    blobs.write("blob", b"one")
    blobs.remove("blob")
    blobs.remove("blob")
    blobs.remove("never was")
    assert blobs.names("") == []


def test_remove_spares_names_that_only_begin_alike(blobs: Blobs) -> None:
    blobs.write("job/1", b"one")
    blobs.remove("job")
    assert blobs.names("") == ["job/1"]


def test_remove_many_removes_all_and_nothing_else(blobs: Blobs) -> None:
    awkward = ["a b/c+d", "ü/😀", "per%20cent/#?&"]
    many = [*awkward, *(f"job/{number:03d}" for number in range(600))]
    with ThreadPoolExecutor(RACERS) as pool:
        list(pool.map(lambda name: blobs.write(name, b"one"), (*many, "job", "other")))
    blobs.create_append("log")
    blobs.stage("staged", "01", b"block")
    assert blobs.read(awkward[0]) == b"one"
    assert blobs.remove_many([*many, "log", "staged", "never was"]) == []
    assert blobs.names("") == ["job", "other"]
    with pytest.raises(Missing):
        blobs.read(awkward[0])
    assert blobs.remove_many([]) == []


def test_remove_if_wants_the_present_version(blobs: Blobs) -> None:
    blobs.write("blob", b"one")
    _, old = blobs.read_versioned("blob")
    blobs.write("blob", b"two")
    assert not blobs.remove_if("blob", old)
    _, present = blobs.read_versioned("blob")
    assert blobs.remove_if("blob", present)
    assert not blobs.remove_if("blob", present)
    assert blobs.names("") == []


def test_of_many_that_remove_one_wins(blobs: Blobs) -> None:
    blobs.write("blob", b"one")
    _, etag = blobs.read_versioned("blob")
    assert len(race(lambda _: blobs.remove_if("blob", etag))) == 1


def test_names_are_sorted_and_cut(blobs: Blobs) -> None:
    for name in ("b/2", "a/1", "b/10", "b/1", "c"):
        blobs.write(name, b"")
    assert blobs.names("") == ["a/1", "b/1", "b/10", "b/2", "c"]
    assert blobs.names("b/") == ["b/1", "b/10", "b/2"]
    assert blobs.names("b/", after="b/1") == ["b/10", "b/2"]
    assert blobs.names("b/", after="b/1", limit=1) == ["b/10"]
    assert blobs.names("", limit=2) == ["a/1", "b/1"]
    assert blobs.names("d") == []
