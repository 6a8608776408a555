"""A job's result files: masked where two runs may differ, and compared."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path

from model.analyzer import Analyzer
from undertone.results.comments_table import UNREAD
from undertone.results.tally import UNIT, round_probabilities

FILES = ("posts.csv", "comments.csv", "comments.jsonl")
_FETCHED_AT = re.compile(rb",\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)(?=,)")
"""In posts.csv: a cell that is a time."""
Files = Mapping[str, bytes]


def masked(file: str, content: bytes) -> bytes:
    """`content` with a word for the time of fetching, in which alone two runs may differ."""
    return _FETCHED_AT.sub(b",TIME", content) if file == "posts.csv" else content


def first_difference(expected: Files, found: Files) -> str:
    """The first lines that differ, as one sentence; empty if all files are equal."""
    for file in FILES:
        wanted, got = masked(file, expected[file]), masked(file, found[file])
        if wanted != got:
            lines = zip_longest(wanted.splitlines(), got.splitlines())
            pairs = [(number, *pair) for number, pair in enumerate(lines, 1) if pair[0] != pair[1]]
            if not pairs:
                return f"{file} has other line ends"
            number, quiet, faulty = pairs[0]
            return (
                f"{file} differs in {len(pairs)} lines, first in line {number}: "
                f"{_short(quiet)} became {_short(faulty)}"
            )
    return ""


def _short(line: bytes | None) -> str:
    if line is None:
        return "nothing"
    text = repr(line.decode("utf-8", "replace"))
    return text if len(text) <= 300 else f"{text[:300]}…"


def wrong_scores(lines: bytes, analyzer: Analyzer) -> int:
    """How many comments of a comments.jsonl have other figures than this process gives them.

    The texts are scored here one after the other, in one thread; those that no model read are not.
    """
    every = [json.loads(line) for line in lines.splitlines()]
    comments = [comment for comment in every if comment.get("label") != UNREAD]
    predictions = analyzer.predict([comment["text"] for comment in comments])
    wrong = 0
    for comment, prediction in zip(comments, predictions, strict=True):
        shares = round_probabilities(*prediction[:3])
        told = [comment[name] for name in ("negative", "neutral", "positive")]
        wrong += told != [share / UNIT for share in shares]
    return wrong


def keep(folder: Path, files: Files) -> None:
    """Write the files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
