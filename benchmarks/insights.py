"""Measures topics and aspect sentiment: `./dev model insights FOLDER`.

FOLDER has the files of SemEval-2014 task 4 (Pontiki et al. 2014), which are not part of the
project: Restaurants_Train_v2.xml, Restaurants_Test_Gold.xml, Laptop_Train_v2.xml and
Laptops_Test_Gold.xml. Runs with numpy and the app's requirements; logistic regression, to compare
with, needs scikit-learn.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numpy as np

from model.factory import build
from model.onnx_encoder import OnnxEncoder
from undertone.insights.asked import Topic
from undertone.insights.clauses import said_of
from undertone.insights.topics import TopicModel

MINILM = Path(__file__).parents[1] / "model" / "artifacts" / "minilm"
CLASSES = ("negative", "neutral", "positive")
TOPICS = ("food", "service", "price", "ambience")
OTHER = "anecdotes/miscellaneous"


class Aspect(NamedTuple):
    """Something a sentence says something of, and what."""

    text: str
    start: int
    label: int
    differs: bool
    """Another aspect of the sentence has another label."""
    all_starts: tuple[int, ...]
    """Of all aspects of the sentence."""


def aspects(file: Path) -> list[Aspect]:
    """The aspect terms of a file, without those marked as conflict."""
    found = []
    for sentence in ET.parse(file).iter("sentence"):
        text = sentence.findtext("text") or ""
        terms = [t for t in sentence.iter("aspectTerm") if t.get("polarity") in CLASSES]
        labels = {t.get("polarity") for t in terms}
        found += [
            Aspect(
                text,
                int(t.get("from") or 0),
                CLASSES.index(t.get("polarity") or ""),
                len(labels) > 1,
                tuple(int(t.get("from") or 0) for t in terms),
            )
            for t in terms
        ]
    return found


def score_aspects(rows: Sequence[Aspect], text_of: Callable[[Aspect], str]) -> dict[str, float]:
    """Accuracy and macro F1 of the bundled model, over all and over sentences that differ."""
    predictions = build("compact").predict([text_of(row) for row in rows])
    said = np.array([int(np.argmax(prediction[:3])) for prediction in predictions])
    gold = np.array([row.label for row in rows])
    mixed = np.array([row.differs for row in rows])
    return {
        "aspects": len(rows),
        "accuracy": round(float((said == gold).mean()), 4),
        "macro_f1": round(macro_f1(gold, said, range(3)), 4),
        "mixed": int(mixed.sum()),
        "mixed_accuracy": round(float((said == gold)[mixed].mean()), 4),
        "mixed_macro_f1": round(macro_f1(gold[mixed], said[mixed], range(3)), 4),
    }


def macro_f1(gold: np.ndarray, said: np.ndarray, classes: Sequence[int] | range) -> float:
    """The mean over classes of F1."""
    scores = []
    for one in classes:
        right = int(((gold == one) & (said == one)).sum())
        scores.append(2 * right / max(1, int((gold == one).sum() + (said == one).sum())))
    return float(np.mean(scores))


def clause(row: Aspect) -> str:
    """The clauses that are about the aspect."""
    return said_of(row.text, {start: [start] for start in row.all_starts})[row.start]


def categories(file: Path) -> tuple[list[str], list[int]]:
    """Sentences about one category each, and its key: 0 for miscellaneous."""
    texts, keys = [], []
    for sentence in ET.parse(file).iter("sentence"):
        named = {c.get("category") or "" for c in sentence.iter("aspectCategory")}
        if len(named) == 1:
            (name,) = named
            texts.append(sentence.findtext("text") or "")
            keys.append(0 if name == OTHER else TOPICS.index(name) + 1)
    return texts, keys


def measure_topics(folder: Path) -> None:
    """Names alone, few examples, many; and logistic regression where scikit-learn is there."""
    encoder = OnnxEncoder.load(MINILM)
    texts, keys = categories(folder / "Restaurants_Train_v2.xml")
    test, gold = categories(folder / "Restaurants_Test_Gold.xml")
    vectors, answers = encoder.encode(test), np.array(gold)
    for count in (0, 3, 9, 10, 30, 60):
        topics = [
            Topic(
                name=name,
                examples=tuple(t for t, k in zip(texts, keys, strict=True) if k == n + 1)[:count],
            )
            for n, name in enumerate(TOPICS)
        ]
        said = np.array([one.topic for one in TopicModel(topics, encoder).classify(vectors)])
        _print(f"topics, {count} examples", answers, said)
        if count >= 10:
            _logistic(topics, encoder, vectors, answers, count)
    train = encoder.encode(texts)
    names = encoder.encode(TOPICS)
    cosines = train @ names.T
    for least in (0.1, 0.15, 0.2, 0.25, 0.3, 0.35):
        said = np.where(cosines.max(axis=1) >= least, cosines.argmax(axis=1) + 1, 0)
        _print(f"train, names, cosine {least}", np.array(keys), said)


def _logistic(topics, encoder, vectors, answers, count) -> None:  # type: ignore[no-untyped-def]
    try:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    except ImportError:
        return
    examples = encoder.encode([text for topic in topics for text in topic.examples])
    labels = np.repeat(np.arange(1, len(topics) + 1), [len(t.examples) for t in topics])
    fitted = LogisticRegression(max_iter=1000, C=10, class_weight="balanced").fit(examples, labels)
    _print(f"logistic regression, {count} examples, no other", answers, fitted.predict(vectors))


def _print(what: str, gold: np.ndarray, said: np.ndarray) -> None:
    four = gold > 0
    sys.stdout.write(
        f"{what}: macro F1 with other {macro_f1(gold, said, range(5)):.3f}, accuracy "
        f"{(gold == said).mean():.3f}; of the four {(gold == said)[four].mean():.3f}, said other "
        f"{(said[four] == 0).mean():.3f} of them and {(said[~four] == 0).mean():.3f} of other\n"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="./dev model insights", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(argv).folder
    for file in (
        "Restaurants_Train_v2",
        "Laptop_Train_v2",
        "Restaurants_Test_Gold",
        "Laptops_Test_Gold",
    ):
        rows = aspects(folder / f"{file}.xml")
        sys.stdout.write(f"{file} whole  {score_aspects(rows, lambda row: row.text)}\n")
        sys.stdout.write(f"{file} clause {score_aspects(rows, clause)}\n")
    measure_topics(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
