"""The way of one comment's text, from the body of a POST to the rows of the results.

Each call of our code that is handed the text, by itself or within a record, is noted with its file.
docs/design.md lists the files in the order in which the text enters them; this test holds the list
against the code, and keeps the way short: few files, and in each of the two steps, accepting and
scoring, every room once. Storage is that in memory: one file, where the cloud has two.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import azure.functions as func
import pytest

from functions.submit import read_submission
from model.factory import build
from undertone.languages.by_language import ByLanguage
from undertone.languages.detector import Detector
from undertone.pipeline.absence_cache import AbsenceCache
from undertone.pipeline.handlers import handle_message
from undertone.pipeline.services import Services
from undertone.pipeline.store import JobStore
from undertone.pipeline.submit import submit
from undertone.storage.memory import MemoryBlobs, MemoryQueues

PROJECT = Path(__file__).parents[1]
ROOMS = ("functions", "undertone", "model")
MARK = "quokka"
BESIDE = {
    "undertone/records.py",
    "undertone/pipeline/names.py",
    "undertone/wire.py",
    "undertone/json_view.py",
    "undertone/text.py",
}
"""Not counted: what every room uses."""
MAX_FILES = 18
NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


CSV = f"author,text\nanna,one\nanna,two\nanna,three\nanna,I like the {MARK}\n"
"""The first three texts are also shown, in the answer and in the row."""


class Walk:
    """Files in the order in which the text enters them, and how often it does."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.accepting: list[str] = []
        """Those of the first step."""
        self.entries = 0
        self.depth = 0

    def note(self, frame: FrameType, event: str, _arg: object) -> None:
        """A profile function: called at every call and return."""
        file = _of_project(frame)
        if event != "call" or file is None or not _holds(list(frame.f_locals.values())):
            return
        self.depth = max(self.depth, _depth(frame))
        before = frame.f_back
        while before is not None and _of_project(before) is None:
            before = before.f_back
        if before is None or _of_project(before) != file:
            self.entries += 1
        if file not in self.files and file not in BESIDE:
            self.files.append(file)


def _of_project(frame: FrameType) -> str | None:
    path = Path(frame.f_code.co_filename)
    if not path.is_relative_to(PROJECT):
        return None
    file = path.relative_to(PROJECT)
    return file.as_posix() if file.parts[0] in ROOMS else None


def _depth(frame: FrameType | None) -> int:
    depth = 0
    while frame is not None:
        depth += _of_project(frame) is not None
        frame = frame.f_back
    return depth


def _holds(value: Any, nested: int = 6) -> bool:
    """Whether the text is in `value`, or in what it is made of."""
    if isinstance(value, (str, bytes)):
        return (MARK if isinstance(value, str) else MARK.encode()) in value  # type: ignore[operator]
    return nested > 0 and any(_holds(part, nested - 1) for part in _parts(value))


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    return [getattr(value, name) for name in getattr(value, "__struct_fields__", ())]


@contextmanager
def walking() -> Iterator[Walk]:
    walk = Walk()
    sys.setprofile(walk.note)
    try:
        yield walk
    finally:
        sys.setprofile(None)


def walk_of(body: bytes, content_type: str) -> Walk:
    queues = MemoryQueues()
    analyzer = ByLanguage(build("compact"), {}, build, Detector().detect)
    services = Services(
        store=JobStore(MemoryBlobs(), MemoryBlobs(), AbsenceCache(lambda: NOW)),
        results=MemoryBlobs(),
        queues=queues,
        clock=lambda: NOW,
        source=lambda _: pytest.fail("nothing is fetched"),
        analyzer=lambda: analyzer,
        threads=1,
    )
    request = func.HttpRequest(
        "POST", "/api/jobs/create", headers={"content-type": content_type}, body=body
    )
    with walking() as walk:
        submit(services, read_submission(request, "me"))
        walk.accepting = list(walk.files)
        while queues.sent:
            queue, ((message, _), *others) = next(iter(queues.sent.items()))
            queues.sent[queue] = others
            if not others:
                del queues.sent[queue]
            handle_message(services, queue, message)
    return walk


def rooms(files: list[str]) -> list[str]:
    """The rooms of `files`, each run of the same one once."""
    each = [file.rpartition("/")[0] for file in files]
    return [room for room, before in zip(each, ["", *each], strict=False) if room != before]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (CSV.encode(), "text/csv"),
        (
            f'{{"posts":[{{"id":"p","comments":[{{"text":"{MARK}"}}]}}]}}'.encode(),
            "application/json",
        ),
    ],
    ids=["csv", "json"],
)
def test_the_way_of_a_text_is_short(body: bytes, content_type: str) -> None:
    """Prints the walk: files, entries, depth."""
    walk = walk_of(body, content_type)
    print(f"\n{len(walk.files)} files, entered {walk.entries} times, {walk.depth} frames deep:")
    print(*walk.files, sep="\n")
    assert len(walk.files) <= MAX_FILES, walk.files
    scoring = walk.files[len(walk.accepting) :]
    for step in (walk.accepting, scoring):
        assert len(set(rooms(step))) == len(rooms(step)), step


def test_the_way_of_a_csv_export_is_as_the_design_says() -> None:
    walk = walk_of(CSV.encode(), "text/csv")
    section = (PROJECT / "docs/design.md").read_text("utf-8").partition("<!-- walk -->")[2]
    listed = re.findall(r"^\d+\. `([^`]+)`", section.partition("\n## ")[0], re.MULTILINE)
    assert listed == walk.files
