"""A client of the job endpoint that asks again when it gets no good answer, as clients should."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

PAUSE = 0.25
_AGAIN = {409, 429}
"""Beside 5xx: "not now"."""


class Trouble(Exception):  # noqa: N818 - what a run ends with, not a fault of this program
    """The app did not do what it promises; the message says what it did."""


class Client:
    """Asks one app, for `patience` seconds each time."""

    def __init__(self, url: str, patience: float) -> None:
        self.disappointments = 0
        """How many calls got no answer, 5xx, or "not now"."""
        self._url = f"{url}/api/jobs"
        self._content = f"{url}/api/content"
        self._patience = patience

    def create(self, body: Mapping[str, Any], key: str) -> str:
        """Make a job, under an Idempotency-Key so that asking again makes no second one; its id."""
        headers = {"Idempotency-Key": key}
        url = f"{self._url}/create"
        answer = self._insist(lambda: requests.post(url, json=body, headers=headers, timeout=120))
        return str(answer.json()["job_id"])

    def status(self, job: str) -> dict[str, Any]:
        """How far the job is."""
        url = f"{self._url}/{job}/status"
        answer: dict[str, Any] = self._insist(lambda: requests.get(url, timeout=60)).json()
        return answer

    def wait(self, job: str) -> dict[str, Any]:
        """The status when the job has ended. Raises Trouble if it does not end in time."""
        end = time.monotonic() + self._patience
        while not (status := self.status(job))["completed_at"]:
            if time.monotonic() > end:
                raise Trouble(f"the job has not ended after {self._patience:.0f} s: {status}")
            time.sleep(PAUSE)
        return status

    def download(self, job: str, file: str) -> bytes:
        """A result file, by its signed link."""
        url = f"{self._url}/{job}/download"
        return self._insist(lambda: requests.get(url, params={"file": file}, timeout=120)).content

    def content(self, job: str) -> dict[str, bytes]:
        """A caption and the pictures made from the job, by their names. Raises Trouble."""
        asked = {"prompt": "What do people say?", "tag": "instagram", "job": job}
        answer = self._insist(lambda: requests.post(self._content, json=asked, timeout=60))
        view = {"request-id": str(answer.json()["RequestId"])}
        end = time.monotonic() + self._patience
        url = f"{self._content}/view"
        while True:
            made = self._insist(lambda: requests.get(url, params=view, timeout=60)).json()
            if made["status"] == "done":
                break
            if made["status"] == "failed" or time.monotonic() > end:
                raise Trouble(f"no content was made: {made}")
            time.sleep(PAUSE)
        links: dict[str, str] = made["images"]
        pictures = {f"{size}.png": self._picture(link) for size, link in links.items()}
        return {"content.txt": made["text"].encode(), **pictures}

    def _picture(self, link: str) -> bytes:
        return self._insist(lambda: requests.get(link, timeout=60)).content

    def cancel(self, job: str) -> bool:
        """End the job with what exists; False if it has ended already."""
        answer = self._insist(
            lambda: requests.post(f"{self._url}/{job}/cancel", timeout=120), also={409}
        )
        return answer.status_code != 409

    def delete(self, job: str) -> None:
        """Remove the job; it is as good if an earlier try has done so."""
        self._insist(lambda: requests.delete(f"{self._url}/{job}", timeout=240), also={404})

    def _insist(
        self, ask: Callable[[], requests.Response], also: frozenset[int] | set[int] = frozenset()
    ) -> requests.Response:
        """Ask until the answer is good or one of `also`. Raises Trouble."""
        end = time.monotonic() + self._patience
        while True:
            try:
                answer = ask()
            except requests.RequestException as error:
                last = f"{type(error).__name__}: {error}"
            else:
                if answer.ok or answer.status_code in also:
                    return answer
                last = f"{answer.status_code} {answer.text[:500]}"
                if answer.status_code < 500 and answer.status_code not in _AGAIN:
                    raise Trouble(f"{answer.request.method} {answer.url}: {last}")
            self.disappointments += 1
            if time.monotonic() > end:
                raise Trouble(f"no good answer for {self._patience:.0f} s; the last was: {last}")
            time.sleep(PAUSE)
