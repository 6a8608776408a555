"""What is stored of the caller: to be had, and to be removed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import azure.functions as func

from functions.endpoints import endpoint
from functions.http import base_url, caller, json_response, problem_responses
from functions.links import FILES, blob_of, download_name
from undertone import wiring
from undertone.pipeline.erasure import erase
from undertone.pipeline.personal_data import JobData, stored_data

blueprint = func.Blueprint()


@endpoint(blueprint, "my_data", "GET", "me/data")
@problem_responses
def my_data(req: func.HttpRequest) -> func.HttpResponse:
    """All that is stored of the caller, page by page; files of results as signed links."""
    owner = caller(req)
    page = stored_data(wiring.services(), owner, req.params.get("after", ""))
    following = (
        f"{base_url(req)}/me/data?after={quote(page.after, safe='')}" if page.after else None
    )
    return json_response(
        {
            "owner": owner,
            "jobs": [_job(data) for data in page.jobs],
            "cached_comments": page.comments,
            "next": following,
        }
    )


def _job(data: JobData) -> dict[str, Any]:
    minutes = wiring.settings().link_minutes
    files = {
        file: wiring.links().read_link(
            blob_of(file, data.request.job),
            file_name=download_name(data.request, file),
            minutes=minutes,
        )
        for file in (FILES if data.has_ended else ())
    }
    return {"job_id": data.request.job, **data.records, "files": files}


@endpoint(blueprint, "erase_me", "DELETE", "me")
@problem_responses
def erase_me(req: func.HttpRequest) -> func.HttpResponse:
    """Remove all that is stored of the caller: 204 once all of it is gone for every call, 202 if
    some jobs are yet to follow."""
    if erase(wiring.services(), caller(req)):
        return func.HttpResponse(status_code=204)
    return json_response({"status": "erasing", "detail": "the rest follows within minutes"}, 202)
