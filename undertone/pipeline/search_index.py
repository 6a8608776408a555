"""Reads what is searched of a job: of the chunks that its barrier counts, vectors and texts.

A process keeps the indexes of the jobs that were searched last. They are read from the parts that
scoring left beside the facts, so nothing has to be written for a search, and a job that is deleted
is gone at once: every call asks for the job first.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

from undertone import wire
from undertone.errors import Conflict, Missing, NotFound
from undertone.insights.part import CommentRow
from undertone.pipeline import names
from undertone.pipeline.aggregate import post_rows
from undertone.pipeline.closing import counting, standing_closing
from undertone.pipeline.duplicates import merge_duplicates
from undertone.pipeline.fact_queries import read_facts
from undertone.pipeline.job_records import Request
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.services import Services
from undertone.search.index import Entry, FoundPost, JobIndex
from undertone.search.lexical import WordIndex
from undertone.search.vectors import ScannedVectors

MOST_SEARCHED = 300_000
"""Comments over all jobs of one call: what an instance holds beside its model, and scans at ease
(docs/search.md)."""


class _Chunk(NamedTuple):
    rows: list[CommentRow]
    texts: list[str]
    vectors: bytes


class Indexes:
    """The indexes of this instance, of up to `MOST_SEARCHED` comments in all."""

    def __init__(self, most: int = MOST_SEARCHED) -> None:
        self._most = most
        self._kept: dict[str, JobIndex] = {}
        self._lock = threading.Lock()
        self._building = threading.Lock()

    def of(self, services: Services, request: Request) -> JobIndex:
        """The index of a job that has its facts. Raises NotFound, Conflict, Missing."""
        searched_size(services, request)
        if found := self._find(request.job):
            return found
        with self._building:  # one at a time: two at once would take twice the memory
            found = self._find(request.job) or read_index(services, request)
            self._keep(found)
        return found

    def _find(self, job: str) -> JobIndex | None:
        with self._lock:
            found = self._kept.pop(job, None)
            if found:
                self._kept[job] = found  # the last one that was asked for
        return found

    def _keep(self, index: JobIndex) -> None:
        with self._lock:
            self._kept[index.job] = index
            while len(self._kept) > 1 and self._size() > self._most:
                del self._kept[next(iter(self._kept))]

    def _size(self) -> int:
        return sum(len(one.entries) for one in self._kept.values())


def asks_for_search(services: Services, request: Request) -> bool:
    """Whether the job was made with `"insights": {"search": true}`. Raises Missing."""
    return request.options.insights and services.store.insights.read(request.job).insights.search


def searched_size(services: Services, request: Request) -> int:
    """How many comments of a job are searched.

    Raises NotFound (it does not ask for search) and Conflict (it is not done, or has too many).
    """
    if not asks_for_search(services, request):
        raise NotFound(
            f"job {request.job} cannot be searched; it was made without "
            '`"insights": {"search": true}`'
        )
    size = read_facts(services, request).comments
    if size > MOST_SEARCHED:
        raise Conflict(
            f"job {request.job} has {size:,} comments, and {MOST_SEARCHED:,} are searched in one "
            "call; docs/search.md says what to use for more"
        )
    return size


def read_index(services: Services, request: Request) -> JobIndex:
    """Read and index the comments of a closed job. Raises Missing (it is gone)."""
    store = services.store
    closing = standing_closing(store, request.job)
    if closing is None:
        raise Missing(names.closing(request.job))
    arrivals = merge_duplicates(store, request, counting(store, request, closing))
    blocks = [block for post in sorted(arrivals) for block in arrivals[post].blocks]
    chunks = services.in_parallel(lambda block: _read(services, request.job, block), blocks)
    posts = _posts(services, request, arrivals)
    return _built(request.job, chunks, posts, services.encoder().size)


def _read(services: Services, job: str, block: str) -> _Chunk:
    store = services.store
    rows = wire.decode_lines(store.jobs.read(names.facts_part(job, block)), CommentRow)
    post, chunk, _ = block.split(".")
    texts = [one.text for one in store.comments(store.snapshots.read(job, int(post)), int(chunk))]
    try:
        vectors = store.jobs.read(names.vectors_part(job, block))
    except Missing:  # its texts could not be encoded; their words are there
        vectors = b""
    return _Chunk(rows, texts, vectors)


def _built(job: str, chunks: Sequence[_Chunk], posts: dict[int, FoundPost], size: int) -> JobIndex:
    import numpy as np  # noqa: PLC0415 - only where something is searched

    entries: list[Entry] = []
    parts = []
    for chunk in chunks:
        full = [place for place, row in enumerate(chunk.rows) if not row.empty]
        entries += [_entry(chunk.rows[place], chunk.texts[place]) for place in full]
        whole = np.zeros((len(chunk.rows), size), dtype=np.int8)
        if len(chunk.vectors) == whole.size:  # else of no encoder, or of another one
            whole = np.frombuffer(chunk.vectors, dtype=np.int8).reshape(whole.shape)
        parts.append(whole[full])
    rows = np.concatenate(parts) if parts else np.zeros((0, size), dtype=np.int8)
    return JobIndex(
        job=job,
        entries=entries,
        posts=posts,
        meanings=ScannedVectors(rows),
        words=WordIndex(entry.text for entry in entries),
        places={entry.key: place for place, entry in enumerate(entries)},
    )


def _entry(row: CommentRow, text: str) -> Entry:
    return Entry(row.key, row.post, row.comment_id, text, row.label, row.score, row.model)


def _posts(
    services: Services, request: Request, arrivals: dict[int, PostArrival]
) -> dict[int, FoundPost]:
    rows = post_rows(services.store.all_rows(request), arrivals, start=0)
    return {
        row.row: FoundPost(row.row, row.platform or "", row.post_id or "", row.url, row.title or "")
        for row in rows
        if row.duplicate_of is None
    }
