"""Try a deployment: are all functions there, and does one real job end with a table that is right?

Sends a few comments, waits, follows the signed links, looks at the figures, and deletes the job.
The function key comes from the environment, UNDERTONE_KEY, so that no list of processes shows it.
It is sent to the app alone, never along a redirect.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import requests

from tools.project import PROJECT

HELP = "try a deployment: its functions, and one real job through its signed links"
KEY = "UNDERTONE_KEY"
POSTS = {
    "loved": ["I love this, best thing all year!", "Wonderful work, thank you so much", "Great!"],
    "hated": ["I hate this, worst thing ever.", "Awful and broken, what a waste", "Terrible."],
}
PAUSE = 1.0


class Failed(Exception):  # noqa: N818 - the outcome of a try, not a fault of this program
    """The deployment does not do what it should; the message says what it does instead."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("url", help="of the app, without /api")
    parser.add_argument(
        "--listed",
        type=Path,
        metavar="FILE",
        help="names of the deployed functions, a list in JSON: `az functionapp function list`",
    )
    parser.add_argument("--patience", type=float, default=300, metavar="SECONDS")


def run(args: argparse.Namespace) -> int:
    """Try it; 1 if something is wrong."""
    try:
        if args.listed:
            compare_functions(json.loads(args.listed.read_text("utf-8")))
        seconds = try_job(args.url.rstrip("/"), os.environ.get(KEY, ""), args.patience)
    except Failed as error:
        print(f"./dev smoke: {error}", file=sys.stderr)
        return 1
    print(f"{args.url}: the job was done after {seconds:.1f} s, and its table is right")
    return 0


def compare_functions(listed: list[str]) -> None:
    """Whether these are the functions of this code. Raises Failed naming those that are not.

    Azure lists them as `app/name`. A build with the wrong Python, or an error at import, makes all
    of them disappear without a word.
    """
    ours = our_functions()
    deployed = {name.rpartition("/")[2] for name in listed}
    if missing := ours - deployed:
        raise Failed(f"{len(missing)} functions are not deployed: {', '.join(sorted(missing))}")
    if strange := deployed - ours:
        raise Failed(f"functions of another version are deployed: {', '.join(sorted(strange))}")


@cache
def our_functions() -> set[str]:
    """The functions of this code: an app can be asked once a process, so one of its own is."""
    code = (
        "from function_app import app\n"
        "for function in app.get_functions(): print(function.get_function_name())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def try_job(url: str, key: str, patience: float) -> float:
    """Run a job and look at its table; the seconds it took. Raises Failed."""
    began, end = time.monotonic(), time.monotonic() + patience
    headers = {"x-functions-key": key} if key else {}
    posts = [
        {"id": name, "comments": [{"text": text} for text in texts]}
        for name, texts in POSTS.items()
    ]
    job = ""
    try:
        body = {"name": "Smoke test", "posts": posts}
        made = _ask("POST", f"{url}/api/jobs/create", headers, end, json=body)
        job = made["job_id"]
        while not (status := _ask("GET", f"{url}/api/jobs/{job}/status", headers, end))[
            "completed_at"
        ]:
            if time.monotonic() > end:
                raise Failed(f"job {job} has not ended after {patience:.0f} s: {status}")
            time.sleep(PAUSE)
        _look_at(_table(url, job, headers, end))
        return time.monotonic() - began
    finally:
        if job:
            requests.delete(f"{url}/api/jobs/{job}", headers=headers, timeout=60)


def _table(url: str, job: str, headers: dict[str, str], end: float) -> list[dict[str, str]]:
    """The rows of posts.csv, by its signed link; no key goes there."""
    wanted = headers | {"Accept": "application/json"}
    links = _ask("GET", f"{url}/api/jobs/{job}/download", wanted, end)["files"]
    answer = requests.get(links["posts.csv"], timeout=60)
    if not answer.ok:
        raise Failed(f"the signed link to posts.csv is answered {answer.status_code}")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def _look_at(rows: list[dict[str, str]]) -> None:
    """Whether the figures are those of comments that could not be clearer. Raises Failed."""
    if len(rows) != len(POSTS):
        raise Failed(f"the table has {len(rows)} rows instead of {len(POSTS)}")
    for row, (name, texts) in zip(rows, POSTS.items(), strict=True):
        if row["fetched"] != str(len(texts)):
            raise Failed(f"of the post {name!r} {row['fetched']} comments were read: {row}")
    loved, hated = (float(row["mean_score"]) for row in rows)
    if not loved > 0 > hated:
        raise Failed(f"praise scores {loved} and blame {hated}: is it the right model?")


def _ask(method: str, url: str, headers: dict[str, str], end: float, **more: Any) -> Any:
    """The answer in JSON, asked for again while the app starts. Raises Failed."""
    while True:
        try:
            answer = requests.request(
                method, url, headers=headers, timeout=120, allow_redirects=False, **more
            )
        except requests.RequestException as error:
            last = type(error).__name__
        else:
            if answer.ok:
                return answer.json()
            last = f"{answer.status_code} {answer.text[:300]}"
            if answer.status_code < 500 and answer.status_code not in {404, 429}:
                raise Failed(f"{method} {url} is answered {last}")
        if time.monotonic() > end:
            raise Failed(f"{method} {url} has no good answer; the last was {last}")
        time.sleep(PAUSE)
