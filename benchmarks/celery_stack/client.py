"""Runs the job on Celery: `python -m benchmarks.celery_stack.client POSTS.json TABLE.csv`.

Prints the seconds from the submission to the table.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.celery_stack.tasks import run_job


def main(posts: Path, table: Path) -> float:
    """Seconds of one job."""
    jobs = [(post, texts) for post, texts in json.loads(posts.read_text("utf-8"))]
    began = time.perf_counter()
    run_job(jobs, str(table))
    return time.perf_counter() - began


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2])))
