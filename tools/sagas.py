"""The worked sample of insights: articles about invented sagas, and what prepared queries say.

Characters share first names, some are in the list twice, some texts are empty.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import requests
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

SAMPLE = Path(__file__).parent / "samples" / "sagas.json"
SHOWN = {
    "sagas": "Who is read about in which saga",
    "readers_by_topic_and_month": "Readers by saga and month",
    "sentiment_by_entity_and_week": "What is felt towards each (their clauses, whole comments)",
    "co_mentions": "Who is named together",
    "empty_texts": "Texts without a word",
}
_PATIENCE = 120.0


def show_sagas(console: Console, api: str) -> None:
    """Submit the sample to the app at `api`, and print what its facts say."""
    headers = {"Content-Type": "application/json"}
    answer = requests.post(
        f"{api}/jobs/create", data=SAMPLE.read_bytes(), headers=headers, timeout=60
    )
    answer.raise_for_status()
    job = answer.json()["job_id"]
    console.rule(f"Sample sagas, with insights: POST /api/jobs/create → {answer.status_code}")
    for query, title in SHOWN.items():
        found = ask(api, job, query)
        table = Table(*found["columns"], title=title, box=SIMPLE_HEAD, title_justify="left")
        for row in found["rows"]:
            table.add_row(*map(_cell, row))
        console.print(table)


def ask(api: str, job: str, query: str) -> dict[str, Any]:
    """The answer of a prepared query, once the job's facts are there."""
    end = time.monotonic() + _PATIENCE
    while True:
        body = {"job": job, "query": query}
        answer = requests.post(f"{api}/insights/query", json=body, timeout=60)
        if answer.status_code != 409 or time.monotonic() > end:
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return found
        time.sleep(0.5)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:+.2f}"
    return "" if value is None else str(value)
