"""Reads public sets of short texts that people labelled, one a domain, from a folder given by hand.

None of them is part of the project. The folder holds the files under the names that their authors
gave them (`Domain.file`); a set whose file is missing is left out, and whoever reads says so. What
each is, where it comes from and under which terms: docs/model.md.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from training import corpus
from training.corpus import Example

VARIABLE = "UNDERTONE_DOMAINS"
"""Names the folder where no argument does."""
MOST = 2_500
"""Texts of a domain that are used: a seeded sample of a larger one."""
_SEED = 15
_SIDES = {"negative": 0, "neutral": 1, "positive": 2}

Read = Callable[[Path], Iterable[Example]]


class Domain(NamedTuple):
    """A set of texts of one kind, labelled by people."""

    name: str
    file: str
    read: Read


class Missing(NamedTuple):
    """A domain that cannot be read here, and why."""

    name: str
    reason: str


def read_domains(
    folder: Path | None, data: Path | None
) -> tuple[dict[str, list[Example]], list[Missing]]:
    """The texts of each domain that is there, at most MOST of each, and those that are not.

    `data` is the data folder of training, which holds GoEmotions: its dev part is a domain too.
    """
    found: dict[str, list[Example]] = {}
    missing: list[Missing] = []
    for domain in DOMAINS:
        file = None if folder is None else folder / domain.file
        if file is None or not file.is_file():
            missing.append(Missing(domain.name, f"{domain.file} is not in {folder or VARIABLE}"))
        else:
            found[domain.name] = sampled(_distinct(domain.read(file)), MOST)
    if data is None:
        missing.append(Missing("reddit", "goemotions/dev.tsv needs --data or UNDERTONE_DATA"))
    else:
        found["reddit"] = sampled(_distinct(corpus.goemotions(data, "dev")), MOST)
    return found, missing


def sampled(examples: list[Example], most: int) -> list[Example]:
    """All of them, or a seeded random sample of so many in their order."""
    if len(examples) <= most:
        return examples
    chosen = random.Random(_SEED).sample(range(len(examples)), most)
    return [examples[place] for place in sorted(chosen)]


def _distinct(examples: Iterable[Example]) -> list[Example]:
    """Each text once, in order; empty ones and those with labels that contradict left out."""
    labels: dict[str, set[int]] = {}
    kept = [one for one in examples if one.text.strip()]
    for one in kept:
        labels.setdefault(one.text, set()).add(one.label)
    first = {one.text: one for one in reversed(kept)}
    return [one for text, one in reversed(first.items()) if len(labels[text]) == 1]


def _rows(file: Path, delimiter: str = ",", *, quoted: bool = True) -> Iterator[list[str]]:
    text = file.read_text(encoding="utf-8", errors="replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ended = (line + "\n" for line in lines)
    if quoted:
        yield from csv.reader(ended, delimiter=delimiter)
    else:
        yield from csv.reader(ended, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def _table(text: int, label: int, meaning: dict[str, int], *, delimiter: str = ",") -> Read:
    """Reader of a table whose cell `label` says one of the words in `meaning`; others are skipped.

    Only files separated by commas have quotation marks that are not part of a text.
    """

    def read(file: Path) -> Iterator[Example]:
        for row in _rows(file, delimiter, quoted=delimiter == ","):
            side = meaning.get(row[label].strip().lower()) if len(row) > max(text, label) else None
            if side is not None:
                yield Example(row[text].strip(), side)

    return read


def _debate(file: Path) -> Iterator[Example]:
    """Ratings 1 negative, 2 positive, 3 mixed, 4 other; kept where two thirds agree on a side.

    Mixed and other ones are left out: "other" is not "neutral" to those who rated.
    """
    for row in _rows(file, "\t"):
        votes = Counter(vote for vote in row[5:] if vote in {"1", "2", "3", "4"})
        if votes:
            vote, count = votes.most_common(1)[0]
            if vote in {"1", "2"} and 3 * count >= 2 * votes.total():
                yield Example(row[2].strip(), 0 if vote == "1" else 2)


def _strengths(file: Path) -> Iterator[Example]:
    """Strengths 1 to 5 of praise and of blame; the stronger decides, equal ones are neutral."""
    for row in _rows(file, "\t", quoted=False):
        if len(row) >= 3 and row[0].isdigit() and row[1].isdigit():
            positive, negative = int(row[0]), int(row[1])
            side = 1 if positive == negative else 2 if positive > negative else 0
            yield Example(row[2].strip().removeprefix("?"), side)


def _after_at(file: Path) -> Iterator[Example]:
    """`sentence@label` a line, in Latin-1."""
    for line in file.read_text(encoding="latin-1").splitlines():
        text, _, label = line.rpartition("@")
        if label.strip() in _SIDES:
            yield Example(text.strip(), _SIDES[label.strip()])


_SIGNS = {"-1": 0, "0": 1, "1": 2, "-1.0": 0, "0.0": 1, "1.0": 2}
_TWO = {"0": 0, "1": 2}
_FIVE = {"0": 0, "1": 0, "2": 1, "3": 2, "4": 2}
_DIGITS = {"0": 0, "2": 1, "4": 2}

DOMAINS = (
    Domain("twitter", "twitter4242.txt", _strengths),
    Domain("airlines", "Tweets.csv", _table(10, 1, _SIDES)),
    Domain("technology", "full-corpus.csv", _table(4, 1, _SIDES)),
    Domain("primaries", "GOP_REL_ONLY.csv", _table(1, 0, _SIDES)),
    Domain("debate", "debate08_sentiment_tweets.tsv", _debate),
    Domain("queries", "testdata.manual.2009.06.14.csv", _table(5, 0, _DIGITS)),
    Domain("sts", "sts_gold_tweet.csv", _table(2, 1, _DIGITS)),
    Domain("products", "amazon_cells_labelled.txt", _table(0, 1, _TWO, delimiter="\t")),
    Domain("restaurants", "yelp_labelled.txt", _table(0, 1, _TWO, delimiter="\t")),
    Domain("films", "imdb_labelled.txt", _table(0, 1, _TWO, delimiter="\t")),
    Domain("critics", "sst.dev.tsv", _table(1, 0, _FIVE, delimiter="\t")),
    Domain("finance", "Sentences_50Agree.txt", _after_at),
    Domain("github", "github.csv", _table(2, 3, _SIGNS)),
    Domain("jira", "jira.csv", _table(2, 3, _SIGNS)),
    Domain("stackoverflow", "so.csv", _table(2, 3, _SIGNS)),
    Domain("libraries", "JavaLib.txt", _table(0, 1, _SIGNS, delimiter="\t")),
)


class Grouped(NamedTuple):
    """A set whose texts are about several things: each is a post of the same platform."""

    name: str
    file: str
    group: int
    """The cell that names the thing."""
    text: int
    label: int


GROUPED = (
    Grouped("airlines", "Tweets.csv", 5, 10, 1),
    Grouped("technology", "full-corpus.csv", 0, 4, 1),
)
OF_A_GROUP = 1_000


def read_groups(folder: Path | None) -> dict[str, dict[str, list[Example]]]:
    """Platform → what its texts are about → those texts, at most OF_A_GROUP of each."""
    found: dict[str, dict[str, list[Example]]] = {}
    for one in GROUPED:
        if folder is None or not (folder / one.file).is_file():
            continue
        groups: dict[str, list[Example]] = {}
        for row in _rows(folder / one.file):
            if len(row) > max(one.group, one.text, one.label) and row[one.label] in _SIDES:
                example = Example(row[one.text].strip(), _SIDES[row[one.label]])
                groups.setdefault(row[one.group], []).append(example)
        found[one.name] = {
            name: sampled(_distinct(examples), OF_A_GROUP) for name, examples in groups.items()
        }
    return found


def add_folder_option(parser: argparse.ArgumentParser) -> None:
    """The option that names the folder with the sets."""
    folder = os.environ.get(VARIABLE)
    parser.add_argument(
        "--domains",
        type=Path,
        default=Path(folder) if folder else None,
        metavar="FOLDER",
        help=f"the folder with the labelled sets, see docs/model.md (default: {VARIABLE})",
    )
