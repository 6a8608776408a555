"""Where a caller goes on from a job: addresses of its calls, names of its files."""

from __future__ import annotations

import re

from undertone.errors import Rejected
from undertone.pipeline import names
from undertone.pipeline.job_records import Request

FILES = {
    "posts.csv": names.posts_csv,
    "comments.csv": names.comments_csv,
    "comments.jsonl": names.comments_jsonl,
}
"""What can be downloaded, and where it is in the container results."""


FACTS = "facts.zip"
"""Of a job with insights: its facts, which come a little later than the other files."""
_FACT = re.compile(r"(fact|dim)_[a-z]{4,10}(-[0-9]{5})?\.parquet|themes\.json")


def job_links(base: str, job: str) -> dict[str, str]:
    """Addresses of a job's calls, below `base` (`https://host/api`)."""
    own = f"{base}/jobs/{job}"
    return {
        "self": own,
        "status": f"{own}/status",
        "cancel": f"{own}/cancel",
        "sample": f"{own}/sample",
        "figures": f"{own}/figures",
        **{file: f"{own}/download?file={file}" for file in FILES},
    }


def is_fact(file: str) -> bool:
    """Whether `file` is one of the facts that a job with insights has."""
    return file == FACTS or _FACT.fullmatch(file) is not None


def blob_of(file: str, request: Request) -> str:
    """The blob of one of a job's files. Raises Rejected."""
    if is_fact(file) and request.options.insights:
        blob = names.facts_zip(request.job)
        return blob if file == FACTS else names.facts_file(request.job, file)
    if file not in FILES:
        rule = f"must be one of {', '.join(FILES)}"
        if request.options.insights:
            rule += f", {FACTS}, or one of its Parquet files"
        raise Rejected(f"`file` {rule}", {"file": rule}, status=400)
    return FILES[file](request.job)


def download_name(request: Request, file: str) -> str:
    """The name that a browser saves the file under: `Spring launch 2026-11-21 posts.csv`."""
    title = " ".join(re.sub(r"[^\w.()-]+", " ", request.name).split())[:80] or "undertone"
    return f"{title} {request.created_at:%Y-%m-%d} {file}"
