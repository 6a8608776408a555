"""Draws docs/intervals.svg: what the two kinds of intervals say of each domain that was left out.

`./dev model picture` makes it anew from the labelled sets (`domains.py`).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from model.factory import build
from training import corpus
from training.coverage import SEED
from training.domains import add_folder_option, read_domains
from training.quantify import Scored, true_leanings
from training.repeats import one_post
from training.scoring import score_domains

FILE = Path(__file__).parents[1] / "docs" / "intervals.svg"
POST = 300
"""Comments of the post that is drawn from each domain."""
_ROW, _TOP, _LEFT, _WIDTH = 24, 46, 130, 520


class Bars(NamedTuple):
    """Of a domain: the mean by people, and two intervals that were made without its labels."""

    name: str
    truth: float
    luck: tuple[float, float]
    honest: tuple[float, float]


def main(argv: Sequence[str] | None = None) -> None:
    """Draw it, or say what is missing."""
    options = _options(argv)
    domains, missing = read_domains(options.domains, options.data)
    if missing:
        reasons = "; ".join(f"{one.name}: {one.reason}" for one in missing)
        raise SystemExit(f"the picture shows all domains, and some are missing: {reasons}")
    options.out.write_text(draw(bars(score_domains(build("compact"), domains, options.cache))))


def bars(domains: Mapping[str, Scored]) -> list[Bars]:
    """For each domain one random post, from the most negative to the most positive by people."""
    rows = []
    for name, domain in domains.items():
        others = [one for other, one in domains.items() if other != name]
        luck, honest = one_post(domain, others, POST, SEED)
        rows.append(Bars(name, float(true_leanings([domain])[0]), luck, honest))
    return sorted(rows, key=lambda row: row.truth)


def draw(rows: Sequence[Bars]) -> str:
    """The picture, legible on a light and on a dark page."""
    height = _TOP + _ROW * len(rows) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 20} {height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        _legend(),
    ]
    for tick in (-1.0, -0.5, 0.0, 0.5, 1.0):
        x, bottom = _x(tick), height - 26
        parts.append(f'<path d="M{x:.1f} {_TOP - 8}V{bottom}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 10}" text-anchor="middle">{tick:+g}</text>')
    for number, row in enumerate(rows):
        parts.append(_bars(row, _TOP + number * _ROW + 6))
    return "\n".join([*parts, "</svg>", ""])


def _x(value: float) -> float:
    return _LEFT + (value + 1) / 2 * _WIDTH


def _legend() -> str:
    return (
        f'<circle cx="{_LEFT}" cy="18" r="4" fill="#c0392b"/>'
        f'<text x="{_LEFT + 9}" y="22">mean by people</text>'
        f'<path d="M{_LEFT + 120} 18h28" stroke="#333333" stroke-width="3"/>'
        f'<text x="{_LEFT + 154}" y="22">interval of luck alone</text>'
        f'<path d="M{_LEFT + 300} 18h28" stroke="#7fb3d5" stroke-width="11"/>'
        f'<text x="{_LEFT + 334}" y="22">mean_low to mean_high</text>'
    )


def _bars(row: Bars, y: int) -> str:
    def bar(ends: tuple[float, float], colour: str, width: int) -> str:
        start, end = map(_x, ends)
        return f'<path d="M{start:.1f} {y}H{end:.1f}" stroke="{colour}" stroke-width="{width}"/>'

    return (
        f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{row.name}</text>'
        + bar(row.honest, "#7fb3d5", 11)
        + bar(row.luck, "#333333", 3)
        + f'<circle cx="{_x(row.truth):.1f}" cy="{y}" r="4" fill="#c0392b"/>'
    )


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev model picture", description=__doc__)
    parser.add_argument("--out", type=Path, default=FILE, metavar="FILE")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keeps scores between runs")
    add_folder_option(parser)
    corpus.add_data_option(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
