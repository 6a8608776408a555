"""Reading a job's facts: which files there are, and prepared queries over them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from undertone.errors import Conflict, NotFound
from undertone.insights.prepared import Answer, checked, run
from undertone.pipeline import names
from undertone.pipeline.job_records import FactsMade, Request
from undertone.pipeline.services import Services

MOST_QUERIED = 300 * 1024 * 1024
"""Bytes of facts that an HTTP call reads: some ten million comments. Beyond it ClickHouse reads the
same files; docs/analytics.md shows how."""
WAIT = 5
"""Seconds after which facts that are being made may be there."""


def read_facts(services: Services, request: Request) -> FactsMade:
    """The facts of the job. Raises NotFound (it asks for none) and Conflict (not there yet)."""
    if not request.options.insights:
        raise NotFound(
            f"job {request.job} has no facts: they are made for jobs that ask for `insights`"
        )
    made = services.store.facts.find(request.job)
    if made is None:
        raise Conflict(
            f"the facts of job {request.job} are not made yet; come back", retry_after=WAIT
        )
    if made.problem:
        raise NotFound(f"job {request.job}: {made.problem}")
    return made


def fact_files(services: Services, request: Request) -> list[str]:
    """All files of the job's facts that are there now; none raises."""
    made = services.store.facts.find(request.job) if request.options.insights else None
    if made is None:
        return []
    return [*(["facts.zip"] if made.has_zip else []), *(file.name for file in made.files)]


def has_file(made: FactsMade, file: str) -> bool:
    """Whether the facts have a file of that name."""
    return made.has_zip if file == "facts.zip" else any(one.name == file for one in made.files)


def query_facts(
    services: Services, request: Request, query: str, parameters: Mapping[str, Any]
) -> Answer:
    """The rows of a prepared query. Raises NotFound, Rejected and Conflict."""
    checked(query, parameters)
    made = read_facts(services, request)
    size = sum(file.bytes for file in made.files)
    if size > MOST_QUERIED:
        raise Conflict(
            f"the facts of job {request.job} have {size:,} bytes, and {MOST_QUERIED:,} are read "
            "for an answer; read its Parquet files with ClickHouse or DuckDB instead"
        )
    with tempfile.TemporaryDirectory(prefix="query-") as name:
        folder = Path(name).resolve()

        def bring(file: str) -> None:
            data = services.results.read(names.facts_file(request.job, file))
            (folder / file).write_bytes(data)

        services.in_parallel(bring, [file.name for file in made.files])
        return run(query, parameters, folder)
