"""What everybody gets at every address: a rule for each function of the app.

A new route brings its rule here; `test_access.py` asks every route as everybody, and fails for one
that has no rule. A rule says how to call the route and which status each of `ACTORS` gets, in words
of its own: it is not read from what the route declares.
"""

from __future__ import annotations

import json
from typing import NamedTuple

ACTORS = ("none", "other", "owner", "analyst", "admin", "key")
"""Nobody; a user; the user whose job it is; an analyst, an admin and a program with other jobs."""


class Rule(NamedTuple):
    """How to call a route, and the status that each actor gets."""

    method: str
    path: str
    """`{job}`, here and in the body, stands for the id of a job of the owner's."""
    statuses: dict[str, int]
    body: bytes = b""

    def about(self, job: str) -> tuple[str, str, bytes]:
        """Method, path and body of a call about that job."""
        return (
            self.method,
            self.path.replace("{job}", job),
            self.body.replace(b"{job}", job.encode()),
        )


def everybody(method: str, path: str, status: int = 200) -> Rule:
    """The route answers all alike, known or not."""
    return Rule(method, path, dict.fromkeys(ACTORS, status))


def known(method: str, path: str, status: int = 200, body: bytes = b"") -> Rule:
    """The route answers all who are known, each about things of their own."""
    return Rule(method, path, dict.fromkeys(ACTORS, status) | {"none": 401}, body)


def owners(method: str, path: str, status: int = 200, body: bytes = b"") -> Rule:
    """The route is about somebody's thing: to all others but admins it is not there."""
    return Rule(
        method,
        path,
        dict.fromkeys(ACTORS, 404) | {"none": 401, "owner": status, "admin": status},
        body,
    )


def analysts(method: str, path: str, status: int = 200, body: bytes = b"") -> Rule:
    """The route is for analysts and admins."""
    allowed = {"none": 401, "analyst": status, "admin": status}
    return Rule(method, path, dict.fromkeys(ACTORS, 403) | allowed, body)


def admins(method: str, path: str, status: int = 200, body: bytes = b"") -> Rule:
    """The route is for admins."""
    return Rule(method, path, dict.fromkeys(ACTORS, 403) | {"none": 401, "admin": status}, body)


QUERY = b'{"job": "{job}", "query": "sagas", "parameters": {"colour": 1}}'
"""Who may ask about the job is told what is wrong with it, all others that there is no such job."""
JOB = json.dumps({"posts": [{"id": "p", "comments": [{"text": "good"}]}]}).encode()


def post_body(id_: str) -> bytes:
    """A post of whoever sends it."""
    return json.dumps({"id": id_, "content": "Spring"}).encode()


CONTENT = json.dumps({"prompt": "What do people like?", "tag": "text"}).encode()
RULES = {
    "submit": known("POST", "jobs/create", 202, JOB),
    "list_jobs": known("GET", "jobs"),
    "job_results": owners("GET", "jobs/{job}"),
    "job_status": owners("GET", "jobs/{job}/status"),
    "download": owners("GET", "jobs/{job}/download?file=comments.csv", 302),
    "cancel": owners("POST", "jobs/{job}/cancel", 409),
    "delete": owners("DELETE", "jobs/{job}", 204),
    "my_data": known("GET", "me/data"),
    "erase_me": known("DELETE", "me", 204),
    "sample": owners("GET", "jobs/{job}/sample"),
    "labels": owners("POST", "jobs/{job}/labels", 400),
    "figures": owners("GET", "jobs/{job}/figures"),
    "create_content": known("POST", "content", 202, CONTENT),
    "view_content": known("GET", "content/view?request-id=none", 404),
    "view_content_by_body": known("POST", "content/view?request-id=none", 404),
    "insights_query": owners("POST", "insights/query", 422, QUERY),
    "insights_classify": known("POST", "insights/classify", 200, b'{"texts": [{"text": "good"}]}'),
    "counter": known("GET", "counter?digit=7&n=1000"),
    "put_collection": known("PUT", "collections/named", 200, b"{}"),
    "get_collection": known("GET", "collections/none", 404),
    "delete_collection": known("DELETE", "collections/none", 404),
    "add_texts": known("POST", "texts", 404, b'{"collection": "none", "text": "good"}'),
    "search": known("GET", "search?query=good"),
    "feedback": known("POST", "feedback", 200, b'{"feedback": []}'),
    "analytics": analysts("GET", "analytics"),
    "health": everybody("GET", "health"),
    "ready": everybody("GET", "ready"),
    **{
        f"{name}{suffix}": rule
        for suffix, prefix in (("", ""), ("_v1", "v1/"))
        for name, rule in {
            "create_posts": known("POST", f"{prefix}posts", 201, post_body(f"new{suffix}")),
            "put_post": known("PUT", f"{prefix}posts/put{suffix}", 201, post_body("put" + suffix)),
            "get_post": known("GET", f"{prefix}posts/none", 404),
            "delete_post": known("DELETE", f"{prefix}posts/none", 404),
            "analyse_post": known("GET", f"{prefix}posts/none/analysis", 404),
        }.items()
    },
    "get_post_batch": known("GET", "post-batches/none", 404),
    "get_feed": known("GET", "feed"),
    "post_feed": known("POST", "feed"),
    "list_feed_sources": known("GET", "feed/sources"),
    "follow": Rule(  # a feed is one's own, also for admins
        "PUT",
        "feed/sources/jobs/{job}",
        dict.fromkeys(ACTORS, 404) | {"none": 401, "owner": 201},
    ),
    "leave": known("DELETE", "feed/sources/users/nobody", 404),
}
"""Function → its rule. The jobs asked about have ended, so that there is something to download."""
FURTHER = {
    "another's post": admins("POST", "posts?user-id=somebody", 201, post_body("theirs")),
    "another's feed": admins("GET", "feed?user-id=somebody"),
    "all jobs": admins("GET", "jobs?all=true"),
    "links": owners("GET", "jobs/{job}/download?file=posts.csv", 302),
}
"""Other ways to call them. (`allow_…` and `wrong_method_…` answer everybody alike.)"""
