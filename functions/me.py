"""What is stored of the caller: to be had, and to be removed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import azure.functions as func

from functions.access import USER
from functions.endpoints import endpoint
from functions.http import base_url, caller, json_response
from functions.links import FILES, blob_of, download_name
from undertone import wiring
from undertone.pipeline.erasure import erase
from undertone.pipeline.fact_queries import fact_files
from undertone.pipeline.personal_data import JobData, stored_data

blueprint = func.Blueprint()


@endpoint(blueprint, "my_data", "GET", "me/data", access=USER)
def my_data(req: func.HttpRequest) -> func.HttpResponse:
    """All that is stored of the caller, page by page; files of results as signed links."""
    owner, after = caller(req).owner, req.params.get("after", "")
    page = stored_data(wiring.services(), owner, after)
    return json_response(
        {
            "owner": owner,
            "jobs": [_job(data) for data in page.jobs],
            "cached_comments": page.comments,
            "collections": page.collections,
            "other": [_other(entry) for entry in page.other],
            "next": f"{base_url(req)}/me/data?after={quote(page.after, safe='')}"
            if page.after
            else None,
        }
    )


def _other(entry: dict[str, Any]) -> dict[str, Any]:
    """A blob; a picture by a link to it."""
    name = entry["blob"]
    if not name.endswith(".png"):
        return entry
    link = wiring.content_links().read_link(
        name, file_name=name.rpartition("/")[2], minutes=wiring.settings().link_minutes
    )
    return {"blob": name, "link": link}


def _job(data: JobData) -> dict[str, Any]:
    minutes = wiring.settings().link_minutes
    files = {
        file: wiring.links().read_link(
            blob_of(file, data.request),
            file_name=download_name(data.request, file),
            minutes=minutes,
        )
        for file in _files(data)
    }
    return {"job_id": data.request.job, **data.records, "files": files}


def _files(data: JobData) -> list[str]:
    if not data.has_ended:
        return []
    return [*FILES, *fact_files(wiring.services(), data.request)]


@endpoint(blueprint, "erase_me", "DELETE", "me", access=USER)
def erase_me(req: func.HttpRequest) -> func.HttpResponse:
    """Remove all that is stored of the caller: 204 once all of it is gone for every call, 202 if
    some jobs are yet to follow."""
    if erase(wiring.services(), caller(req).owner):
        return func.HttpResponse(status_code=204)
    return json_response({"status": "erasing", "detail": "the rest follows within minutes"}, 202)
