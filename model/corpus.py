"""Reads the labelled texts that train, choose and measure a model; nothing of them is kept here.

The data folder is described in docs/model.md: SemEval 2013-2017 tweets, GoEmotions comments. The
short examples in `comments.tsv` and the probe in `probe.tsv` are our own words.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from model.text import plain

LABELS = ("negative", "neutral", "positive")
OWN_COMMENTS = Path(__file__).with_name("comments.tsv")
PROBE = Path(__file__).with_name("probe.tsv")
HELD_OUT = 20
"""One text in this many of GoEmotions train is held out of training to choose a model with."""
OWN_HELD_OUT = 6
"""The same for our own comments, of which there are few."""

_POSITIVE = (
    "admiration amusement approval caring desire excitement gratitude joy love optimism pride "
    "relief"
)
_NEGATIVE = (
    "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness "
    "remorse sadness"
)
_POLARITY = {
    **dict.fromkeys(_NEGATIVE.split(), 0),
    "neutral": 1,
    **dict.fromkeys(_POSITIVE.split(), 2),
}
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_LETTERS = re.compile(r"[\W_]+")


class Example(NamedTuple):
    """A text as it was written and its class, an index into LABELS."""

    text: str
    label: int


class TrainingData(NamedTuple):
    """What a training run reads; no text is in two of these."""

    tweets: list[Example]
    comments: list[Example]
    own: list[Example]
    tweets_chosen_on: list[Example]
    comments_chosen_on: list[Example]
    own_chosen_on: list[Example]


def training_data(data: Path) -> TrainingData:
    """Read, de-duplicate and part all training texts; val, test and dev texts are kept out."""
    chosen_on, test = semeval(data, "val"), semeval(data, "test")
    goemotions_dev = goemotions(data, "dev")
    measured = {key(one.text) for one in (*test, *goemotions_dev, *tab_separated(PROBE))}
    comments, held_out = part(without(goemotions(data, "train"), measured), HELD_OUT)
    own, own_held_out = part(without(tab_separated(OWN_COMMENTS), measured), OWN_HELD_OUT)
    banned = measured | {key(one.text) for one in chosen_on}
    tweets = without(semeval_train(data), banned)
    return TrainingData(tweets, comments, own, chosen_on, held_out, own_held_out)


def semeval(data: Path, part_name: str) -> list[Example]:
    """TweetEval's sentiment `val` or `test`."""
    folder = data / "semeval2017"
    texts = (folder / f"{part_name}_text.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    labels = (folder / f"{part_name}_labels.txt").read_text(encoding="utf-8").split()
    return [Example(text, int(label)) for text, label in zip(texts, labels, strict=True)]


def semeval_train(data: Path) -> list[Example]:
    """All task A tweets of 2013 to 2016, escapes and outer quotes removed, duplicates too."""
    rows = []
    for file in sorted((data / "semeval2017" / "train").glob("*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            _, label, text = line.split("\t", 2)
            rows.append(Example(_mended(text), LABELS.index(label)))
    return without(rows, set())


def goemotions(data: Path, part_name: str) -> list[Example]:
    """GoEmotions `train` or `dev` as polarity; rows of several polarities or none are left out."""
    folder = data / "goemotions"
    names = (folder / "labels.txt").read_text(encoding="utf-8").split()
    rows = []
    for line in (folder / f"{part_name}.tsv").read_text(encoding="utf-8").splitlines():
        text, ids, _ = line.split("\t")
        polarities = {_POLARITY.get(names[int(one)]) for one in ids.split(",")}
        only = polarities.pop()
        if only is not None and not polarities:
            rows.append(Example(text, only))
    return rows


def tab_separated(file: Path) -> list[Example]:
    """A file of ours: label, tab, text; more columns are notes."""
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return [Example(text, LABELS.index(label)) for label, text, *_ in rows]


def key(text: str) -> str:
    """What makes two texts the same one: letters and digits, or all of it where there are none."""
    cleaned = plain(text).casefold()
    return _LETTERS.sub("", cleaned) or cleaned


def without(examples: Iterable[Example], banned: set[str]) -> list[Example]:
    """`examples` in order, each text once, none of those whose key is banned."""
    seen, kept = set(banned), []
    for one in examples:
        if (name := key(one.text)) not in seen:
            seen.add(name)
            kept.append(one)
    return kept


def part(examples: list[Example], one_in: int) -> tuple[list[Example], list[Example]]:
    """Split off about one in `one_in`, by a digest of the text, so that it never changes sides."""
    kept: list[Example] = []
    held: list[Example] = []
    for one in examples:
        digest = hashlib.sha256(key(one.text).encode()).digest()
        (held if int.from_bytes(digest[:4]) % one_in == 0 else kept).append(one)
    return kept, held


def digest(examples: Iterable[Example]) -> str:
    """Names exactly these examples in this order; goes into the manifest."""
    together = hashlib.sha256()
    for one in examples:
        together.update(f"{one.label}\t{one.text}\n".encode())
    return together.hexdigest()[:16]


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """`--data`: the folder of data, by default the one that UNDERTONE_DATA names."""
    named = os.environ.get("UNDERTONE_DATA")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(named) if named else None,
        help="folder with semeval2017/ and goemotions/ (default: $UNDERTONE_DATA)",
    )


def sample(examples: list[Example], count: int, seed: int) -> list[Example]:
    """At most `count` of them, the same ones for the same seed."""
    if count >= len(examples):
        return examples
    return random.Random(seed).sample(examples, count)


def _mended(text: str) -> str:
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text.strip())
    if text[:1] == '"' and text[-1:] == '"':
        text = text[1:-1]
    return text.strip(' "') if text.count('"') == 1 else text
