"""Apify as a stand-in, with the Instagram and the TikTok actor."""

from __future__ import annotations

import html
import threading
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.fakes.posts import KEY, Remark, Spec, Thread, spec_of, threads
from tests.fakes.world import World, as_json
from undertone.posts import parse_post_url

POLLS = 2
"""A run says RUNNING so many times before it has ended."""


def routes(world: World) -> list[BaseRoute]:
    """Under `/apify`."""
    account = _Account(world)
    return [
        Route("/acts/{actor}/runs", account.start, methods=["POST"]),
        Route("/acts/{actor}/runs", account.recent),
        Route("/actor-runs/{run}", account.poll),
        Route("/key-value-stores/{store}/records/INPUT", account.task),
        Route("/datasets/{data}/items", account.items),
    ]


class _Account:
    """One account's runs, newest last."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._runs: list[dict[str, Any]] = []
        self._polled: Counter[str] = Counter()
        self._lock = threading.Lock()

    async def start(self, request: Request) -> Response:
        task = await request.json()

        def make(spec: Spec) -> Response:
            if spec.fault == "quota":
                error = {"type": "not-enough-usage-to-run-paid-actor", "message": "Limit reached"}
                return as_json({"error": error}, 402)
            return as_json({"data": self._started(request.path_params["actor"], task)}, 201)

        answer = self._world.answer("apify", request, _post_of(task), make)
        return _unauthorized(request) or answer

    def _started(self, actor: str, task: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            number = len(self._runs)
            run = {
                "id": f"run{number}",
                "actId": actor,
                "status": "READY",
                "startedAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "defaultDatasetId": f"data{number}",
                "defaultKeyValueStoreId": f"store{number}",
            }
            self._runs.append({"run": run, "task": task})
            return run

    def _entry(self, name: str) -> dict[str, Any]:
        return self._runs[int("".join(char for char in name if char.isdigit()))]

    def recent(self, request: Request) -> Response:
        newest = [entry["run"] for entry in reversed(self._runs)]
        listed = as_json({"data": {"items": newest, "total": len(newest)}})
        return _unauthorized(request) or listed

    def poll(self, request: Request) -> Response:
        entry = self._entry(request.path_params["run"])

        def make(spec: Spec) -> Response:
            run = entry["run"]
            self._polled[run["id"]] += 1
            ended = "FAILED" if spec.fault == "disabled" else "SUCCEEDED"
            run["status"] = "RUNNING" if self._polled[run["id"]] <= POLLS else ended
            return as_json({"data": run})

        answer = self._world.answer("apify", request, _post_of(entry["task"]), make)
        return _unauthorized(request) or answer

    def task(self, request: Request) -> Response:
        task = self._entry(request.path_params["store"])["task"]
        return _unauthorized(request) or as_json(task)

    def items(self, request: Request) -> Response:
        entry = self._entry(request.path_params["data"])
        start = int(request.query_params["offset"])
        end = start + min(int(request.query_params["limit"]), self._world.page_size)
        answer = self._world.answer(
            "apify",
            request,
            _post_of(entry["task"]),
            lambda spec: as_json(_items(entry, spec)[start:end]),
            first_page=start == 0,
        )
        return _unauthorized(request) or answer


def _unauthorized(request: Request) -> Response | None:
    if request.headers.get("authorization") == f"Bearer {KEY}":
        return None
    error = {"type": "user-or-token-not-found", "message": "User was not found"}
    return as_json({"error": error}, 401)


def _post_of(task: dict[str, Any]) -> str:
    return parse_post_url((task.get("directUrls") or task["postURLs"])[0]).id


def _items(entry: dict[str, Any], spec: Spec) -> list[dict[str, Any]]:
    if spec.fault in {"gone", "private"}:
        description = "Empty or private data for provided input"
        return [{"error": "no_items", "errorDescription": description}]
    if spec.fault == "disabled":
        return []
    task = entry["task"]
    if "directUrls" in task:
        items = [_instagram(spec, each, task) for each in threads(spec)]
        return items[: task["resultsLimit"]]
    return [
        item
        for each in threads(spec)[: task["commentsPerPost"]]
        for item in _tiktok(spec, each, task["maxRepliesPerComment"])
    ]


def _instagram(spec: Spec, thread: Thread, task: dict[str, Any]) -> dict[str, Any]:
    item = _instagram_one(spec, thread.top)
    item |= {"repliesCount": len(thread.replies), "postUrl": task["directUrls"][0], "replies": []}
    if task["includeNestedComments"]:
        item["replies"] = [_instagram_one(spec, reply) for reply in thread.replies]
    return item


def _instagram_one(spec: Spec, remark: Remark) -> dict[str, Any]:
    return {
        "id": f"{spec.id}{remark.number:06d}",
        "text": html.unescape(remark.text),
        "ownerUsername": remark.author,
        "timestamp": datetime.fromtimestamp(remark.at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "likesCount": remark.likes,
    }


def _tiktok(spec: Spec, thread: Thread, replies: int) -> list[dict[str, Any]]:
    top = _tiktok_one(spec, thread.top, None)
    below = [_tiktok_one(spec, reply, top["cid"]) for reply in thread.replies[:replies]]
    return [top, *below]


def _tiktok_one(spec: Spec, remark: Remark, parent: str | None) -> dict[str, Any]:
    return {
        "cid": f"{spec.id}{remark.number:06d}",
        "text": html.unescape(remark.text),
        "createTime": remark.at,
        "createTimeISO": datetime.fromtimestamp(remark.at, UTC).isoformat(),
        "diggCount": remark.likes,
        "repliesToId": parent,
        "uid": "1",
        "uniqueId": remark.author,
        "videoWebUrl": f"https://www.tiktok.com/@someone/video/{spec_of(spec.id).id}",
    }
