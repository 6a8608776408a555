"""The figures of the model benchmark: summaries, ratios, tables, JSON."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from statistics import harmonic_mean, median
from typing import Any

from benchmarks._side_processes import Measured
from model.cores import usable_cores

RATIOS = {
    "roberta_vs_pipeline": ("speed", "roberta_int8", "pipeline"),
    "roberta_vs_pipeline_batched": ("speed", "roberta_int8", "pipeline_batched"),
    "compact_vs_pipeline": ("speed", "compact", "pipeline"),
    "first_score_roberta": ("first", "pipeline", "roberta_int8"),
    "first_score_compact": ("first", "pipeline", "compact"),
    "memory_roberta": ("memory", "roberta_int8", "pipeline"),
}
"""Name → (figure, the side whose figure is divided, the side it is divided by)."""


def summary(figures: dict[str, list[float]]) -> dict[str, float]:
    """A side's figures: texts/s over all its parts together, the median start, peak memory.

    All parts together, not the median or the best of them: parts of one batch differ by how long
    their longest text is, and short parts meet a quiet moment sooner than long ones.
    """
    return {
        "speed": harmonic_mean(figures["speed"]),
        "first": median(figures["first"]),
        "memory": max(figures["memory"]),
    }


def ratios(measured: Measured) -> dict[str, float]:
    """The ratios that the model card gives, of our sides to the usual ones."""
    summaries = {side: summary(figures) for side, figures in measured.items()}
    return {
        name: round(summaries[over][figure] / summaries[under][figure], 3)
        for name, (figure, over, under) in RATIOS.items()
    }


def print_report(measured: Measured, peak: dict[str, Any], texts: str) -> None:
    """Print Markdown tables; `texts` says which texts were scored."""
    print(f"\nTexts: {texts}\n")
    print("| side | comments/s (parts) | first score, s (starts) | peak memory, MB |")
    print("|---|---|---|---|")
    for side, figures in measured.items():
        known = summary(figures)
        print(
            f"| {side} | {_with_range(known['speed'], figures['speed'], 1)} "
            f"| {_with_range(known['first'], figures['first'], 2)} | {known['memory']:.0f} |"
        )
    print("\n| ratio | |\n|---|---|")
    for name, value in ratios(measured).items():
        print(f"| {name} | {value:.3g} |")
    print(f"\nint8 peak and where RoBERTa's time goes: {json.dumps(peak, indent=1)}")
    print(f"{usable_cores()} cores, load average {_load()}, Python {sys.version.split()[0]}")


def write_json(file: Path, measured: Measured, peak: dict[str, Any], texts: str) -> None:
    """Write ratios and raw figures."""
    figures = {
        "texts": texts,
        "ratios": ratios(measured),
        "raw": measured,
        "int8_peak": peak,
        "load_average": _load(),
    }
    file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _with_range(value: float, turns: list[float], digits: int) -> str:
    return f"{value:.{digits}f} ({min(turns):.{digits}f} to {max(turns):.{digits}f})"


def _load() -> list[float]:
    return [round(minutes, 1) for minutes in os.getloadavg()]
