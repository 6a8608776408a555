"""Reads the labelled texts that models are trained on, chosen with and measured on.

The data folder (UNDERTONE_DATA) holds SemEval 2013-2017 tweets and GoEmotions comments, see
docs/model.md; they are not part of the project. The training comments in `comments.tsv` and the
test set in `probe.tsv` are our own.
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

from model.artifact import CLASSES
from model.text import plain

LABELS = CLASSES
OWN_COMMENTS = Path(__file__).with_name("comments.tsv")
PROBE = Path(__file__).with_name("probe.tsv")
HELD_OUT = 20
"""One in this many texts of GoEmotions train is held out of training, to choose a model with."""
OWN_HELD_OUT = 6
"""One in this many of our own comments, which are few, is held out as well."""

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
    """The texts of a training run; no text is in two of these.

    Those that end in `_chosen_on` are held out, to choose among the trained networks.
    """

    tweets: list[Example]
    comments: list[Example]
    own: list[Example]
    tweets_chosen_on: list[Example]
    comments_chosen_on: list[Example]
    own_chosen_on: list[Example]


def training_data(data: Path) -> TrainingData:
    """Read, de-duplicate and split all training texts.

    Texts of the sets that measure (TweetEval test, GoEmotions dev, the probe) are left out.
    """
    chosen_on, test = semeval(data, "val"), semeval(data, "test")
    goemotions_dev = goemotions(data, "dev")
    measured = {text_key(one.text) for one in (*test, *goemotions_dev, *read_tsv(PROBE))}
    comments, held_out = hold_out(deduplicated(goemotions(data, "train"), measured), HELD_OUT)
    own, own_held_out = hold_out(deduplicated(read_tsv(OWN_COMMENTS), measured), OWN_HELD_OUT)
    excluded = measured | {text_key(one.text) for one in chosen_on}
    tweets = deduplicated(semeval_train(data), excluded)
    return TrainingData(tweets, comments, own, chosen_on, held_out, own_held_out)


def semeval(data: Path, split: str) -> list[Example]:
    """TweetEval's sentiment `val` or `test`."""
    folder = data / "semeval2017"
    texts = (folder / f"{split}_text.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    labels = (folder / f"{split}_labels.txt").read_text(encoding="utf-8").split()
    return [Example(text, int(label)) for text, label in zip(texts, labels, strict=True)]


def semeval_train(data: Path) -> list[Example]:
    """All task A tweets of 2013 to 2016, without escapes, outer quotes and duplicates."""
    rows = []
    for file in sorted((data / "semeval2017" / "train").glob("*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            _, label, text = line.split("\t", 2)
            rows.append(Example(_unescaped(text), LABELS.index(label)))
    return deduplicated(rows)


def goemotions(data: Path, split: str) -> list[Example]:
    """GoEmotions `train` or `dev`, emotions mapped to polarity.

    Rows whose emotions have different polarities, or none, are left out.
    """
    folder = data / "goemotions"
    names = (folder / "labels.txt").read_text(encoding="utf-8").split()
    rows = []
    for line in (folder / f"{split}.tsv").read_text(encoding="utf-8").splitlines():
        text, ids, _ = line.split("\t")
        polarities = {_POLARITY.get(names[int(emotion)]) for emotion in ids.split(",")}
        polarity = polarities.pop()
        if polarity is not None and not polarities:
            rows.append(Example(text, polarity))
    return rows


def read_tsv(file: Path) -> list[Example]:
    """A file of our own texts, with the columns label and text; more columns are notes."""
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return [Example(text, LABELS.index(label)) for label, text, *_ in rows]


def text_key(text: str) -> str:
    """Equal for texts that count as the same: its letters and digits, or all of it without any."""
    cleaned = plain(text).casefold()
    return _LETTERS.sub("", cleaned) or cleaned


def deduplicated(
    examples: Iterable[Example], excluded: frozenset[str] | set[str] = frozenset()
) -> list[Example]:
    """`examples` in order, each text once, without those whose text_key is in `excluded`."""
    seen, kept = set(excluded), []
    for one in examples:
        if (key := text_key(one.text)) not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def hold_out(examples: list[Example], one_in: int) -> tuple[list[Example], list[Example]]:
    """(kept, held out); about one in `one_in` is held out.

    A digest of the text decides, so that a text stays on its side when others come or go.
    """
    kept: list[Example] = []
    held: list[Example] = []
    for one in examples:
        digest = hashlib.sha256(text_key(one.text).encode()).digest()
        (held if int.from_bytes(digest[:4]) % one_in == 0 else kept).append(one)
    return kept, held


def digest(examples: Iterable[Example]) -> str:
    """A hash of exactly these examples in this order, for the manifest."""
    total = hashlib.sha256()
    for one in examples:
        total.update(f"{one.label}\t{one.text}\n".encode())
    return total.hexdigest()[:16]


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """Add `--data`, a Path or None; the default is the folder that UNDERTONE_DATA names."""
    default = os.environ.get("UNDERTONE_DATA")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(default) if default else None,
        help="folder with semeval2017/ and goemotions/ (default: $UNDERTONE_DATA)",
    )


def sample(examples: list[Example], count: int, seed: int) -> list[Example]:
    """At most `count` of the examples, the same ones for the same seed."""
    if count >= len(examples):
        return examples
    return random.Random(seed).sample(examples, count)


def _unescaped(text: str) -> str:
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text.strip())
    if text[:1] == '"' and text[-1:] == '"':
        text = text[1:-1]
    return text.strip(' "') if text.count('"') == 1 else text
