"""Show the main job from end to end on this machine, with stand-in platforms.

All that runs in the cloud runs here: the functions through Microsoft's worker library, queues and
blobs of the storage emulator, the bundled analyzer. Only the platforms are stand-ins, so that it
needs no keys and no network.
"""

from __future__ import annotations

import argparse
import csv
import io
import time
from pathlib import Path
from typing import Any

import requests
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from devhost.supervisor import DevHost
from tools.project import AZURITE_HOME, OUT, PROJECT
from tools.sagas import show_sagas

HELP = "show it all: start, submit sample posts, watch, print the table, stop"
SAMPLES = PROJECT / "tools" / "samples"
CREDENTIALS = ("YOUTUBE_API_KEY", "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "APIFY_TOKEN")
POLL_SECONDS = 0.3
COLOURS = {"positive": "green", "negative": "red", "mixed": "yellow"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--links", type=Path, default=SAMPLES / "links.csv", help="other links")
    parser.add_argument("--export", type=Path, default=SAMPLES / "export.csv", help="an export")
    parser.add_argument("--instances", type=int, default=1, metavar="N", help="worker processes")
    parser.add_argument("--log", action="store_true", help="show every invocation")


def run(args: argparse.Namespace) -> int:
    """Run the demo; the exit code."""
    # Imported here so that the other commands work while the app cannot be imported.
    from tests.fakes.app import running  # noqa: PLC0415
    from tests.fakes.posts import KEY  # noqa: PLC0415

    console = Console()
    began = time.monotonic()
    log = OUT / "demo.log"
    OUT.mkdir(exist_ok=True)
    with log.open("wb") as lines, running() as platforms:
        console.print("Starting storage emulator, functions and stand-in platforms …")
        settings = dict.fromkeys(CREDENTIALS, KEY) | {"PLATFORMS_BASE": platforms.base}
        with DevHost(
            PROJECT,
            settings=settings,
            azurite_home=AZURITE_HOME,
            instances=args.instances,
            output=None if args.log else lines,
        ) as host:
            up = time.monotonic() - began
            console.print(f"Up after {up:.1f} s at {host.url}")
            jobs = f"{host.url}/api/jobs"
            job = _show(console, jobs, "Sample links", args.links.read_bytes())
            _show(console, jobs, "Sample export", args.export.read_bytes())
            _make_content(console, f"{host.url}/api/content", job)
            _show_feed(console, f"{host.url}/api", job)
            show_sagas(console, f"{host.url}/api")
    console.print(f"Stopped. All of it took {time.monotonic() - began:.1f} s.")
    return 0


def _show(console: Console, jobs: str, name: str, body: bytes) -> str:
    """Submit one file, watch it, print its table, keep its files; the job's id."""
    answer = requests.post(
        f"{jobs}/create",
        params={"name": name, "file": name},
        data=body,
        headers={"Content-Type": "text/csv"},
        timeout=60,
    )
    answer.raise_for_status()
    accepted = answer.json()
    console.rule(f"{name}: POST /api/jobs/create → {answer.status_code}")
    console.print(
        f"job {accepted['job_id']}: {accepted['posts']} posts, {accepted['duplicates']} sent twice,"
        f" {len(accepted['rejected'])} not understood"
    )
    status = _watch(console, accepted["links"]["status"])
    console.print(f"{status['status']}: {status['comments']['done']} comments scored")
    files = [_download(name, file, link) for file, link in accepted["links"].items() if "." in file]
    _print_table(console, files[0])
    console.print("Kept: " + ", ".join(str(path.relative_to(PROJECT)) for path in files))
    return str(accepted["job_id"])


def _make_content(console: Console, content: str, job: str) -> None:
    """Ask for a brief and a card of the job, print the one and keep the other."""
    brief = _made(console, content, {"prompt": "What do people say?", "tag": "text", "job": job})
    console.print(brief["text"] or brief["error"], markup=False)
    card = _made(console, content, {"prompt": "Their best words", "tag": "image", "job": job})
    files = [_download("Sample", f"card-{size}.png", link) for size, link in card["images"].items()]
    console.print("Kept: " + ", ".join(str(path.relative_to(PROJECT)) for path in files))


POSTS = (
    (
        "winter",
        "The winter collection",
        "Warm, light, made to be mended. Which is yours? #winter",
    ),
    ("mending", "Mending day", "Bring what is torn on Saturday: we mend it while you wait."),
    ("sorry", "Late parcels", "Some parcels came late last week. We are sorry; here is why."),
)


def _show_feed(console: Console, api: str, job: str) -> None:
    """Keep posts of user 1, the last with the job's comments, and print the user's feed."""
    user = {"user-id": "1"}
    for id_, title, content in POSTS:
        body: dict[str, Any] = {"id": id_, "title": title, "content": content}
        if id_ == "sorry":
            body["comments"] = {"job": job, "row": 1}
        requests.post(f"{api}/posts", params=user, json=body, timeout=60).raise_for_status()
        address = f"{api}/posts/{id_}/analysis"
        requests.get(address, params=user, timeout=60).raise_for_status()
    feed = requests.get(f"{api}/feed", params=user, timeout=60)
    feed.raise_for_status()
    console.rule(f"The feed of user 1: GET /api/feed → {feed.status_code}")
    table = Table(box=SIMPLE_HEAD)
    for column in ("when", "title", "words", "reads", "comments"):
        table.add_column(column)
    for entry in feed.json():
        analysis = entry["analysis"]
        table.add_row(
            entry["created_at"][:19],
            entry["title"],
            str(analysis["words"]),
            analysis["sentiment"]["label"],
            entry["verdict"] or "",
        )
    console.print(table)


def _made(console: Console, content: str, asked: dict[str, str]) -> dict[str, Any]:
    """Ask for content and wait until it is made."""
    answer = requests.post(content, json=asked, timeout=60)
    answer.raise_for_status()
    console.rule(f"{asked['prompt']} POST /api/content ({asked['tag']}) → {answer.status_code}")
    view = {"request-id": answer.json()["RequestId"]}
    while True:
        made: dict[str, Any] = requests.get(f"{content}/view", params=view, timeout=60).json()
        if made["status"] in {"done", "failed"}:
            return made
        time.sleep(POLL_SECONDS)


def _watch(console: Console, link: str) -> dict[str, Any]:
    """Follow the status until the job has ended."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as bars:
        posts, comments = bars.add_task("posts   "), bars.add_task("comments")
        while True:
            status: dict[str, Any] = requests.get(link, timeout=60).json()
            for bar, counts in ((posts, status["posts"]), (comments, status["comments"])):
                bars.update(bar, total=counts["total"], completed=counts["done"])
            if status["completed_at"]:
                return status
            time.sleep(POLL_SECONDS)


def _download(name: str, file: str, link: str) -> Path:
    """Download by the signed link into `out/`."""
    path = OUT / f"{name.lower().replace(' ', '-')}-{file}"
    answer = requests.get(link, timeout=60)
    answer.raise_for_status()
    path.write_bytes(answer.content)
    return path


def _print_table(console: Console, path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
    for column in ("row", "platform", "state", "read", "verdict", "score", "95 %", "% + ○ -"):
        table.add_column(column, no_wrap=True, min_width=len(column))
    for row in rows:
        table.add_row(row["row"], row["platform"], _state(row), row["fetched"], *_figures(row))
    console.print(table)
    for row in rows:
        if row["reason"] and not row["duplicate_of"]:
            console.print(f"[dim]row {row['row']}: {row['reason']}[/dim]")


def _state(row: dict[str, str]) -> str:
    return f"same as row {row['duplicate_of']}" if row["duplicate_of"] else row["state"]


def _figures(row: dict[str, str]) -> tuple[str, ...]:
    if not row["verdict"]:
        return ()
    colour = COLOURS.get(row["verdict"], "white")
    mean, low, high = (float(row[key]) for key in ("mean_score", "mean_low", "mean_high"))
    shares = (float(row[f"{label}_share"]) for label in ("positive", "neutral", "negative"))
    return (
        f"[{colour}]{row['verdict']}[/{colour}]",
        f"{mean:+.2f}",
        f"{low:+.2f} {high:+.2f}",
        "/".join(f"{100 * share:.0f}" for share in shares),
    )
