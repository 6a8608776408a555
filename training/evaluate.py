"""Measures an analyzer: `./dev model evaluate ARTIFACT`; --write keeps the result in its manifest.

The sets are TweetEval's sentiment test set, GoEmotions dev as polarity, and the probe of our own
comments. No model is trained on them or chosen with them. A model of other languages is measured on
UMSAB's validation tweets.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model.analyzer import Analyzer, languages_of
from model.artifact import MANIFEST
from model.factory import ARTIFACTS, build
from training import corpus, umsab
from training.corpus import LABELS, Example
from training.metrics import Labels, Probabilities, Quality, quality
from training.slices import SLICES, with_typos

CHUNK = 500
TYPO_SEED = 20


def main(argv: Sequence[str] | None = None) -> None:
    """Print every table, and write the main figures into the manifest if asked to."""
    options = _options(argv)
    analyzer = build(options.artifact)
    print(f"# {analyzer.model}\n")
    figures = {}
    for name, examples in measuring_sets(options.data, languages_of(analyzer)):
        shares = probabilities(analyzer, examples)
        result = quality(labels_of(examples), shares)
        figures[name] = _figures(result)
        print(f"## {name}\n\n{summary(result)}\n")
        if name == "tweeteval test":
            print(slice_table(examples, shares))
            print(typo_line(analyzer, examples))
            print(agreement_table(examples, shares))
        if name == "probe":
            print(misses(examples, shares))
    if options.write:
        bundled = ARTIFACTS / options.artifact
        folder = bundled if bundled.is_dir() else Path(options.artifact)
        _write(folder / MANIFEST, figures)


def measuring_sets(
    data: Path | None, languages: frozenset[str] | None = None
) -> Iterator[tuple[str, list[Example]]]:
    """(name, texts) of the sets that measure; only the probe where there is no data folder.

    A model that says it reads other languages than English is measured in those alone, on tweets
    that it was chosen with: the test part is kept for others.
    """
    if languages is not None and "en" not in languages:
        if data is not None:
            parts = umsab.read(data, "val")
            yield from ((f"umsab {code} val", parts[code]) for code in parts if code in languages)
        return
    if data is not None:
        yield "tweeteval test", corpus.semeval(data, "test")
        yield "goemotions dev", corpus.goemotions(data, "dev")
    yield "probe", corpus.read_tsv(corpus.PROBE)


def probabilities(analyzer: Analyzer, examples: Sequence[Example]) -> Probabilities:
    """[texts, 3] in the order of LABELS, scored in chunks as the app does."""
    texts = [one.text for one in examples]
    rows = [
        answer[:3]
        for start in range(0, len(texts), CHUNK)
        for answer in analyzer.predict(texts[start : start + CHUNK])
    ]
    return np.array(rows, dtype=np.float64)


def labels_of(examples: Sequence[Example]) -> Labels:
    """[texts], indices into LABELS."""
    return np.array([one.label for one in examples], dtype=np.int64)


def summary(result: Quality) -> str:
    """One set's figures in a line, and its confusion matrix as a Markdown table."""
    lines = [
        f"{result.texts} texts: macro recall {result.macro_recall:.1%}, "
        f"F1 of positive and negative {result.f1_positive_negative:.1%}, "
        f"accuracy {result.accuracy:.1%}, calibration error {result.calibration_error:.3f}",
        "",
        "| is ↓ said → | negative | neutral | positive | recall |",
        "|---|---|---|---|---|",
    ]
    for label, row, recall in zip(LABELS, result.confusion, result.recalls, strict=True):
        cells = " | ".join(map(str, row))
        lines.append(f"| {label} | {cells} | {recall:.1%} |")
    return "\n".join(lines)


def slice_table(examples: Sequence[Example], shares: Probabilities) -> str:
    """Macro recall and accuracy of each kind of text."""
    labels = labels_of(examples)
    heading = "| slice | texts | macro recall | accuracy | calibration error |"
    lines = [heading, "|---|---|---|---|---|"]
    for name, belongs in SLICES.items():
        chosen = np.array([belongs(one.text) for one in examples])
        if chosen.any():
            one = quality(labels[chosen], shares[chosen])
            lines.append(
                f"| {name} | {one.texts} | {one.macro_recall:.1%} | {one.accuracy:.1%} | "
                f"{one.calibration_error:.3f} |"
            )
    return "\n".join(lines)


def typo_line(analyzer: Analyzer, examples: Sequence[Example]) -> str:
    """The same figures as in the slice table, for all texts with seeded typos."""
    rng = random.Random(TYPO_SEED)
    typed = [Example(with_typos(one.text, rng), one.label) for one in examples]
    result = quality(labels_of(typed), probabilities(analyzer, typed))
    return (
        f"| typos in all texts | {result.texts} | {result.macro_recall:.1%} | "
        f"{result.accuracy:.1%} | {result.calibration_error:.3f} |\n"
    )


def agreement_table(examples: Sequence[Example], shares: Probabilities) -> str:
    """Where the model and VADER agree, and which is right where they do not."""
    labels, predicted = labels_of(examples), shares.argmax(1)
    vader_shares = probabilities(build("vader"), examples)
    vader = vader_shares.argmax(1)
    lines = [f"VADER: {summary(quality(labels, vader_shares)).splitlines()[0]}", ""]
    lines += ["| model ↓ VADER → | negative | neutral | positive |", "|---|---|---|---|"]
    for place, label in enumerate(LABELS):
        row = [int(((predicted == place) & (vader == other)).sum()) for other in range(len(LABELS))]
        lines.append(f"| {label} | {' | '.join(map(str, row))} |")
    apart = predicted != vader
    right, vader_right = (predicted == labels)[apart].mean(), (vader == labels)[apart].mean()
    lines.append(
        f"\nThey differ on {apart.mean():.1%} of the texts; there the model is right on "
        f"{right:.1%}, VADER on {vader_right:.1%}.\n"
    )
    return "\n".join(lines)


def misses(examples: Sequence[Example], shares: Probabilities) -> str:
    """Every text of the probe that got a wrong answer."""
    lines = ["| comment | is | said |", "|---|---|---|"]
    for one, row in zip(examples, shares, strict=True):
        predicted = int(row.argmax())
        if predicted != one.label:
            text = one.text.replace("|", "\\|")
            lines.append(
                f"| {text} | {LABELS[one.label]} | {LABELS[predicted]} {row[predicted]:.0%} |"
            )
    return "\n".join(lines)


def _figures(result: Quality) -> dict[str, Any]:
    return {
        "texts": result.texts,
        "macro_recall": round(result.macro_recall, 4),
        "f1_positive_negative": round(result.f1_positive_negative, 4),
        "accuracy": round(result.accuracy, 4),
        "calibration_error": round(result.calibration_error, 4),
        "recalls": dict(zip(LABELS, (round(one, 4) for one in result.recalls), strict=True)),
    }


def _write(file: Path, figures: dict[str, Any]) -> None:
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["quality"] = figures
    file.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev model evaluate", description=__doc__)
    parser.add_argument("artifact", help="a folder, or any analyzer's name")
    parser.add_argument("--write", action="store_true", help="keep the figures in the manifest")
    corpus.add_data_option(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
