"""A job's calls after it was made: list, status, results, download, cancel, delete."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import azure.functions as func
import msgspec

from functions.access import USER
from functions.endpoints import endpoint
from functions.http import base_url, caller, int_param, json_response
from functions.links import FILES, blob_of, download_name, is_fact, job_links
from undertone import wiring
from undertone.errors import Conflict, Forbidden, NotFound
from undertone.pipeline.fact_queries import fact_files, has_file, read_facts
from undertone.pipeline.job_records import IndexEntry, Request
from undertone.pipeline.reports import MOST_JOBS, find_job, list_all_jobs, list_jobs, result_rows
from undertone.pipeline.status import Status, read_status
from undertone.pipeline.stopping import cancel as cancel_job
from undertone.pipeline.stopping import delete as delete_job

blueprint = func.Blueprint()

POLL_SECONDS = 2
"""How soon a client may ask again while a job runs."""


def _find(req: func.HttpRequest) -> Request:
    """The job in the address: the caller's own, an administrator's whosever. Raises NotFound."""
    owner = None if caller(req).is_admin else caller(req).owner
    return find_job(wiring.services(), owner, req.route_params.get("job_id", ""))


@endpoint(blueprint, "list_jobs", "GET", "jobs", access=USER)
def listing(req: func.HttpRequest) -> func.HttpResponse:
    """The caller's jobs, newest first; `limit` and `after` page through them.

    `all=true`: everybody's jobs, for administrators.
    """
    limit = int_param(req, "limit", 20, least=1, most=MOST_JOBS)
    after, base = req.params.get("after", ""), base_url(req)
    if req.params.get("all", "") == "true":
        if not caller(req).is_admin:
            raise Forbidden("only an admin sees all jobs; leave `all` away for your own")
        everybodys = list_all_jobs(wiring.services(), after=after, limit=limit)
        all_jobs = [_entry(base, job.entry) | {"owner": job.owner} for job in everybodys.jobs]
        following = f"{base}/jobs?all=true&limit={limit}&after={everybodys.after}"
        return json_response({"jobs": all_jobs, "next": following if everybodys.after else None})
    page = list_jobs(wiring.services(), caller(req).owner, after=after, limit=limit)
    jobs = [_entry(base, entry) for entry in page.jobs]
    following = f"{base}/jobs?limit={limit}&after={page.after}"
    return json_response({"jobs": jobs, "next": following if page.after else None})


def _entry(base: str, entry: IndexEntry) -> dict[str, Any]:
    return {
        "job_id": entry.job,
        "name": entry.name,
        "created_at": entry.created_at,
        "rows": entry.rows,
        "status": entry.status or "running",
        "links": job_links(base, entry.job),
    }


@endpoint(blueprint, "job_results", "GET", "jobs/{job_id}", access=USER)
def results(req: func.HttpRequest) -> func.HttpResponse:
    """Status and the rows of one page, 100 of them; `page` counts from 0."""
    request = _find(req)
    page = int_param(req, "page", 0, least=0, most=10_000)
    services = wiring.services()
    rows = result_rows(services, request, page)
    base = base_url(req)
    last = page + 1 >= request.pages
    following = None if last else f"{base}/jobs/{request.job}?page={page + 1}"
    return json_response(
        {
            **msgspec.to_builtins(_status(request)),
            "rows": rows,
            "next": following,
            "links": job_links(base, request.job),
        }
    )


@endpoint(blueprint, "job_status", "GET", "jobs/{job_id}/status", access=USER)
def status(req: func.HttpRequest) -> func.HttpResponse:
    """How far the job is; 304 if that is what `If-None-Match` names."""
    request = _find(req)
    present = _status(request)
    body = {**msgspec.to_builtins(present), "links": job_links(base_url(req), request.job)}
    etag = f'"{sha256(msgspec.json.encode(body)).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if present.completed_at is None:
        headers["Retry-After"] = str(POLL_SECONDS)
    if etag in req.headers.get("if-none-match", ""):
        return func.HttpResponse(status_code=304, headers=headers)
    return json_response(body, headers=headers)


def _status(request: Request) -> Status:
    return read_status(wiring.services(), wiring.watches(), request)


@endpoint(blueprint, "download", "GET", "jobs/{job_id}/download", access=USER)
def download(req: func.HttpRequest) -> func.HttpResponse:
    """302 to a signed link to one file; the links as JSON for those who accept only that."""
    request = _find(req)
    file = req.params.get("file", "posts.csv")
    blob_of(file, request)
    if wiring.services().store.closed.find(request.job) is None:
        raise Conflict(
            f"job {request.job} is not done; ask its status and come back", retry_after=POLL_SECONDS
        )
    if is_fact(file):
        made = read_facts(wiring.services(), request)
        if not has_file(made, file):
            raise NotFound(f"the facts of job {request.job} have no file {file!r}")
    if "application/json" in req.headers.get("accept", ""):
        files = [*FILES, *fact_files(wiring.services(), request)]
        minutes = wiring.settings().link_minutes
        return json_response({"minutes": minutes, "files": {f: _link(request, f) for f in files}})
    headers = {"Location": _link(request, file), "Cache-Control": "no-store"}
    return func.HttpResponse(status_code=302, headers=headers)


def _link(request: Request, file: str) -> str:
    return wiring.links().read_link(
        blob_of(file, request),
        file_name=download_name(request, file),
        minutes=wiring.settings().link_minutes,
    )


@endpoint(blueprint, "cancel", "POST", "jobs/{job_id}/cancel", access=USER)
def cancel(req: func.HttpRequest) -> func.HttpResponse:
    """Close the job with what exists."""
    request = _find(req)
    cancel_job(wiring.services(), request)
    links = job_links(base_url(req), request.job)
    return json_response(
        {"job_id": request.job, "status": "cancelling", "links": links},
        status=202,
        headers={"Location": links["status"]},
    )


@endpoint(blueprint, "delete", "DELETE", "jobs/{job_id}", access=USER)
def delete(req: func.HttpRequest) -> func.HttpResponse:
    """Stop the job and remove all its data."""
    delete_job(wiring.services(), _find(req))
    return func.HttpResponse(status_code=204)
