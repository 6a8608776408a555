"""UMSAB: tweets in seven languages, and what a model makes of its validation part.

Barbieri et al., 2022 (the XLM-T benchmark). Its test part is never read here. Sets that the
benchmark was made of (SB-10k, InterTASS, SentiPolc, DEFT, TweetSentBR, SAIL) are not used in
training either: their tweets may be in the test part.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from training import corpus
from training.corpus import Example
from training.metrics import quality, softmax

LANGUAGES = {
    "es": "spanish",
    "fr": "french",
    "de": "german",
    "it": "italian",
    "pt": "portuguese",
    "hi": "hindi",
    "ar": "arabic",
}
FASTTEXT = {
    "es": 0.501,
    "fr": 0.548,
    "de": 0.596,
    "it": 0.547,
    "pt": 0.551,
    "hi": 0.371,
    "ar": 0.460,
}
"""Macro F1 of FastText trained on one language each (the benchmark's authors, on its test part)."""
TEMPERATURES = [number / 100 for number in range(60, 201, 2)]
DRAWS = 2000
"""Of the bootstrap that gives the lower bound."""
Logits = Mapping[str, tuple[Any, Any]]
"""Language → labels [texts] and logits [texts, labels]."""


def read(data: Path, split: str) -> dict[str, list[Example]]:
    """Language → the tweets of `train` or `val`."""
    return {
        code: [
            Example(text, int(label))
            for label, text in (
                line.split("\t", 1)
                for line in (data / "umsab" / f"{name}_{split}.tsv")
                .read_text(encoding="utf-8")
                .splitlines()
            )
        ]
        for code, name in LANGUAGES.items()
    }


def keys(data: Path) -> set[str]:
    """The text_key of every validation tweet: none of them may be trained on."""
    return {corpus.text_key(one.text) for part in read(data, "val").values() for one in part}


def code_mixed(file: Path | None) -> list[Example]:
    """IIITH's Hindi-English comments on which both annotators agree; none without a file.

    Joshi et al., 2016 (DrImpossible/Sub-word-LSTM): id, text and two labels (0, 1, 2) a line.
    """
    if file is None:
        return []
    rows = (line.split("\t") for line in file.read_text("utf-8", errors="replace").splitlines())
    return [
        Example(row[1], int(row[2]))
        for row in rows
        if len(row) >= 4 and row[2] == row[3] and row[2] in {"0", "1", "2"}
    ]


def held_out_logits(net: Any, tokenizer: Tokenizer, data: Path) -> Logits:
    """What a network makes of the validation tweets."""
    from training.choose import logits  # noqa: PLC0415 - needs PyTorch

    return {
        code: (np.array([one.label for one in part]), logits(net, tokenizer, part))
        for code, part in read(data, "val").items()
    }


def best_temperature(held_out: Logits) -> float:
    """The temperature with the least calibration error in the worst calibrated language, those that
    are not read well left out."""
    good = listed(validation(held_out, 1.0)) or held_out
    return min(
        TEMPERATURES,
        key=lambda one: max(
            quality(held_out[code][0], softmax(held_out[code][1], one)).calibration_error
            for code in good
        ),
    )


def validation(held_out: Logits, temperature: float) -> dict[str, dict[str, float]]:
    """Macro F1, its lower bound (one-sided 95 %, bootstrap), macro recall, calibration error."""
    figures = {}
    for code, (labels, rows) in held_out.items():
        predicted = rows.argmax(1)
        result = quality(labels, softmax(rows, temperature))
        figures[code] = {
            "texts": len(labels),
            "macro_f1": round(macro_f1(labels, predicted), 4),
            "macro_f1_low": round(lower_bound(labels, predicted), 4),
            "macro_recall": round(result.macro_recall, 4),
            "calibration_error": round(result.calibration_error, 4),
        }
    return figures


def listed(figures: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Language → macro F1 of those whose lower bound is above FastText's figure."""
    return {
        code: one["macro_f1"]
        for code, one in figures.items()
        if one["macro_f1_low"] > FASTTEXT[code]
    }


def macro_f1(labels: Any, predicted: Any) -> float:
    """The mean of the classes' F1."""
    scores = []
    for label in range(len(corpus.LABELS)):
        both = ((labels == label) & (predicted == label)).sum()
        either = (labels == label).sum() + (predicted == label).sum()
        scores.append(2 * both / max(1, either))
    return float(np.mean(scores))


def lower_bound(labels: Any, predicted: Any) -> float:
    """The 5 % quantile of the macro F1 of texts drawn again."""
    rng = np.random.default_rng(1)
    draws = rng.integers(0, len(labels), (DRAWS, len(labels)))
    return float(np.quantile([macro_f1(labels[one], predicted[one]) for one in draws], 0.05))
