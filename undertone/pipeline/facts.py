"""Make the facts of a job that has ended: merge exactly the parts that its barrier counts.

Runs from a queue of its own, so that no result waits for it. Everything written is a function of
the parts that count; so any number of deliveries, at any time, write the same bytes. The job's open
marker stays until `facts.json` is there: by it `reconcile` makes up for a message that is lost.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from undertone.insights.asked import Insights
from undertone.insights.star import VIEWS, StarWriter, entity_rows, topic_rows
from undertone.pipeline import names
from undertone.pipeline.aggregate import post_rows
from undertone.pipeline.closing import counting, standing_closing
from undertone.pipeline.duplicates import merge_duplicates
from undertone.pipeline.job_records import FactsFile, FactsMade, Request
from undertone.pipeline.messages import Delivery
from undertone.pipeline.post_records import PostArrival
from undertone.pipeline.services import Services
from undertone.pipeline.theme_sample import themes_of

PARTS_A_FILE = 1_000
"""Parts that become one Parquet file of each kind: up to half a million comments."""
AT_ONCE = 32
"""Parts that are held in memory at a time."""
MOST_ZIPPED = 200 * 1024 * 1024
"""Bytes; beyond it there is no facts.zip, which would have to fit into memory."""
PARQUET = "application/vnd.apache.parquet"
THEMES = "themes.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in facts.zip, so that equal facts are equal bytes."""


def make_facts(services: Services, delivery: Delivery) -> None:
    """Write the facts, if the job has ended and they are not there.

    Raises Transient (the host tries again) and Missing (the job is gone).
    """
    store, job = services.store, delivery.message.job
    if store.is_deleted(job):
        return
    request = store.request(job)
    if store.facts.find(job) is None:
        closing = standing_closing(store, job)
        if closing is None or store.closed.find(job) is None:
            return  # `aggregate` sends this message once more when it has closed the job
        arrivals = merge_duplicates(store, request, counting(store, request, closing))
        made = _make(services, request, arrivals)
        if store.is_deleted(job):
            return
        store.facts.create(made, job)
    store.open_markers.remove(job)


def fail_facts(services: Services, delivery: Delivery) -> None:
    """Say that the facts could not be made, after every try; the job's results are not touched."""
    store, job = services.store, delivery.message.job
    if store.is_deleted(job):
        return
    store.request(job)  # a note of a job that is gone would be there for ever
    problem = "the facts could not be made; the logs of the app say why. The results are complete"
    store.facts.create(FactsMade(at=services.clock(), problem=problem), job)
    store.open_markers.remove(job)


def _make(services: Services, request: Request, arrivals: dict[int, PostArrival]) -> FactsMade:
    asked = services.store.insights.read(request.job).insights
    blocks = [block for post in sorted(arrivals) for block in arrivals[post].blocks]
    with tempfile.TemporaryDirectory(prefix="facts-") as name:
        folder = Path(name).resolve()
        writer = StarWriter(folder)
        for first in range(0, max(1, len(blocks)), PARTS_A_FILE):
            lines = folder / "part.jsonl"
            _download(services, request.job, blocks[first : first + PARTS_A_FILE], lines)
            writer.add(lines)
            lines.unlink()
        counts = writer.counts
        writer.finish(_dimensions(services, request, arrivals, asked))
        if asked.themes:
            themes = themes_of(services, request.job, blocks, counts["fact_comment"])
            (folder / THEMES).write_bytes(msgspec.json.format(msgspec.json.encode(themes)))
        files = sorted([*folder.glob("*.parquet"), *folder.glob(THEMES)])
        services.in_parallel(lambda file: _upload(services, request.job, file), files)
        return FactsMade(
            at=services.clock(),
            files=tuple(FactsFile(name=f.name, bytes=f.stat().st_size) for f in files),
            has_zip=_upload_zip(services, request.job, files),
            comments=counts["fact_comment"],
            empty=counts["fact_empty"],
        )


def _download(services: Services, job: str, blocks: Sequence[str], target: Path) -> None:
    read = services.store.jobs.read
    with target.open("wb") as out:
        for start in range(0, len(blocks), AT_ONCE):
            some = [names.facts_part(job, block) for block in blocks[start : start + AT_ONCE]]
            for data in services.in_parallel(read, some):
                out.write(data)


def _dimensions(
    services: Services, request: Request, arrivals: dict[int, PostArrival], asked: Insights
) -> dict[str, list[dict[str, Any]]]:
    rows = post_rows(services.store.all_rows(request), arrivals, start=0)
    posts = [
        {
            "post_key": row.row,
            "platform": row.platform or "",
            "post_id": row.post_id or "",
            "url": row.url,
            "title": row.title or "",
            "state": row.state,
        }
        for row in rows
        if row.duplicate_of is None
    ]
    return {"dim_post": posts, "dim_entity": entity_rows(asked), "dim_topic": topic_rows(asked)}


def _upload(services: Services, job: str, file: Path) -> None:
    kind = PARQUET if file.suffix == ".parquet" else "application/json"
    services.results.write(names.facts_file(job, file.name), file.read_bytes(), kind)


def _upload_zip(services: Services, job: str, files: Sequence[Path]) -> bool:
    if sum(file.stat().st_size for file in files) > MOST_ZIPPED:
        return False
    target = files[0].with_name("facts.zip")
    with zipfile.ZipFile(target, "w") as zipped:  # stored: Parquet is compressed already
        for name, data in _contents(files):
            zipped.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    services.results.write(names.facts_zip(job), target.read_bytes(), "application/zip")
    return True


def _contents(files: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for file in (*files, *sorted(VIEWS.parent.glob("*.sql"))):
        yield (
            (f"queries/{file.name}" if file.suffix == ".sql" else file.name),
            file.read_bytes(),
        )
